package main

import (
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

func (a *app) contextShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show [NAME]",
		Short: "Show a context and its tokens, without their values",
		Long: `Show a context and its tokens, without their values. Without a NAME it is the
context a program would get here, and why.`,
		Example: `  bento-cred context show
  bento-cred context show staging -o yaml`,
		Args:              arguments(0, 1, "at most the name of one context"),
		ValidArgsFunction: a.completeContext,
	}
	context := a.contextFlag(cmd, "the context to show")
	format := formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		selection, err := a.named(cmd, args, *context)
		if err != nil {
			return err
		}
		agent, err := a.agent(cmd.Context())
		if err != nil {
			return err
		}
		shown, err := agent.Context(cmd.Context(), selection)
		if err != nil {
			return err
		}
		return a.show(cmd, *format, shown, a.contextView(shown))
	}
	return cmd
}

// named returns the context that the first of args names, where there is one, or the
// person means otherwise whose --context flag is flag.
func (a *app) named(cmd *cobra.Command, args []string, flag string) (ipc.Selection, error) {
	if len(args) == 0 {
		return a.selection(flag), nil
	}
	if flag != "" {
		return ipc.Selection{}, usage(cmd, "NAME and --context exclude each other")
	}
	return ipc.Selection{Context: args[0]}, nil
}

// contextView shows everything that is known of a context.
func (a *app) contextView(c management.Context) output.View {
	var view output.View
	view.Add("context", output.Cell{Text: c.Name, Style: output.Strong})
	view.Add("current", output.Text(strconv.FormatBool(c.Current)))
	view.Add("chosen by", output.Text(c.Source))
	view.Add("endpoint", output.Text(c.Endpoint))
	view.Add("organization", output.Text(c.Organization))
	view.Add("user", output.Text(c.User))
	view.Add("e-mail", output.Text(c.Email))
	view.Add("renewal", output.Text(renewalWords(c.Renewal)))
	view.Name = "token"
	view.Header = []string{"TOKEN", "KIND", "ACCESS", "FROM", "CREATED", "LAST USED", "EXPIRES"}
	view.Empty = "It has no token; `bento-cred login --context " + shellWord(c.Name) + "` gives it one."
	view.Warnings = c.Warnings
	for _, t := range c.Tokens {
		view.Rows = append(view.Rows, []output.Cell{
			output.Text(tokenName(t)), output.Text(t.Kind), output.Text(accessWords(t)), output.Text(t.Origin),
			a.ago(t.Created), a.ago(t.LastUsed), a.usableCell(t),
		})
		view.Blocks = append(view.Blocks, a.tokenBlock(t))
	}
	return view
}

// renewalWords tells how the tokens of a context are renewed.
func renewalWords(renewal management.Renewal) string {
	if renewal.Mode == "" || renewal.Mode == "off" {
		return renewal.Mode
	}
	return renewal.Mode + ", " + shortDuration(renewal.Window) + " before a token expires"
}

// tokenBlock shows everything that is known of a token.
func (a *app) tokenBlock(t management.Token) []output.Field {
	var block output.View
	a.addToken(&block, t)
	block.Add("uid", output.Text(t.UID))
	block.Add("description", output.Text(t.Description))
	block.Add("from", output.Text(t.Origin))
	if t.Expires != nil {
		block.Add("expires", output.Text(a.expiry(*t.Expires)))
	}
	return block.Fields
}

// tokenName returns what a token is called.
func tokenName(t management.Token) string {
	switch {
	case t.Name != "":
		return t.Name
	case t.UID != "":
		return t.UID
	default:
		return "-"
	}
}

// ago tells in words how long ago t was.
func (a *app) ago(t *time.Time) output.Cell {
	if t == nil {
		return output.Cell{Text: "unknown", Style: output.Faint}
	}
	return output.Text(output.When(a.now(), *t))
}
