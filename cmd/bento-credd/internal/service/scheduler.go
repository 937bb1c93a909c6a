package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/bento-cred/bento-cred/configs/unit"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// scheduler is the task scheduler of Windows. A service of Windows would want an
// administrator, and would run as another user, who cannot read this one's Credential
// Manager; a task that starts at the user's logon is theirs.
type scheduler struct{ config Config }

func (s *scheduler) schtasks(ctx context.Context, args ...string) (string, error) {
	return s.config.Run(ctx, "schtasks", append(args, "/TN", unit.Name)...)
}

// installed reports whether the scheduler has the task.
func (s *scheduler) installed(ctx context.Context) bool {
	_, err := s.schtasks(ctx, "/Query")
	return err == nil
}

// install implements keeper.
func (s *scheduler) install(ctx context.Context, _ Options) (err error) {
	text, err := unit.Task(unit.Config{Program: s.config.Program, User: s.config.User})
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bento-cred")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "task.xml")
	if err := os.WriteFile(path, wide(string(text)), 0o600); err != nil {
		return err
	}
	if _, err := s.schtasks(ctx, "/Create", "/F", "/XML", path); err != nil {
		return fmt.Errorf("asking the task scheduler: %w", err)
	}
	s.config.say("installed: the task %q, which starts the daemon when %s logs on", unit.Name, s.config.User)
	return s.restart(ctx)
}

// wide returns text in UTF-16 with a byte order mark, as schtasks reads it.
func wide(text string) []byte {
	encoded := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(text)) {
		encoded = append(encoded, byte(u), byte(u>>8))
	}
	return encoded
}

// uninstall implements keeper.
func (s *scheduler) uninstall(ctx context.Context) error {
	if !s.installed(ctx) {
		s.config.say("nothing to uninstall: the service is not installed")
		return nil
	}
	if err := s.end(ctx); err != nil {
		return err
	}
	if _, err := s.schtasks(ctx, "/Delete", "/F"); err != nil {
		return fmt.Errorf("asking the task scheduler: %w", err)
	}
	s.config.say("removed the task %q; the daemon is no longer started at logon", unit.Name)
	s.config.say("your contexts stay in the keychain; `bento-cred logout --all` takes them out")
	return nil
}

// end has the daemon leave after its answers, which the scheduler's own way would not.
func (s *scheduler) end(ctx context.Context) error {
	client, err := ipc.Dial(ctx, ipc.Config{Socket: s.config.Socket, Version: s.config.Version})
	if errors.Is(err, ipc.NoDaemon) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }() // the daemon has answered
	return management.Client{Client: client}.Stop(ctx, management.Stop{})
}

// start implements keeper.
func (s *scheduler) start(ctx context.Context) error {
	if !s.installed(ctx) {
		return errNotInstalled()
	}
	if _, err := s.schtasks(ctx, "/Run"); err != nil {
		return fmt.Errorf("asking the task scheduler: %w", err)
	}
	return s.config.confirm(ctx)
}

// stop implements keeper.
func (s *scheduler) stop(ctx context.Context) error {
	if !s.installed(ctx) {
		return errNotInstalled()
	}
	if err := s.end(ctx); err != nil {
		return err
	}
	s.config.say("stopped until the next logon or `bento-cred service start`")
	return nil
}

// restart implements keeper.
func (s *scheduler) restart(ctx context.Context) error {
	if err := s.end(ctx); err != nil {
		return err
	}
	return s.start(ctx)
}

// status implements keeper.
func (s *scheduler) status(ctx context.Context) error {
	said, err := s.schtasks(ctx, "/Query", "/FO", "LIST")
	if err != nil {
		return errNotInstalled()
	}
	s.config.say("%s", strings.TrimSpace(said))
	d, err := s.config.daemon(ctx)
	if err != nil {
		return err
	}
	s.config.say("daemon: bento-credd %s, process %d", d.Version, d.PID)
	return nil
}

// logs implements keeper.
func (s *scheduler) logs(ctx context.Context, options Options) error {
	if options.Follow {
		return &ipc.Error{Code: ipc.Unsupported, Message: "the event log cannot be followed", Hint: "open the Event Viewer, Windows Logs, Application"}
	}
	return s.config.Show(ctx, "wevtutil", "query-events", "Application", "/query:*[System[Provider[@Name='bento-cred']]]",
		"/format:text", "/reversedirection:true", "/count:"+strconv.Itoa(options.Lines))
}
