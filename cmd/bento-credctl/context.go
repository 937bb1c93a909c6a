package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/terminal"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

func (a *app) contextCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:   "context",
		Short: "List, choose, show, rename and delete contexts",
		Long: `A context is one login at one organization, under a name you choose. Which one a
program gets is decided by --context, else BENTO_CRED_CONTEXT, else
BENTOML_CLOUD_CONTEXT, else the nearest .bento-cred.toml that you allowed, else the
current context.`,
	}, a.contextListCommand(), a.contextUseCommand(), a.contextShowCommand(), a.contextRenameCommand(), a.contextDeleteCommand())
}

func (a *app) contextListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the contexts",
		Example: "  bento-cred context list -o json",
		Args:    noArguments,
	}
	format := formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		contexts, err := a.contexts(cmd)
		if err != nil {
			return err
		}
		return a.show(cmd, *format, contexts, a.contextsView(contexts))
	}
	return cmd
}

// contexts asks for the contexts; the list is never nil.
func (a *app) contexts(cmd *cobra.Command) ([]management.Context, error) {
	agent, err := a.agent(cmd.Context())
	if err != nil {
		return nil, err
	}
	contexts, err := agent.Contexts(cmd.Context())
	if contexts == nil {
		contexts = []management.Context{}
	}
	return contexts, err
}

// contextsView shows a row for every token, and one for a context without any.
func (a *app) contextsView(contexts []management.Context) output.View {
	view := output.View{
		Name:   "context",
		Header: []string{"", "CONTEXT", "ORGANIZATION", "E-MAIL", "ENDPOINT", "KIND", "ACCESS", "EXPIRES"},
		Empty:  "There is no context yet; `bento-cred login` makes one.",
	}
	for _, c := range contexts {
		mark, name := output.Text(""), output.Text(c.Name)
		if c.Current {
			mark, name.Style = output.Cell{Text: "*", Style: output.Good}, output.Strong
		}
		row := []output.Cell{mark, name, output.Text(c.Organization), output.Text(c.Email), output.Text(c.Endpoint)}
		if len(c.Tokens) == 0 {
			view.Rows = append(view.Rows, append(row, output.Text(""), output.Text(""), output.Cell{Text: "no token", Style: output.Bad}))
		}
		for _, token := range c.Tokens {
			cells := append(row[:len(row):len(row)], output.Text(token.Kind), output.Text(accessWords(token)), a.usableCell(token))
			view.Rows = append(view.Rows, cells)
		}
	}
	return view
}

// accessWords tells what a token opens.
func accessWords(token management.Token) string { return accessText(token.Access) }

// accessText returns the words of an access, or that it is unknown.
func accessText(words []string) string {
	if len(words) == 0 {
		return "unknown"
	}
	return strings.Join(words, ",")
}

// usableCell tells in words how long a token can be used.
func (a *app) usableCell(token management.Token) output.Cell {
	if token.Refused != "" {
		return output.Cell{Text: "refused", Style: output.Bad}
	}
	return a.expiryCell(token)
}

// soon is how near an expiry is pointed at.
const soon = 7 * 24 * time.Hour

// expiryCell tells in words when a token expires.
func (a *app) expiryCell(token management.Token) output.Cell {
	switch {
	case token.Expires == nil && token.Expired:
		return output.Cell{Text: "expired", Style: output.Bad}
	case token.Expires == nil:
		return output.Cell{Text: "unknown", Style: output.Faint}
	}
	when := output.When(a.now(), *token.Expires)
	switch {
	case token.Expired || !a.now().Before(*token.Expires):
		return output.Cell{Text: "expired " + when, Style: output.Bad}
	case token.Expires.Sub(a.now()) < soon:
		return output.Cell{Text: when, Style: output.Warning}
	default:
		return output.Text(when)
	}
}

func (a *app) contextUseCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "use NAME",
		Short:             "Make a context the current one",
		Example:           "  bento-cred context use staging",
		Args:              arguments(1, 1, "the name of a context"),
		ValidArgsFunction: a.completeContext,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.useContext(cmd, args[0]) },
	}
}

// useContext makes the context called name the current one, and says so in BentoML's
// words.
func (a *app) useContext(cmd *cobra.Command, name string) error {
	agent, err := a.agent(cmd.Context())
	if err != nil {
		return err
	}
	if err := agent.UseContext(cmd.Context(), name); err != nil {
		return err
	}
	if selected := a.selection(""); selected.Context != "" && selected.Context != name {
		a.say("warning: " + selected.Source + " is set to " + quoted(selected.Context) + " in this shell and goes before the current context")
	}
	return a.print("Successfully switched to context: " + name)
}

func (a *app) contextRenameCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "rename OLD NEW",
		Short:             "Give a context another name",
		Example:           "  bento-cred context rename default production",
		Args:              arguments(2, 2, "the name of a context and its new one"),
		ValidArgsFunction: a.completeContext,
		RunE: func(cmd *cobra.Command, args []string) error {
			agent, err := a.agent(cmd.Context())
			if err != nil {
				return err
			}
			if err := agent.RenameContext(cmd.Context(), args[0], args[1]); err != nil {
				return err
			}
			return a.print("Renamed context " + quoted(args[0]) + " to " + quoted(args[1]) + ".")
		},
	}
}

func (a *app) contextDeleteCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "delete NAME",
		Short: "Forget a context and its tokens",
		Long: `Forget a context and its tokens. On a terminal you are asked first; elsewhere --yes
must be given, because there is nobody to ask.`,
		Example:           "  bento-cred context delete staging --yes",
		Args:              arguments(1, 1, "the name of a context"),
		ValidArgsFunction: a.completeContext,
	}
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !yes {
			if err := a.confirmDelete(cmd, args[0]); err != nil {
				return err
			}
		}
		agent, err := a.agent(cmd.Context())
		if err != nil {
			return err
		}
		if err := agent.DeleteContext(cmd.Context(), args[0]); err != nil {
			return err
		}
		return a.print("Deleted context " + quoted(args[0]) + ".")
	}
	return cmd
}

// confirmDelete asks whether the context called name may be deleted.
func (a *app) confirmDelete(cmd *cobra.Command, name string) error {
	if !terminal.Is(a.in) {
		return &ipc.Error{
			Code:    ipc.Usage,
			Message: "there is no terminal to ask whether context " + quoted(name) + " may be deleted",
			Hint:    "give --yes if it may",
		}
	}
	agreed, err := terminal.Confirm(cmd.Context(), a.in, a.err, "Delete context "+quoted(name)+" and its tokens?")
	if err != nil {
		return err
	}
	if !agreed {
		return &ipc.Error{Code: ipc.Denied, Message: "context " + quoted(name) + " was not deleted"}
	}
	return nil
}
