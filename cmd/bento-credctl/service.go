package main

import (
	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/ipc"
)

// serviceCommand declares what bento-credd does: it alone knows the service managers.
func (a *app) serviceCommand() *cobra.Command {
	command := func(use, short, long, example string) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Long: long, Example: example, Args: noArguments, RunE: a.runDaemonsOwn}
	}
	install := command("install", "Have the daemon started at each login", `Install the daemon as a service of your own, without an administrator: a unit and a socket
of your systemd, an agent of launchd, or a task that Windows starts when you log on. Then
it is there after each login, comes back after a crash, and a restart loses no request.
Doing it again changes nothing, or brings what is installed up to date.

Without a service manager nothing need be installed: bento-cred starts the daemon when
it is needed.`, `  bento-cred service install
  bento-cred service install --linger    # also without a session, from boot on`)
	install.Flags().Bool("linger", false, "systemd: keep the daemon when the last session ends, and start it at boot")
	logs := command("logs", "Show what the daemon has to say", `Show the daemon's log, from where the platform keeps it: the journal, launchd's file, or the
event log. How much is told is a setting, and changes at once: [daemon] log_level = "debug".`,
		`  bento-cred service logs --follow`)
	logs.Flags().BoolP("follow", "f", false, "go on as it is written")
	logs.Flags().IntP("lines", "n", 50, "how many lines")
	return group(&cobra.Command{
		Use:   "service",
		Short: "Keep the daemon running: install, start, restart",
		Long:  `Have the system's service manager keep the daemon running.`,
	}, install,
		command("uninstall", "Take the service away again", `Stop the service and take away what install wrote. Your contexts stay in the keychain.`, "  bento-cred service uninstall"),
		command("start", "Start the installed service", `Start the installed service.`, "  bento-cred service start"),
		command("stop", "Stop it until the next login", `Stop the service, and its socket, until the next login or start.`, "  bento-cred service stop"),
		command("restart", "Restart it, as after an upgrade", `Restart the service. Who asks meanwhile waits, and is answered by the new daemon.`, "  bento-cred service restart"),
		command("status", "Show whether it is installed and runs", `Show what is installed, whether it runs, and who serves the socket.
Exit status 3: not installed; 9: installed, and nobody answers.`, "  bento-cred service status"),
		logs)
}

// runDaemonsOwn becomes bento-credd, which carries out the command of the same name.
func (a *app) runDaemonsOwn(cmd *cobra.Command, _ []string) error {
	path, err := ipc.FindProgram(ipc.ProgramDaemon, a.getenv)
	if err != nil {
		return &ipc.Error{Code: ipc.NoDaemon, Message: err.Error(), Hint: "install bento-credd beside bento-cred, or on PATH"}
	}
	words := []string{ipc.ProgramDaemon, cmd.Parent().Name(), cmd.Name()}
	return a.become(path, append(words, flagWords(cmd)...), a.environ)
}
