package service_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/cmd/bento-credd/internal/service"
	"github.com/bento-cred/bento-cred/ipc/ipctest"
	"github.com/bento-cred/bento-cred/ipc/management"
	"github.com/bento-cred/bento-cred/ipc/server"
)

// version is that of the program under test, and of the daemon that a fake platform runs.
const version = "1.2.3"

// platform is a small service manager: it knows what is loaded, and runs a daemon for it.
type platform struct {
	t      *testing.T
	home   string
	socket string
	plist  string // where the agent's file belongs
	said   bytes.Buffer
	asked  []string         // every command, as typed
	fails  map[string]error // by the beginning of a command
	loaded bool
	end    context.CancelFunc // ends the daemon; nil: none ran yet
	ended  chan struct{}      // closed when it has
}

// newPlatform returns a platform with nothing on it.
func newPlatform(t *testing.T) *platform {
	t.Helper()
	home, err := os.MkdirTemp("", "bcs") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	p := &platform{t: t, home: home, socket: filepath.Join(home, "c", "s"), fails: map[string]error{}}
	p.plist = filepath.Join(home, "Library", "LaunchAgents", "io.github.bento-cred.plist")
	t.Cleanup(func() {
		p.stop()
		if err := os.RemoveAll(home); err != nil {
			t.Error(err)
		}
	})
	return p
}

// carry carries out a command on the platform and returns what the person read.
func (p *platform) carry(goos, verb string, options service.Options) (string, error) {
	p.said.Reset()
	err := service.Carry(p.t.Context(), verb, options, service.Config{
		GOOS: goos, Program: "/opt/bento-credd", Version: version, Socket: p.socket,
		Home: p.home, UID: 501, User: `ACME\ada`, Out: &p.said,
		Environ: []string{"XDG_DATA_HOME=/data", "SECRET=no", "HTTPS_PROXY=http://ada:hunter2@proxy"},
		Run:     p.run,
		Show: func(ctx context.Context, name string, args ...string) error {
			out, err := p.run(ctx, name, args...)
			p.said.WriteString(out)
			return err
		},
		Library: func(text string) (service.Library, error) { return &library{platform: p, text: text}, nil },
	})
	return p.said.String(), err
}

// run does what the platform's programs would.
func (p *platform) run(_ context.Context, name string, args ...string) (string, error) {
	command := name + " " + strings.Join(args, " ")
	p.asked = append(p.asked, command)
	for begin, err := range p.fails {
		if strings.HasPrefix(command, begin) {
			return "", err
		}
	}
	switch name {
	case "launchctl":
		return p.launchctl(args)
	case "schtasks":
		return p.schtasks(args)
	}
	return command + "\n", nil
}

var errUnknown = errors.New("exit status 113: Could not find service")

// launchctl knows one agent.
func (p *platform) launchctl(args []string) (string, error) {
	switch args[0] {
	case "print":
		if !p.loaded {
			return "", errUnknown
		}
		return "gui/501/io.github.bento-cred = {\n\tstate = running\n\tpid = 42\n}\n", nil
	case "bootstrap":
		if _, err := os.Stat(args[2]); err != nil || p.loaded {
			return "", errors.Join(err, errors.New("exit status 5: Bootstrap failed: 5: Input/output error"))
		}
		p.loaded = true
		p.start()
	case "bootout":
		if !p.loaded {
			return "", errUnknown
		}
		p.loaded = false
		p.stop()
	case "kickstart":
		if slices.Contains(args, "-k") {
			p.stop()
		}
		p.start()
	}
	return "", nil
}

// schtasks knows one task.
func (p *platform) schtasks(args []string) (string, error) {
	switch args[0] {
	case "/Create":
		text, err := os.ReadFile(args[slices.Index(args, "/XML")+1])
		if err != nil || !bytes.HasPrefix(text, []byte("\xff\xfe<\x00?\x00")) {
			return "", errors.Join(err, errors.New("ERROR: The task XML is malformed"))
		}
		p.loaded = true
	case "/Delete":
		p.loaded = false
	case "/Run":
		p.start()
	}
	if !p.loaded && args[0] != "/Delete" {
		return "", errors.New("the system cannot find the file specified")
	}
	return "TaskName: \\bento-cred\nStatus: Running\n", nil
}

// start runs a daemon, if none runs.
func (p *platform) start() {
	if p.ended != nil {
		select {
		case <-p.ended: // it was told to leave
		case <-time.After(100 * time.Millisecond):
			return
		}
	}
	listener, err := server.Listen(p.socket)
	if err != nil {
		p.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	memory := &ipctest.Memory{Version: version, Now: time.Now, Stopped: cancel}
	front := server.New(server.Config{
		Agent:   func(server.Peer) (management.Agent, error) { return memory, nil },
		Version: version, Log: slog.New(slog.DiscardHandler),
	})
	p.end, p.ended = cancel, make(chan struct{})
	go func(ended chan struct{}) {
		defer close(ended)
		if err := front.Serve(ctx, listener); err != nil {
			p.t.Error(err)
		}
	}(p.ended)
}

// stop ends the daemon.
func (p *platform) stop() {
	if p.end != nil {
		p.end()
		<-p.ended
	}
}

// library writes the file, and takes one that is there for a mistake, as the real one does.
type library struct {
	*platform
	text string
}

func (l *library) Install() error {
	if err := l.fails["library install"]; err != nil {
		return err
	}
	if _, err := os.Stat(l.plist); err == nil {
		return errors.New("Init already exists: " + l.plist)
	}
	if err := os.MkdirAll(filepath.Dir(l.plist), 0o700); err != nil {
		return err
	}
	return os.WriteFile(l.plist, []byte(l.text), 0o600)
}

func (l *library) Uninstall() error { return os.Remove(l.plist) }
func (l *library) Start() error     { return nil }
func (l *library) Stop() error      { return nil }
func (l *library) Restart() error   { return nil }
