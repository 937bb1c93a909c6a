package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/terminal"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// unconfirmed is what the help says of the access of a token at the cloud.
const unconfirmed = `BentoCloud documents no fields for endpoint access and for an organization's tokens.
The ones used here (is_access_token, is_global_access, deployment_uids,
is_organization_token) are taken from a copy of its OpenAPI document and were not
confirmed against the live service; what it does not confirm you are warned of.`

func (a *app) apiTokenCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:   "api-token",
		Short: "Make, list, show and delete API tokens at BentoCloud",
		Long: `Make, list, show and delete API tokens at BentoCloud, with the token of a context.

The value of a token is shown by create alone, once, on a terminal, or goes straight
into the keychain with --keep.`,
	}, a.apiTokenCreateCommand(), a.apiTokenListCommand(), a.apiTokenGetCommand(), a.apiTokenDeleteCommand())
}

func (a *app) apiTokenListCommand() *cobra.Command {
	var search string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the tokens that BentoCloud shows",
		Long: `List the tokens that BentoCloud shows to the context, without their values.

` + unconfirmed,
		Example: `  bento-cred api-token list
  bento-cred api-token list --search ci -o json | jq -r '.[].uid'`,
		Args: noArguments,
	}
	cmd.Flags().StringVar(&search, "search", "", "list only those whose name has this in it")
	context := a.contextFlag(cmd, "the context whose token asks")
	format := formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		agent, err := a.agent(cmd.Context())
		if err != nil {
			return err
		}
		tokens, err := agent.Tokens(cmd.Context(), a.selection(*context), search)
		if err != nil {
			return err
		}
		if tokens == nil {
			tokens = []management.CloudToken{}
		}
		return a.show(cmd, *format, tokens, cloudTokensView(tokens))
	}
	return cmd
}

func cloudTokensView(tokens []management.CloudToken) output.View {
	view := output.View{
		Header: []string{"NAME", "UID", "KIND", "ACCESS", "CREATED", "EXPIRES", "LAST USED", "KEPT"},
		Empty:  "There is no such token.",
	}
	for _, t := range tokens {
		view.Rows = append(view.Rows, []output.Cell{
			{Text: t.Name, Style: output.Strong},
			output.Text(t.UID), output.Text(t.Kind), output.Text(accessText(t.Access)),
			exactly(t.Created, "unknown"), expiresCell(t), exactly(t.LastUsed, "never"), output.Text(t.Kept),
		})
	}
	return view
}

// exactly tells a time with its zone, and none where there is no time.
func exactly(t *time.Time, none string) output.Cell {
	if t == nil {
		return output.Cell{Text: none, Style: output.Faint}
	}
	return output.Text(t.UTC().Format(time.RFC3339))
}

// expiresCell tells when a token at the cloud expires.
func expiresCell(t management.CloudToken) output.Cell {
	cell := exactly(t.Expires, "never")
	if t.IsExpired {
		cell.Style = output.Bad
	}
	return cell
}

func (a *app) apiTokenGetCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "get UID",
		Short: "Show one token, without its value",
		Long: `Show one token that BentoCloud knows, without its value.

` + unconfirmed,
		Example:           "  bento-cred api-token get UID -o yaml",
		Args:              arguments(1, 1, "the UID of a token"),
		ValidArgsFunction: a.completeToken,
	}
	context := a.contextFlag(cmd, "the context whose token asks")
	format := formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		agent, err := a.agent(cmd.Context())
		if err != nil {
			return err
		}
		token, err := agent.Token(cmd.Context(), a.selection(*context), args[0])
		if err != nil {
			return err
		}
		return a.show(cmd, *format, token, cloudTokenView(token))
	}
	return cmd
}

// cloudTokenView shows everything that is known of a token at the cloud.
func cloudTokenView(t management.CloudToken) output.View {
	var view output.View
	view.Add("name", output.Cell{Text: t.Name, Style: output.Strong})
	view.Add("uid", output.Text(t.UID))
	view.Add("description", output.Text(t.Description))
	view.Add("kind", output.Text(t.Kind))
	view.Add("access", output.Text(accessText(t.Access)))
	view.Add("scopes", output.Text(joined(",", t.Scopes...)))
	view.Add("created by", output.Text(t.CreatedBy))
	view.Add("organization", output.Text(t.Organization))
	view.Add("created", exactly(t.Created, "unknown"))
	view.Add("expires", expiresCell(t))
	view.Add("last used", exactly(t.LastUsed, "never"))
	view.Add("kept in context", output.Text(t.Kept))
	return view
}

func (a *app) apiTokenDeleteCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "delete UID",
		Short: "Delete a token at BentoCloud, and where it is kept",
		Long: `Delete a token at BentoCloud, and in the context that keeps it. Programs that use it
are refused from then on. On a terminal you are asked first.`,
		Example:           "  bento-cred api-token delete UID --yes",
		Args:              arguments(1, 1, "the UID of a token"),
		ValidArgsFunction: a.completeToken,
	}
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	context := a.contextFlag(cmd, "the context whose token asks")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		agent, err := a.agent(cmd.Context())
		if err != nil {
			return err
		}
		selection := a.selection(*context)
		if !yes && terminal.Is(a.in) {
			if err := a.confirmTokenDelete(cmd.Context(), agent, selection, args[0]); err != nil {
				return err
			}
		}
		deleted, err := agent.DeleteToken(cmd.Context(), selection, args[0])
		if err != nil {
			return err
		}
		return a.showDeleted(deleted)
	}
	return cmd
}

// confirmTokenDelete asks whether a token may be deleted.
func (a *app) confirmTokenDelete(ctx context.Context, agent management.Agent, selection ipc.Selection, uid string) error {
	token, err := agent.Token(ctx, selection, uid)
	if err != nil {
		return err
	}
	question := "Delete API token " + quoted(token.Name) + " (" + output.Clean(token.UID) + ")"
	if token.Kept != "" {
		question += ", which context " + quoted(token.Kept) + " keeps"
	}
	agreed, err := terminal.Confirm(ctx, a.in, a.err, question+"?")
	if err != nil {
		return err
	}
	if !agreed {
		return &ipc.Error{Code: ipc.Denied, Message: "the API token was not deleted"}
	}
	return nil
}

// showDeleted prints, in BentoML's words, which token is gone, and who has it no more.
func (a *app) showDeleted(deleted management.DeletedToken) error {
	lines := []string{"API token " + deleted.UID + " deleted successfully"}
	for _, name := range deleted.Forgotten {
		lines = append(lines, "Context "+quoted(name)+" no longer has it.")
	}
	return a.print(lines...)
}
