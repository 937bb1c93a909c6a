package main

import (
	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/ipc/management"
)

func (a *app) renewCommand() *cobra.Command {
	var uid string
	cmd := &cobra.Command{
		Use:   "renew [NAME]",
		Short: "Replace a context's token by a new one",
		Long: `Make a token with the same kind, access and lifetime as one of a context, keep it, and
have the old one deleted at BentoCloud when its grace period ends: programs that hold
the old value go on until then.

Without a NAME it is the context that --context, the environment or the directory
chooses, else the current one; without --token its token that expires first.`,
		Example: `  bento-cred renew
  bento-cred renew staging
  bento-cred renew staging --token UID`,
		Args:              arguments(0, 1, "at most the name of one context"),
		ValidArgsFunction: a.completeContext,
	}
	cmd.Flags().StringVar(&uid, "token", "", "the UID of the token to replace (default: the one that expires first)")
	register(cmd, "token", a.completeKeptToken)
	context := a.contextFlag(cmd, "the context to renew")
	format := formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		selection, err := a.named(cmd, args, *context)
		if err != nil {
			return err
		}
		if _, err := output.ParseFormat(*format); err != nil {
			return usage(cmd, err.Error()) // before a token is made
		}
		agent, err := a.agent(cmd.Context())
		if err != nil {
			return err
		}
		renewed, err := agent.Renew(cmd.Context(), selection, uid)
		if err != nil {
			return err
		}
		a.warn(renewed.Warnings)
		return a.show(cmd, *format, renewed, a.renewedView(renewed))
	}
	return cmd
}

// renewedView shows which token took whose place, and what becomes of the old one.
func (a *app) renewedView(renewed management.Renewed) output.View {
	var view output.View
	old, fresh := renewed.Old, renewed.New
	view.Add("context", output.Cell{Text: renewed.Context, Style: output.Strong})
	view.Add("new token", output.Text(tokenTitle(fresh)))
	view.Add("kind", output.Text(fresh.Kind))
	view.Add("access", output.Text(accessText(fresh.Access)))
	if fresh.Expires != nil {
		view.Add("expires", output.Text(a.expiry(*fresh.Expires)))
	}
	view.Add("in place of", output.Text(tokenTitle(old)))
	if old.Retires != nil {
		view.Add("which retires", output.Text(a.expiry(*old.Retires)))
	}
	return view
}

// tokenTitle returns what a token is called, with its uid: after a renewal two may have
// the same name.
func tokenTitle(t management.Token) string {
	if t.Name == "" || t.UID == "" {
		return tokenName(t)
	}
	return t.Name + " (" + t.UID + ")"
}
