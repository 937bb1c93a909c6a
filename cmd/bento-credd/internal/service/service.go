// Package service makes the daemon a service of the user's own: installed once, it is there
// after every login, comes back after a crash, and needs no administrator.
//
// Each platform has a keeper: the user's systemd, launchd, or the task scheduler of Windows.
// They differ in everything but this: what they are told stands in a file of package unit,
// and installing again what is installed changes nothing.
//
// github.com/kardianos/service writes and removes the files, and starts, stops and restarts
// what they describe. Around it stands what it does not know: systemd's socket unit and
// launchd's bootstrap, that a second install is no mistake, and that a failed one leaves
// nothing behind. It has no logon tasks, so on Windows schtasks is asked.
package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/bento-cred/bento-cred/ipc"
)

// Config says what is installed, and how a platform is asked.
type Config struct {
	// GOOS is the platform.
	GOOS string
	// Program is the path of bento-credd that the service runs.
	Program string
	// Version of this program; a running daemon of another one is restarted.
	Version string
	// Socket is the path of the daemon's socket.
	Socket string
	// Home is the user's home directory, UID and User who that is.
	Home string
	UID  int
	User string
	// Environ is the caller's environment; see Kept.
	Environ []string
	// Out gets what was done, in lines for people.
	Out io.Writer
	// Run runs a program of the platform and returns what it wrote to its standard output.
	Run func(ctx context.Context, name string, args ...string) (string, error)
	// Show runs one whose output is for the person.
	Show func(ctx context.Context, name string, args ...string) error
	// Library returns the library's service for a file's text.
	Library func(text string) (Library, error)
}

// Library is what is used of github.com/kardianos/service.
type Library interface {
	Install() error
	Uninstall() error
	Start() error
	Stop() error
	Restart() error
}

// Options are the flags of the commands.
type Options struct {
	Linger bool // install: have systemd keep the daemon when the last session ends
	Follow bool // logs: go on as they are written
	Lines  int  // logs: how many of those there are
}

// keeper is the service manager of a platform.
type keeper interface {
	install(ctx context.Context, options Options) error
	uninstall(ctx context.Context) error
	start(ctx context.Context) error
	stop(ctx context.Context) error
	restart(ctx context.Context) error
	status(ctx context.Context) error
	logs(ctx context.Context, options Options) error
}

// Verbs returns the commands, in the order of the help.
func Verbs() []string {
	return []string{"install", "uninstall", "start", "stop", "restart", "status", "logs"}
}

// Carry carries out one of Verbs.
func Carry(ctx context.Context, verb string, options Options, config Config) error {
	k := config.keeper(ctx)
	switch verb {
	case "install":
		return k.install(ctx, options)
	case "uninstall":
		return k.uninstall(ctx)
	case "start":
		return k.start(ctx)
	case "stop":
		return k.stop(ctx)
	case "restart":
		return k.restart(ctx)
	case "status":
		return k.status(ctx)
	case "logs":
		return k.logs(ctx, options)
	}
	return &ipc.Error{Code: ipc.Usage, Message: fmt.Sprintf("there is no service command %q", verb), Hint: "run `bento-cred service --help`"}
}

// keeper returns the keeper of the platform.
func (c Config) keeper(ctx context.Context) keeper {
	switch c.GOOS {
	case "linux":
		if why := c.reachSystemd(ctx); why != nil {
			return &none{config: c, why: why}
		}
		return &systemd{config: c}
	case "darwin":
		return &launchd{config: c}
	case "windows":
		return &scheduler{config: c}
	}
	return &none{config: c, why: errNoManager}
}

var errNoManager = errors.New("bento-cred knows no service manager of this system")

// say writes a line for the person.
func (c Config) say(format string, args ...any) {
	_, _ = fmt.Fprintf(c.Out, format+"\n", args...) // what was done is done, also unseen
}

// daemon asks who serves the socket; none is started for that.
func (c Config) daemon(ctx context.Context) (ipc.Daemon, error) {
	client, err := ipc.Dial(ctx, ipc.Config{Socket: c.Socket, Version: c.Version})
	if err != nil {
		return ipc.Daemon{}, err
	}
	defer func() { _ = client.Close() }() // it only asked
	return client.Ping(ctx)
}

const (
	// readyTime is how long a manager that does not wait for the daemon is given to start it.
	readyTime = 10 * time.Second
	// readyPause is the time between two looks.
	readyPause = 20 * time.Millisecond
)

// confirm says which daemon serves now, or fails: an installed service that does not answer
// is no service.
func (c Config) confirm(ctx context.Context) error {
	d, err := c.daemon(ctx)
	for late := time.Now().Add(readyTime); errors.Is(err, ipc.NoDaemon) && time.Now().Before(late) && ctx.Err() == nil; {
		time.Sleep(readyPause)
		d, err = c.daemon(ctx)
	}
	if err != nil {
		return fmt.Errorf("the service was started and does not answer: %w", err)
	}
	c.say("running: bento-credd %s, process %d, at %s", d.Version, d.PID, c.Socket)
	return nil
}

// retire takes the socket's path away before a manager closes the socket: the daemon lets
// everybody in who has connected, and answers, and who comes now starts a daemon on demand.
// Closed by the manager, the socket would turn those away who wait at it.
func (c Config) retire() error {
	if err := os.Remove(c.Socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("taking the socket's path away: %w", err)
	}
	return nil
}

// sweep takes away what daemons leave beside their socket, unless one is there already that
// was started on demand.
func (c Config) sweep() error {
	lock, err := ipc.Lock(ipc.LockPath(c.Socket))
	if errors.Is(err, ipc.ErrLockHeld) || errors.Is(err, os.ErrNotExist) {
		return nil // a daemon holds it, or there is no directory
	}
	if err != nil {
		return fmt.Errorf("tidying up beside the socket: %w", err)
	}
	defer func() { _ = lock.Close() }() // nothing was written to it
	for _, path := range ipc.Beside(c.Socket) {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("tidying up beside the socket: %w", err)
		}
	}
	_ = os.Remove(filepath.Dir(c.Socket)) // not if there is anything else in it
	return nil
}

// errNotInstalled is the answer of the commands that need an installed service.
func errNotInstalled() error {
	return &ipc.Error{Code: ipc.NotFound, Message: "the service is not installed", Hint: "run `bento-cred service install`"}
}
