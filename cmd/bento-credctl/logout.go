package main

import (
	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/ipc/management"
)

func (a *app) logoutCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "logout [NAME]",
		Short: "Forget a context and its tokens",
		Long: `Forget a context and its tokens, in the keychain and in the daemon's memory.

Without a NAME it is the context that --context, the environment or the directory
chooses, else the current one. The token itself stays valid: delete it on BentoCloud
where it should not be.`,
		Example: `  bento-cred logout
  bento-cred logout staging
  bento-cred logout --all`,
		Args:              arguments(0, 1, "at most the name of one context"),
		ValidArgsFunction: a.completeContext,
	}
	cmd.Flags().BoolVar(&all, "all", false, "forget every context")
	context := a.contextFlag(cmd, "the context to forget")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		chosen := 0
		for _, given := range []bool{all, len(args) > 0, *context != ""} {
			if given {
				chosen++
			}
		}
		if chosen > 1 {
			return usage(cmd, "NAME, --context and --all exclude each other")
		}
		which := management.Logout{All: all}
		if len(args) > 0 {
			which.Context = args[0]
		}
		return a.logout(cmd, which, *context)
	}
	return cmd
}

// logout forgets which, or the context that the person means whose --context flag is
// flag.
func (a *app) logout(cmd *cobra.Command, which management.Logout, flag string) error {
	agent, err := a.agent(cmd.Context())
	if err != nil {
		return err
	}
	if which.Context == "" && !which.All {
		selected, err := agent.Context(cmd.Context(), a.selection(flag))
		if err != nil {
			return err
		}
		which.Context = selected.Name
	}
	names, err := agent.Logout(cmd.Context(), which)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return a.print("There was no context to forget.")
	}
	lines := make([]string, 0, len(names))
	for _, name := range names {
		lines = append(lines, "Logged out of context "+quoted(name)+".")
	}
	return a.print(lines...)
}
