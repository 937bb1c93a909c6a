package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/terminal"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// backends are the stores that the settings and `store migrate` know.
var backends = []string{"secret-service", "kwallet", "keychain", "wincred", "pass", "keyctl", "file"}

// The states of a store; see management.Store.
const (
	stateReady  = "ready"
	stateLocked = "locked"
)

func (a *app) storeCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:   "store",
		Short: "Show or change the keychain that holds the tokens",
	}, a.storeStatusCommand(), a.storeMigrateCommand(), a.storeForgetCommand())
}

func (a *app) storeStatusCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "status",
		Short:   "Show the store, and why it was chosen",
		Example: "  bento-cred store status",
		Args:    noArguments,
	}
	format := formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		status, err := a.daemonStatus(cmd.Context())
		if err != nil {
			return err
		}
		return a.show(cmd, *format, status.Store, storeView(status.Store))
	}
	return cmd
}

// daemonStatus asks for the state of it all.
func (a *app) daemonStatus(ctx context.Context) (management.Status, error) {
	agent, err := a.agent(ctx)
	if err != nil {
		return management.Status{}, err
	}
	return agent.Status(ctx)
}

func storeView(store management.Store) output.View {
	var view output.View
	addStore(&view, store)
	return view
}

// addStore adds to view everything that is known of store.
func addStore(view *output.View, store management.Store) {
	name := store.Backend
	if name == "" {
		name = "none"
	}
	style := output.Good
	if store.State != stateReady {
		style = output.Bad
	}
	view.Add("store", output.Text(name))
	view.Add("store state", output.Cell{Text: store.State, Style: style})
	view.Add("store trouble", output.Cell{Text: store.Reason, Style: output.Bad})
	view.Add("chosen because", output.Text(store.Why))
	view.Add("protection", output.Text(store.Protect))
	view.Add("store path", output.Text(store.Path))
	view.Add("passphrase from", output.Text(store.Key))
	label := "not chosen"
	for _, refused := range store.Refused {
		view.Add(label, output.Cell{Text: refused.Backend + ": " + refused.Reason, Style: output.Faint})
		label = ""
	}
	label = "not in this program"
	for _, lacked := range store.Lacks {
		view.Add(label, output.Cell{Text: lacked.Backend + ": " + lacked.Reason, Style: output.Faint})
		label = ""
	}
}

func (a *app) storeMigrateCommand() *cobra.Command {
	var fromStdin, ask bool
	cmd := &cobra.Command{
		Use:   "migrate BACKEND",
		Short: "Move every context into another store",
		Long: `Move every context into another store. Each is read back from the new store before
it is removed from the old one.

A passphrase makes an encrypted file that opens with nothing else; without one the
settings say where the passphrase of that file comes from.`,
		Example: `  bento-cred store migrate pass
  bento-cred store migrate file --passphrase`,
		Args:      arguments(1, 1, "the name of a store"),
		ValidArgs: backends,
	}
	cmd.Flags().BoolVar(&ask, "passphrase", false, "ask for a passphrase for the new store")
	cmd.Flags().BoolVar(&fromStdin, "passphrase-stdin", false, "read the passphrase of the new store from standard input")
	format := formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		migration := management.Migration{Backend: args[0]}
		var err error
		switch {
		case ask && fromStdin:
			return usage(cmd, "--passphrase and --passphrase-stdin exclude each other")
		case fromStdin:
			migration.Passphrase, err = a.secretFromStdin(cmd.Context(), "passphrase")
		case ask:
			migration.Passphrase, err = a.newPassphrase(cmd)
		}
		if err != nil {
			return err
		}
		return a.migrate(cmd, migration, *format)
	}
	return cmd
}

// newPassphrase asks twice, because nobody sees what is typed.
func (a *app) newPassphrase(cmd *cobra.Command) (credential.Secret, error) {
	if !terminal.Is(a.in) {
		return credential.Secret{}, usage(cmd, "there is no terminal to ask for the passphrase; give --passphrase-stdin")
	}
	first, err := a.askSecret(cmd.Context(), "passphrase", "New passphrase (not shown): ")
	if err != nil {
		return first, err
	}
	second, err := a.askSecret(cmd.Context(), "passphrase", "The same once more: ")
	if err != nil {
		return second, err
	}
	if first.IsZero() || first.Reveal() != second.Reveal() {
		return credential.Secret{}, &ipc.Error{
			Code:    ipc.Denied,
			Message: "the passphrase is empty, or the two are not the same; nothing was changed",
			Hint:    "try again",
		}
	}
	return first, nil
}

func (a *app) storeForgetCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "forget",
		Short: "Forget which store was chosen, when it is gone for good",
		Long: `Forget which store was chosen, when that keychain is gone for good: the next command
chooses anew. Nothing is deleted anywhere, and a store that is in use is not forgotten.`,
		Example: "  bento-cred store forget",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			agent, err := a.agent(cmd.Context())
			if err != nil {
				return err
			}
			if err := agent.ForgetStore(cmd.Context()); err != nil {
				return err
			}
			return a.print("The next command chooses a store anew.")
		},
	}
}

func (a *app) migrate(cmd *cobra.Command, migration management.Migration, format string) error {
	agent, err := a.agent(cmd.Context())
	if err != nil {
		return err
	}
	store, err := agent.Migrate(cmd.Context(), migration)
	if err != nil {
		return err
	}
	return a.show(cmd, format, store, storeView(store))
}
