package main

import (
	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/terminal"
	"github.com/bento-cred/bento-cred/ipc"
)

// The commands of this file have the names and the output of BentoML's `bentoml cloud
// …`, so that scripts and fingers need not learn anything new.

// cloudCommand makes `bento-cred cloud current-context` work as `bentoml cloud
// current-context` does.
func (a *app) cloudCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:    "cloud",
		Short:  "The commands of `bentoml cloud`, under their own names",
		Hidden: true,
	}, a.loginCommand(), a.listContextCommand(), a.currentContextCommand(), a.updateCurrentContextCommand())
}

func (a *app) listContextCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list-context",
		Short: "List the contexts, as bentoml does",
		Long: `List the contexts: on a terminal as a table, elsewhere the names as JSON, as
"bentoml cloud list-context" prints them.`,
		Example: "  bento-cred list-context | jq -r '.[]'",
		Args:    noArguments,
	}
	format := formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		contexts, err := a.contexts(cmd)
		if err != nil {
			return err
		}
		names := make([]string, 0, len(contexts))
		for _, c := range contexts {
			names = append(names, c.Name)
		}
		if *format == "" && !terminal.Is(a.out) {
			*format = string(output.JSON)
		}
		return a.show(cmd, *format, names, a.contextsView(contexts))
	}
	return cmd
}

// currentContext is what `bentoml cloud current-context` prints, field by field.
type currentContext struct {
	Name     string  `json:"name"`
	Endpoint string  `json:"endpoint"`
	Token    string  `json:"api_token"`
	Email    *string `json:"email"` // null where it is not known
}

// maskedToken stands for the token on a terminal.
const maskedToken = "********"

func (a *app) currentContextCommand() *cobra.Command {
	var showToken bool
	cmd := &cobra.Command{
		Use:   "current-context",
		Short: "Print the context with its token as JSON, as bentoml does",
		Long: `Print the context a program would get here as JSON: name, endpoint, api_token and
email. Into a pipe or a file the token is in clear; on a terminal it is masked unless
--show-token is given.`,
		Example: `  bento-cred current-context | jq '("endpoint:" + .endpoint + ", api_token:" + .api_token)'`,
		Args:    noArguments,
	}
	cmd.Flags().BoolVar(&showToken, "show-token", false, "show the token on a terminal, too")
	context := a.contextFlag(cmd, "another context")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		shown, err := a.currentContext(cmd, a.selection(*context), showToken || !terminal.Is(a.out))
		if err != nil {
			return err
		}
		return a.printer(output.JSON).JSON(shown)
	}
	return cmd
}

// currentContext returns the context that selection means. Its token is asked for only
// where it is to be shown.
func (a *app) currentContext(cmd *cobra.Command, selection ipc.Selection, clear bool) (currentContext, error) {
	shown := currentContext{Token: maskedToken}
	agent, err := a.agent(cmd.Context())
	if err != nil {
		return shown, err
	}
	if clear {
		answer, err := agent.Credential(cmd.Context(), ipc.Request{Selection: selection, Verb: cmd.Name()})
		if err != nil {
			return shown, err
		}
		for _, warning := range answer.Warnings {
			a.say("warning: " + warning)
		}
		shown.Token = answer.Value.Reveal()
		selection = ipc.Selection{Context: answer.Context, Source: answer.Source}
	}
	c, err := agent.Context(cmd.Context(), selection)
	if err != nil {
		return shown, err
	}
	shown.Name, shown.Endpoint = c.Name, c.Endpoint
	if c.Email != "" {
		shown.Email = &c.Email
	}
	return shown, nil
}

func (a *app) updateCurrentContextCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "update-current-context NAME",
		Short:             "Make a context the current one, as bentoml does",
		Example:           "  bento-cred update-current-context staging",
		Args:              arguments(1, 1, "the name of a context"),
		ValidArgsFunction: a.completeContext,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.useContext(cmd, args[0]) },
	}
}
