package main

import (
	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/terminal"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

func (a *app) unlockCommand() *cobra.Command {
	var fromStdin bool
	cmd := &cobra.Command{
		Use:   "unlock",
		Short: "Unlock the store",
		Long: `Unlock the store. A keychain of the desktop asks in its own dialog; for an encrypted
file with a passphrase of its own, the passphrase is asked for here and not shown.`,
		Example: `  bento-cred unlock
  bento-cred unlock --passphrase-stdin < passphrase-file`,
		Args: noArguments,
	}
	cmd.Flags().BoolVar(&fromStdin, "passphrase-stdin", false, "read the passphrase from standard input")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		status, err := a.daemonStatus(cmd.Context())
		if err != nil {
			return err
		}
		agent, err := a.agent(cmd.Context())
		if err != nil {
			return err
		}
		if status.Store.State == stateReady { // when it was last used
			if err := agent.Unlock(cmd.Context(), credential.Secret{}); err != nil {
				return err
			}
			return a.print("The store is not locked.")
		}
		passphrase, err := a.passphrase(cmd, status.Store, fromStdin)
		if err != nil {
			return err
		}
		if err := agent.Unlock(cmd.Context(), passphrase); err != nil {
			return err
		}
		return a.print("The store is unlocked.")
	}
	return cmd
}

// passphrase returns the passphrase of store. It is empty for a keychain that asks by
// itself.
func (a *app) passphrase(cmd *cobra.Command, store management.Store, fromStdin bool) (credential.Secret, error) {
	const file, typed = "file", "prompt" // the backend that has no dialog, with a passphrase for which nobody else is asked
	switch {
	case fromStdin:
		return a.secretFromStdin(cmd.Context(), "passphrase")
	case store.Backend != file || (store.Key != typed && store.Key != ""):
		return credential.Secret{}, nil
	case terminal.Is(a.in) && store.New:
		return a.newPassphrase(cmd)
	case terminal.Is(a.in):
		return a.askSecret(cmd.Context(), "passphrase", "Passphrase of the store (not shown): ")
	default:
		return credential.Secret{}, &ipc.Error{
			Code:    ipc.Usage,
			Message: "there is no terminal to ask for the passphrase",
			Hint:    "write it to standard input and give --passphrase-stdin",
		}
	}
}
