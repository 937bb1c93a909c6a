// Package place makes the worlds that are measured in: a throwaway home with the programs,
// a stand-in of BentoCloud and a daemon; and ends what runs there.
//
// The programs are copied into it, for they find each other beside themselves. There is no
// message bus unless one is brought, so the tokens are in encrypted files; and all of them
// are made up.
package place

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
	"github.com/bento-cred/bento-cred/tools/bench/measure"
)

// Token is what the Place's cloud takes, and Deployment what stands in it.
const (
	Token      = "made-up-developer-token-of-forty-characters"
	Deployment = "summarizer"
)

// noBus is the address of no message bus. Without one, the keychain library would start its
// own and leave it behind.
const noBus = "DBUS_SESSION_BUS_ADDRESS=disabled:"

// Place is a throwaway home.
type Place struct {
	Dir    string
	Socket string
	Cloud  *cloudtest.Cloud

	daemon *Child
}

// New makes a Place with the programs that stand in bin. Its cloud knows Token, and tokens.
func New(bin string, tokens ...cloudtest.Token) (*Place, error) {
	// Below /tmp, since the path of a socket is short and a temporary directory's may be long.
	dir, err := os.MkdirTemp("/tmp", "bento-cred-bench-")
	if err != nil {
		return nil, err
	}
	p := &Place{Dir: dir, Socket: filepath.Join(dir, "s")}
	if err := CopyPrograms(bin, dir); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	p.Cloud = cloudtest.Start(cloudtest.Config{
		Deployments: []cloudtest.Deployment{{Name: Deployment}},
		Tokens:      append([]cloudtest.Token{{Value: Token, Name: "all", Developer: true, AllEndpoints: true}}, tokens...),
	})
	return p, nil
}

// CopyPrograms copies our programs from a directory to another.
func CopyPrograms(from, to string) error {
	for _, name := range []string{ipc.ProgramHelper, ipc.ProgramFace, ipc.ProgramDaemon} {
		if err := copyFile(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			return fmt.Errorf("copying the programs, which make build builds: %w", err)
		}
	}
	return nil
}

// Program returns the path of one of the programs.
func (p *Place) Program(name string) string { return filepath.Join(p.Dir, name) }

// Environ returns the environment of whatever runs in the place. Nothing of the caller's but
// PATH gets in.
func (p *Place) Environ() []string {
	return []string{
		"PATH=" + p.Dir + ":" + os.Getenv("PATH"), "HOME=" + p.Dir, "LC_ALL=C.UTF-8", noBus,
		ipc.SocketVariable + "=" + p.Socket,
	}
}

// Command returns a command of the place, to be measured.
func (p *Place) Command(name string, words ...string) measure.Command {
	return measure.Command{Args: append([]string{p.Program(name)}, words...), Env: p.Environ(), Dir: p.Dir}
}

// Data returns the daemon's own directory.
func (p *Place) Data() string { return filepath.Join(p.Dir, ".local", "share", "bento-cred") }

// Configure gives the daemon other settings. It must be started anew.
func (p *Place) Configure(text string) error {
	if err := p.StopDaemon(); err != nil {
		return err
	}
	path := filepath.Join(p.Dir, ".config", "bento-cred", "config.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o600)
}

// StartDaemon starts the daemon as one on demand is, but as a child of this process, and
// returns when it answers.
func (p *Place) StartDaemon() error {
	cmd := exec.Command(p.Program(ipc.ProgramDaemon), "run", "--on-demand") //nolint:noctx // It ends by Close.
	cmd.Env, cmd.Dir = p.Environ(), "/"
	child, err := StartChild(cmd)
	if err != nil {
		return err
	}
	p.daemon = child
	return child.Await(func() bool { return Listens(p.Socket) })
}

// DaemonPID returns the process of the daemon that StartDaemon started.
func (p *Place) DaemonPID() int { return p.daemon.PID() }

// Agent connects to the daemon.
func (p *Place) Agent(ctx context.Context) (management.Client, error) {
	client, err := ipc.Dial(ctx, ipc.Config{Socket: p.Socket})
	return management.Client{Client: client}, err
}

// Login keeps Token in the default context.
func (p *Place) Login(ctx context.Context) error {
	agent, err := p.Agent(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = agent.Close() }() // the answer is there
	_, err = agent.Login(ctx, management.Login{
		Endpoint: p.Cloud.URL(), Token: credential.NewSecret(Token), Access: credential.Access{Developer: true, AllEndpoints: true},
	})
	return err
}

// StopDaemon has whatever daemon serves the place leave, and returns when it has.
func (p *Place) StopDaemon() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	agent, err := p.Agent(ctx)
	if err == nil {
		err = errors.Join(agent.Stop(ctx, management.Stop{}), agent.Close())
	}
	if err != nil && !errors.Is(err, ipc.NoDaemon) {
		return fmt.Errorf("stopping the daemon: %w", err)
	}
	if p.daemon != nil {
		p.daemon.End()
		p.daemon = nil
	}
	for ctx.Err() == nil {
		lock, err := ipc.Lock(ipc.LockPath(p.Socket)) // held as long as it lives
		if err == nil {
			return lock.Close()
		}
		if !errors.Is(err, ipc.ErrLockHeld) {
			return fmt.Errorf("looking at the daemon's lock: %w", err)
		}
		time.Sleep(pause)
	}
	return errors.New("the daemon did not end")
}

// Close ends what runs in the place, and removes it. A process that is left all the same is
// ended by its id, and told of.
func (p *Place) Close() error {
	err := p.StopDaemon()
	if p.daemon != nil {
		p.daemon.End()
	}
	p.Cloud.Close()
	for _, pid := range livingIn(p.Dir) {
		err = errors.Join(err, fmt.Errorf("process %d was left", pid), syscall.Kill(pid, syscall.SIGKILL))
	}
	return errors.Join(err, os.RemoveAll(p.Dir))
}

// WithBus returns an environment whose message bus is at that address.
func WithBus(environ []string, address string) []string {
	kept := slices.DeleteFunc(slices.Clone(environ), func(v string) bool {
		return strings.HasPrefix(v, "DBUS_SESSION_BUS_ADDRESS=")
	})
	return append(kept, "DBUS_SESSION_BUS_ADDRESS="+address)
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()                                    // it was only read
	target, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o700) //nolint:gosec // A program.
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}
