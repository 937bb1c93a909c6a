package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

func (a *app) stopCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "stop",
		Short: "Stop the daemon",
		Long: `Stop the daemon once it has answered what it was asked. It forgets what it holds in
memory; the next command that needs one starts a new one.`,
		Example: "  bento-cred stop",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			agent, err := a.running(cmd.Context())
			if errors.Is(err, ipc.NoDaemon) {
				return a.print("No daemon was running.")
			}
			if err != nil {
				return err
			}
			if err := agent.Stop(cmd.Context(), management.Stop{}); err != nil {
				return err
			}
			return a.print("The daemon is stopping.")
		},
	}
}
