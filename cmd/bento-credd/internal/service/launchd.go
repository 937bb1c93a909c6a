package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/bento-cred/bento-cred/configs/unit"
	"github.com/bento-cred/bento-cred/ipc"
)

// launchd is the user's domain of macOS's service manager. It is asked with bootstrap and
// bootout: load and unload do nothing, in silence, outside the domain they belong to
// (launchctl(1), "Legacy subcommands").
type launchd struct{ config Config }

// domain is where agents of a logged-in user live.
func (l *launchd) domain() string { return "gui/" + strconv.Itoa(l.config.UID) }

// target is the agent's full name.
func (l *launchd) target() string { return l.domain() + "/" + unit.Label }

// plist is the agent's file.
func (l *launchd) plist() string {
	return filepath.Join(l.config.Home, "Library", "LaunchAgents", unit.Label+".plist")
}

// log is what launchd writes the daemon's standard error to.
func (l *launchd) log() string {
	return filepath.Join(l.config.Home, "Library", "Logs", "bento-cred.log")
}

func (l *launchd) launchctl(ctx context.Context, args ...string) (string, error) {
	return l.config.Run(ctx, "launchctl", args...)
}

// loaded reports whether launchd knows the agent.
func (l *launchd) loaded(ctx context.Context) bool {
	_, err := l.launchctl(ctx, "print", l.target())
	return err == nil
}

// install implements keeper.
func (l *launchd) install(ctx context.Context, _ Options) error {
	environ, dropped := l.config.kept()
	text, err := unit.Agent(unit.Config{
		Program: l.config.Program, Socket: l.config.Socket, Environ: environ, Log: l.log(),
	})
	if err != nil {
		return err
	}
	// launchd makes neither directory, and says nothing of a socket it could not make.
	for _, dir := range []string{filepath.Dir(l.config.Socket), filepath.Dir(l.log())} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	before, err := file(l.plist())
	if err != nil {
		return err
	}
	if before == string(text) && l.loaded(ctx) {
		l.config.say("already installed: %s", l.plist())
		return l.refresh(ctx)
	}
	if l.loaded(ctx) {
		if err := l.bootout(ctx); err != nil {
			return err
		}
	}
	if err := l.write(before, string(text)); err != nil {
		return err
	}
	l.config.say("wrote %s", l.plist())
	l.config.sayDropped(dropped)
	if err := l.bootstrap(ctx); err != nil {
		return err
	}
	l.config.say("enabled: the daemon is there from login to logout, and on demand")
	return l.config.confirm(ctx)
}

// refresh restarts a daemon of another version than this program's.
func (l *launchd) refresh(ctx context.Context) error {
	if running, err := l.config.daemon(ctx); err == nil && running.Version == l.config.Version {
		return nil
	}
	return l.restart(ctx)
}

// write has the library write the agent's file. The library takes one that is there for a
// mistake.
func (l *launchd) write(before, text string) error {
	library, err := l.config.Library(text)
	if err != nil {
		return err
	}
	if err := os.Remove(l.plist()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := library.Install(); err != nil {
		return errors.Join(fmt.Errorf("installing the agent: %w", err), replace(l.plist(), before))
	}
	return nil
}

// bootstrap has launchd take up the agent, and makes sure that it did.
func (l *launchd) bootstrap(ctx context.Context) error {
	// One that was disabled once is not started, whatever its file says.
	if _, err := l.launchctl(ctx, "enable", l.target()); err != nil {
		return err
	}
	if _, err := l.launchctl(ctx, "bootstrap", l.domain(), l.plist()); err != nil {
		return &ipc.Error{
			Code:    ipc.Unsupported,
			Message: "asking launchd for the agent: " + err.Error(),
			Hint:    "log in at the screen once: " + l.domain() + " is there from then on; until then bento-cred starts the daemon when it is needed",
		}
	}
	if !l.loaded(ctx) {
		return errors.New("launchd took the agent and does not know it")
	}
	return nil
}

// bootout has launchd end the daemon and forget the agent.
func (l *launchd) bootout(ctx context.Context) error {
	if err := l.config.retire(); err != nil {
		return err
	}
	if _, err := l.launchctl(ctx, "bootout", l.target()); err != nil {
		return fmt.Errorf("asking launchd to forget the agent: %w", err)
	}
	return nil
}

// uninstall implements keeper.
func (l *launchd) uninstall(ctx context.Context) error {
	text, err := file(l.plist())
	if err != nil {
		return err
	}
	loaded := l.loaded(ctx)
	if text == "" && !loaded {
		l.config.say("nothing to uninstall: the service is not installed")
		return nil
	}
	if loaded {
		if err := l.bootout(ctx); err != nil {
			return err
		}
		l.config.say("stopped, and no longer started at login")
	}
	if text != "" {
		library, err := l.config.Library("")
		if err == nil {
			err = library.Uninstall()
		}
		if err != nil {
			return fmt.Errorf("removing the agent: %w", err)
		}
		l.config.say("removed %s", l.plist())
	}
	for _, path := range []string{l.log(), l.log() + ".old"} {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	l.config.say("your contexts stay in the keychain; `bento-cred logout --all` takes them out")
	l.config.say("from now on bento-cred starts the daemon when it is needed")
	return l.config.sweep()
}

// start implements keeper.
func (l *launchd) start(ctx context.Context) error {
	if text, err := file(l.plist()); err != nil || text == "" {
		return errors.Join(err, errNotInstalled())
	}
	if !l.loaded(ctx) {
		if err := l.bootstrap(ctx); err != nil {
			return err
		}
	} else if _, err := l.launchctl(ctx, "kickstart", l.target()); err != nil {
		return fmt.Errorf("starting the agent: %w", err)
	}
	return l.config.confirm(ctx)
}

// stop implements keeper.
func (l *launchd) stop(ctx context.Context) error {
	if !l.loaded(ctx) {
		return errNotInstalled()
	}
	if err := l.bootout(ctx); err != nil {
		return err
	}
	l.config.say("stopped until the next login or `bento-cred service start`; a program that needs a daemon meanwhile starts one (%s=0 turns that off)", ipc.StartVariable)
	return nil
}

// restart implements keeper.
func (l *launchd) restart(ctx context.Context) error {
	if !l.loaded(ctx) {
		return l.start(ctx)
	}
	if _, err := l.launchctl(ctx, "kickstart", "-k", l.target()); err != nil {
		return fmt.Errorf("restarting the agent: %w", err)
	}
	return l.config.confirm(ctx)
}

// status implements keeper.
func (l *launchd) status(ctx context.Context) error {
	said, err := l.launchctl(ctx, "print", l.target())
	if err != nil {
		return errNotInstalled()
	}
	l.config.say("installed  %s", l.plist())
	for line := range strings.Lines(said) {
		name, value, found := strings.Cut(strings.TrimSpace(line), " = ")
		switch {
		case !found:
		case name == "state", name == "pid", name == "runs", name == "last exit code":
			l.config.say("%-10s %s", name, value)
		}
	}
	l.config.say("socket     %s", l.config.Socket)
	d, err := l.config.daemon(ctx)
	if err != nil {
		return err
	}
	l.config.say("daemon     bento-credd %s, process %d", d.Version, d.PID)
	return nil
}

// logs implements keeper.
func (l *launchd) logs(ctx context.Context, options Options) error {
	return l.config.tail(ctx, l.log(), options)
}
