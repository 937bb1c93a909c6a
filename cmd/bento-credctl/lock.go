package main

import (
	"github.com/spf13/cobra"
)

func (a *app) lockCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "lock",
		Short: "Forget every token until bento-cred unlock",
		Long: `Have the daemon forget every token, and give out none until "bento-cred unlock".

The daemon ends, and with it all that it had in memory; the next program that asks is told
that the store is locked, or waits for it where it was given --wait. Tokens stay in the
keychain, which is not locked by this.

The settings can have it done when nobody asked for a while, when the computer goes to
sleep, or when its screen is locked: see [lock] in bento-cred config.`,
		Example: `  bento-cred lock
  bento-cred exec --wait 4m -- python train.py     # in another shell, meanwhile`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			agent, err := a.agent(cmd.Context())
			if err != nil {
				return err
			}
			if err := agent.Lock(cmd.Context()); err != nil {
				return err
			}
			return a.print("The daemon has forgotten every token; `bento-cred unlock` brings them back.")
		},
	}
}
