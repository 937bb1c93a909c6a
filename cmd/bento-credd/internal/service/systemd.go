package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/bento-cred/bento-cred/configs/unit"
	"github.com/bento-cred/bento-cred/ipc"
)

const (
	serviceUnit = unit.Name + ".service"
	socketUnit  = unit.Name + ".socket"
)

// systemd is the user's own systemd.
type systemd struct{ config Config }

// reachSystemd reports why the user has no systemd of their own here.
func (c Config) reachSystemd(ctx context.Context) error {
	if _, err := c.systemctl(ctx, "show", "--property=Version"); err != nil {
		return fmt.Errorf("no systemd serves this user here: %w", err)
	}
	return nil
}

// systemctl runs a command of systemctl at the user's own manager.
func (c Config) systemctl(ctx context.Context, args ...string) (string, error) {
	return c.Run(ctx, "systemctl", append([]string{"--user"}, args...)...)
}

// directory returns where the user's units are. The manager is started before any shell, so
// a shell's XDG_CONFIG_HOME is nothing it knows.
func (s *systemd) directory() string {
	return filepath.Join(s.config.Home, ".config", "systemd", "user")
}

// install implements keeper.
func (s *systemd) install(ctx context.Context, options Options) error {
	environ, dropped := s.config.kept()
	filled := unit.Config{Program: s.config.Program, Socket: s.config.Socket, Environ: environ}
	if s.config.Socket == fmt.Sprintf("/run/user/%d/bento-cred/s", s.config.UID) {
		filled.Socket = "" // as in the packages' unit
	}
	service, err := unit.Service(filled)
	if err != nil {
		return err
	}
	socket, err := unit.Socket(filled)
	if err != nil {
		return err
	}
	changed, err := s.put(ctx, string(service), string(socket))
	if err != nil {
		return err
	}
	s.config.sayDropped(dropped)
	s.config.say("enabled: the daemon is there from login to logout, and on demand")
	if err := s.run(ctx, changed); err != nil {
		return err
	}
	if err := s.config.confirm(ctx); err != nil {
		return err
	}
	return s.linger(ctx, options.Linger)
}

// put puts the units where systemd finds them, and reports whether it changed anything.
func (s *systemd) put(ctx context.Context, service, socket string) (changed bool, err error) {
	if s.shipped(ctx, serviceUnit) == service && s.shipped(ctx, socketUnit) == socket {
		_, err := s.config.systemctl(ctx, "enable", serviceUnit, socketUnit)
		s.config.say("uses the units of the package")
		return false, err
	}
	servicePath, socketPath := filepath.Join(s.directory(), serviceUnit), filepath.Join(s.directory(), socketUnit)
	before, err := file(servicePath)
	if err != nil {
		return false, err
	}
	socketBefore, err := file(socketPath)
	if err != nil {
		return false, err
	}
	if before == service && socketBefore == socket {
		_, err := s.config.systemctl(ctx, "enable", serviceUnit, socketUnit)
		s.config.say("already installed: %s, %s", servicePath, socketPath)
		return false, err
	}
	if err := replace(socketPath, socket); err != nil {
		return false, err
	}
	if err := s.write(servicePath, before, service); err != nil {
		return false, errors.Join(err, replace(socketPath, socketBefore))
	}
	s.config.say("wrote %s", socketPath)
	s.config.say("wrote %s", servicePath)
	// The library enables before it has systemd read the files; what they say of being
	// enabled counts only after.
	if _, err := s.config.systemctl(ctx, "daemon-reload"); err != nil {
		return true, err
	}
	_, err = s.config.systemctl(ctx, "reenable", serviceUnit, socketUnit)
	return true, err
}

// write has the library write and enable the service's unit. The library takes one that is
// there for a mistake, and leaves one that it could not enable.
func (s *systemd) write(path, before, text string) error {
	library, err := s.config.Library(text)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := library.Install(); err != nil {
		return errors.Join(fmt.Errorf("installing the service: %w", err), replace(path, before))
	}
	return nil
}

// shipped returns the text of a unit that a package installed; "" where none did, or the
// user has one of their own.
func (s *systemd) shipped(ctx context.Context, name string) string {
	path, err := s.property(ctx, name, "FragmentPath")
	if err != nil || path == "" || filepath.Dir(path) == s.directory() {
		return ""
	}
	text, err := file(path)
	if err != nil {
		return ""
	}
	return text
}

// run brings the socket and the daemon up, the daemon anew where it is not what was
// installed.
func (s *systemd) run(ctx context.Context, changed bool) error {
	// A start that was tried too often is not tried again until this is said.
	_, _ = s.config.systemctl(ctx, "reset-failed", serviceUnit, socketUnit) // there may be none
	library, err := s.config.Library("")
	if err != nil {
		return err
	}
	active, err := s.property(ctx, serviceUnit, "ActiveState")
	if err != nil {
		return err
	}
	if active == "active" {
		running, err := s.config.daemon(ctx)
		if err == nil && !changed && running.Version == s.config.Version {
			return nil
		}
	}
	if changed {
		if err := s.reopen(ctx); err != nil {
			return err
		}
	}
	if err := library.Restart(); err != nil {
		return fmt.Errorf("starting the service: %w; see `bento-cred service logs`", err)
	}
	return nil
}

// reopen has systemd open the socket anew, which may have been moved; its daemon ends with it.
func (s *systemd) reopen(ctx context.Context) error {
	open, err := s.property(ctx, socketUnit, "ActiveState")
	if err == nil && open == "active" {
		err = s.config.retire()
	}
	if err == nil {
		_, err = s.config.systemctl(ctx, "restart", socketUnit)
	}
	return err
}

// property returns a property of a unit.
func (s *systemd) property(ctx context.Context, name, property string) (string, error) {
	values, err := s.properties(ctx, name, property)
	return values[property], err
}

// uninstall implements keeper.
func (s *systemd) uninstall(ctx context.Context) error {
	loaded, err := s.property(ctx, serviceUnit, "LoadState")
	if err != nil {
		return err
	}
	if loaded == "not-found" {
		s.config.say("nothing to uninstall: the service is not installed")
		return nil
	}
	if err := s.config.retire(); err != nil {
		return err
	}
	if _, err := s.config.systemctl(ctx, "disable", "--now", socketUnit, serviceUnit); err != nil {
		return err
	}
	s.config.say("stopped, and no longer started at login")
	for _, name := range []string{serviceUnit, socketUnit} {
		path := filepath.Join(s.directory(), name)
		if err := os.Remove(path); err == nil {
			s.config.say("removed %s", path)
		} else if !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	// Directories that are empty now may have been made for the units.
	_ = os.Remove(s.directory())               // not if there is anything in it
	_ = os.Remove(filepath.Dir(s.directory())) // as above
	if _, err := s.config.systemctl(ctx, "daemon-reload"); err != nil {
		return err
	}
	_, _ = s.config.systemctl(ctx, "reset-failed", serviceUnit, socketUnit) // there is none to reset
	s.config.say("your contexts stay in the keychain; `bento-cred logout --all` takes them out")
	s.config.say("from now on bento-cred starts the daemon when it is needed")
	return s.config.sweep()
}

// start implements keeper.
func (s *systemd) start(ctx context.Context) error { return s.act(ctx, Library.Start) }

// restart implements keeper.
func (s *systemd) restart(ctx context.Context) error { return s.act(ctx, Library.Restart) }

// act has the library start or restart the service.
func (s *systemd) act(ctx context.Context, action func(Library) error) error {
	if err := s.installed(ctx); err != nil {
		return err
	}
	_, _ = s.config.systemctl(ctx, "reset-failed", serviceUnit, socketUnit) // there may be none to reset
	library, err := s.config.Library("")
	if err != nil {
		return err
	}
	if err := action(library); err != nil {
		return fmt.Errorf("asking systemd: %w; see `bento-cred service logs`", err)
	}
	return s.config.confirm(ctx)
}

// stop implements keeper. The socket goes too, or the next program would start the daemon
// again.
func (s *systemd) stop(ctx context.Context) error {
	if err := s.installed(ctx); err != nil {
		return err
	}
	if err := s.config.retire(); err != nil {
		return err
	}
	if _, err := s.config.systemctl(ctx, "stop", socketUnit, serviceUnit); err != nil {
		return err
	}
	s.config.say("stopped until the next login or `bento-cred service start`; a program that needs a daemon meanwhile starts one (%s=0 turns that off)", ipc.StartVariable)
	return nil
}

// installed returns an error where the service is not installed.
func (s *systemd) installed(ctx context.Context) error {
	loaded, err := s.property(ctx, serviceUnit, "LoadState")
	if err == nil && loaded != "loaded" {
		err = errNotInstalled()
	}
	return err
}
