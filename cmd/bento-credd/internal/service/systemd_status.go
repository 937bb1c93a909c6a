package service

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/bento-cred/bento-cred/ipc"
)

// properties returns properties of a unit, by their names.
func (s *systemd) properties(ctx context.Context, name string, properties ...string) (map[string]string, error) {
	said, err := s.config.systemctl(ctx, "show", "--property="+strings.Join(properties, ","), name)
	if err != nil {
		return nil, err
	}
	values := make(map[string]string, len(properties))
	for line := range strings.Lines(said) {
		if property, value, found := strings.Cut(strings.TrimSuffix(line, "\n"), "="); found {
			values[property] = value
		}
	}
	return values, nil
}

// status implements keeper.
func (s *systemd) status(ctx context.Context) error {
	if err := s.installed(ctx); err != nil {
		return err
	}
	service, err := s.properties(ctx, serviceUnit, "FragmentPath", "UnitFileState", "ActiveState", "SubState", "Result", "NRestarts", "MainPID")
	if err != nil {
		return err
	}
	socket, err := s.properties(ctx, socketUnit, "UnitFileState", "ActiveState", "SubState")
	if err != nil {
		return err
	}
	s.config.say("installed  %s (%s)", service["FragmentPath"], service["UnitFileState"])
	s.config.say("service    %s (%s), restarted %s times", service["ActiveState"], service["SubState"], service["NRestarts"])
	s.config.say("socket     %s (%s), %s", socket["ActiveState"], socket["SubState"], s.config.Socket)
	s.config.say("lingering  %s", s.lingering(ctx))
	d, err := s.config.daemon(ctx)
	if errors.Is(err, ipc.NoDaemon) {
		return &ipc.Error{
			Code:    ipc.NoDaemon,
			Message: "the service is installed and does not run (" + service["ActiveState"] + ", " + service["Result"] + ")",
			Hint:    "run `bento-cred service start`, or see `bento-cred service logs`",
		}
	}
	if err != nil {
		return err
	}
	s.config.say("daemon     bento-credd %s, process %d", d.Version, d.PID)
	return nil
}

// logs implements keeper.
func (s *systemd) logs(ctx context.Context, options Options) error {
	args := []string{"--user", "--unit=" + serviceUnit, "--lines=" + strconv.Itoa(options.Lines), "--no-pager"}
	if options.Follow {
		args = append(args, "--follow")
	}
	if err := s.config.Show(ctx, "journalctl", args...); err != nil {
		return &ipc.Error{
			Code:    ipc.NotFound,
			Message: "reading the journal: " + err.Error(),
			Hint:    "where the journal is kept in memory alone, an administrator can read it: journalctl _SYSTEMD_USER_UNIT=" + serviceUnit,
		}
	}
	return nil
}

// lingering returns whether systemd keeps the user's services without a session: yes, no,
// or unknown.
func (s *systemd) lingering(ctx context.Context) string {
	said, err := s.config.Run(ctx, "loginctl", "show-user", strconv.Itoa(s.config.UID), "--property=Linger", "--value")
	if said = strings.TrimSpace(said); err == nil && said != "" {
		return said
	}
	return "unknown"
}

// linger turns lingering on, or says what it would bring.
func (s *systemd) linger(ctx context.Context, wanted bool) error {
	if wanted {
		if _, err := s.config.Run(ctx, "loginctl", "enable-linger", strconv.Itoa(s.config.UID)); err != nil {
			return &ipc.Error{
				Code:    ipc.Denied,
				Message: "turning lingering on: " + err.Error(),
				Hint:    "ask an administrator for: loginctl enable-linger " + s.config.User,
			}
		}
		s.config.say("lingering: on; the daemon is there from boot on, and stays when you log out")
		return nil
	}
	if s.lingering(ctx) == "no" {
		s.config.say("lingering: off; systemd ends the daemon with your last session, and starts it with the next.\n" +
			"           For jobs that run without a session: bento-cred service install --linger")
	}
	return nil
}
