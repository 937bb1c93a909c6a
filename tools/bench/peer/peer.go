// Package peer sets up what others have for the same job, each with a secret that is made up,
// in a home that is thrown away: what git's users have, SSH's, Docker's, AWS's, and BentoML's
// own command.
package peer

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bento-cred/bento-cred/tools/bench/measure"
)

// The names of the peers.
const (
	GitFill       = "git credential fill, cache helper"
	GitCache      = "git credential-cache get"
	SSHAdd        = "ssh-add -l"
	SecretService = "docker-credential-secretservice get"
	Pass          = "docker-credential-pass get"
	AWSVault      = "aws-vault export, file store"
	BentoML       = "bentoml cloud current-context"
)

// Tool is one kind of peer.
type Tool struct {
	Names []string // of the cases that it has
	// Start sets it up below a home of its own. It fails where the tool is not installed.
	Start func(ctx context.Context, h *Home) ([]measure.Case, error)
}

// Tools returns all that are known.
func Tools() []Tool {
	return []Tool{
		{[]string{GitFill, GitCache}, git},
		{[]string{SSHAdd}, ssh},
		{[]string{SecretService}, secretService},
		{[]string{Pass}, pass},
		{[]string{AWSVault}, awsVault},
		{[]string{BentoML}, bentoML},
	}
}

// Home is where a peer lives.
type Home struct {
	Dir   string
	Cache string // where what had to be built is kept for the next run
	ends  []func()
}

// NewHome makes a home below dir, where paths are short enough for sockets.
func NewHome(dir, cache string) (*Home, error) {
	home, err := os.MkdirTemp(dir, "h") // of mode 0700, which agents insist on
	return &Home{Dir: home, Cache: cache}, err
}

// End ends what was started, the last one first.
func (h *Home) End() {
	for _, end := range slices.Backward(h.ends) {
		end()
	}
	_ = os.RemoveAll(h.Dir) // it is below what is removed at the end
}

func (h *Home) atEnd(end func()) { h.ends = append(h.ends, end) }

// environ returns the environment of a peer, which has nothing of the caller's but PATH.
func (h *Home) environ(more ...string) []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + h.Dir, "LC_ALL=C.UTF-8", "DBUS_SESSION_BUS_ADDRESS=disabled:",
	}, more...)
}

// write writes a file of the home and returns its path.
func (h *Home) write(name, text string) (string, error) {
	path := filepath.Join(h.Dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	return path, os.WriteFile(path, []byte(text), 0o600)
}

// ready returns the case of a command that has said what it is to say when it was run once.
func ready(ctx context.Context, name string, every int, c measure.Command, want string) (measure.Case, error) {
	out, err := c.Check(ctx)
	if err == nil && !strings.Contains(out, want) {
		err = errors.New(name + " does not say what it was given")
	}
	return c.Case(name, every), err
}

// find returns the path of a program.
func find(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", errors.New(name + " is not on PATH")
	}
	return path, nil
}
