package main

import (
	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/internal/version/buildinfo"
)

// versions are the versions of the programs; the daemon's is empty where none runs.
type versions struct {
	Client string `json:"client"`
	Daemon string `json:"daemon,omitempty"`
}

func (a *app) versionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Show the versions of bento-cred and of the daemon that runs",
		Example: "  bento-cred version -o json",
		Args:    noArguments,
	}
	format := formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		found := versions{Client: buildinfo.Version()}
		// Whatever keeps the daemon from answering: the version of the client stands.
		if agent, err := a.running(cmd.Context()); err == nil {
			if daemon, err := agent.Ping(cmd.Context()); err == nil {
				found.Daemon = daemon.Version
			}
		}
		var view output.View
		view.Add("bento-cred", output.Text(found.Client))
		if found.Daemon == "" {
			view.Add("daemon", output.Cell{Text: "not running", Style: output.Faint})
		}
		view.Add("daemon", output.Text(found.Daemon))
		return a.show(cmd, *format, found, view)
	}
	return cmd
}
