package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

func (a *app) logoutCommand() *cobra.Command {
	var all, revoke bool
	cmd := &cobra.Command{
		Use:   "logout [NAME]",
		Short: "Forget a context and its tokens",
		Long: `Forget a context and its tokens, in the keychain and in the daemon's memory.

Without a NAME it is the context that --context, the environment or the directory
chooses, else the current one. The token itself stays valid. With --revoke the tokens
that bento-cred had made are deleted at BentoCloud first; a pasted or imported one is
yours to delete there.`,
		Example: `  bento-cred logout
  bento-cred logout staging
  bento-cred logout --revoke
  bento-cred logout --all`,
		Args:              arguments(0, 1, "at most the name of one context"),
		ValidArgsFunction: a.completeContext,
	}
	cmd.Flags().BoolVar(&all, "all", false, "forget every context")
	cmd.Flags().BoolVar(&revoke, "revoke", false, "delete at BentoCloud the tokens that bento-cred had made")
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
		return a.logout(cmd, which, *context, revoke)
	}
	return cmd
}

// logout forgets which, or the context that the person means whose --context flag is
// flag.
func (a *app) logout(cmd *cobra.Command, which management.Logout, flag string, revoke bool) error {
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
	if revoke {
		if err := a.revoke(cmd.Context(), agent, which); err != nil {
			return err
		}
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

// revoke deletes at the cloud what bento-cred had made for the contexts that which means.
// Where that fails, the context is kept: its tokens are needed to try again.
func (a *app) revoke(ctx context.Context, agent management.Agent, which management.Logout) error {
	names := []string{which.Context}
	if which.All {
		contexts, err := agent.Contexts(ctx)
		if err != nil {
			return err
		}
		names = nil
		for _, c := range contexts {
			names = append(names, c.Name)
		}
	}
	for _, name := range names {
		deleted, err := agent.Revoke(ctx, name)
		if err != nil {
			failed := ipc.AsError(err)
			failed.Hint = joined("; ", failed.Hint, "run it again, or log out without --revoke")
			return failed
		}
		for _, token := range deleted {
			if err := a.print("API token " + token.UID + " deleted successfully"); err != nil {
				return err
			}
		}
	}
	return nil
}
