package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/ipc/management"
)

func (a *app) statusCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the daemon, the store, the settings and the contexts",
		Long: `Show the daemon, the store and why it was chosen, what is wrong with the settings, and
every context with its tokens, without their values: how much of its life each has left,
whether BentoCloud still takes it, and what you should know of it.`,
		Example: `  bento-cred status
  bento-cred status -o json | jq -r '.contexts[].tokens[].life.left_seconds'`,
		Args: noArguments,
	}
	format := formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		status, err := a.daemonStatus(cmd.Context())
		if err != nil {
			return err
		}
		return a.show(cmd, *format, status, a.statusView(status))
	}
	return cmd
}

func (a *app) statusView(status management.Status) output.View {
	view := a.contextsView(status.Contexts)
	for _, c := range status.Contexts {
		view.Blocks = append(view.Blocks, a.contextBlock(c))
		view.Warnings = append(view.Warnings, c.Warnings...)
	}
	if status.Store.State != stateReady {
		view.Empty = "" // there may well be contexts, behind the lock
	}
	addDaemon(&view, status.Daemon)
	addStore(&view, status.Store)
	addConfig(&view, status.Config)
	return view
}

// addDaemon adds to view what is known of the daemon.
func addDaemon(view *output.View, daemon management.Daemon) {
	how := daemon.Mode
	if daemon.IdleExit != "" {
		how += ", leaves after " + shortDuration(daemon.IdleExit) + " without a request"
	}
	view.Add("daemon", output.Text(daemon.Version+", process "+strconv.Itoa(daemon.PID)))
	view.Add("started", output.Text(how))
	view.Add("socket", output.Text(daemon.Socket))
}

// shortDuration returns a duration without the zeros behind its last unit.
func shortDuration(text string) string {
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// addConfig adds to view what is known of the settings file.
func addConfig(view *output.View, config management.ConfigState) {
	switch {
	case config.Error != "":
		detail := config.Detail
		if detail == "" {
			detail = config.Error
		}
		name := "settings"
		for line := range strings.SplitSeq(strings.TrimRight(detail, "\n"), "\n") {
			view.Add(name, output.Cell{Text: line, Style: output.Bad})
			name = ""
		}
		view.Add("", output.Cell{Text: "what was in force before stays in force", Style: output.Bad})
	case config.Exists:
		view.Add("settings", output.Text(config.Path))
	case config.Path != "":
		view.Add("settings", output.Cell{Text: "the defaults; there is no " + config.Path, Style: output.Faint})
	}
}
