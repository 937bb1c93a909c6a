package main

import (
	"fmt"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"

	"github.com/bento-cred/bento-cred/ipc/server"
)

// managersSocket returns the socket that systemd listens at for this process
// (sd_listen_fds(3)); nil where it does not.
func managersSocket() (*server.Inherited, error) {
	const unsetEnvironment = true
	files := activation.Files(unsetEnvironment)
	switch len(files) {
	case 0:
		return nil, nil //nolint:nilnil // no socket is no failure
	case 1:
		return server.Inherit(files[0])
	}
	return nil, fmt.Errorf("taking over systemd's sockets: there are %d, and one is needed", len(files))
}

// tellManager tells systemd that peers are answered now (sd_notify(3)), if it waits for that.
func tellManager() error {
	const unsetEnvironment = true
	if _, err := daemon.SdNotify(unsetEnvironment, daemon.SdNotifyReady); err != nil {
		return fmt.Errorf("telling systemd that the daemon is ready: %w", err)
	}
	return nil
}

// managerVariables are for the process that systemd started, and not for its children.
func managerVariables() []string {
	return []string{
		"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID", "NOTIFY_SOCKET", "JOURNAL_STREAM",
		"INVOCATION_ID", "SYSTEMD_EXEC_PID", "MANAGERPID", "WATCHDOG_PID", "WATCHDOG_USEC",
	}
}
