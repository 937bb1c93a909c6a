package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/terminal"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// everyDeployment is the word of --endpoint-access that names no deployment.
const everyDeployment = "all"

// scopes are the scopes BentoML's own api-token create lists.
var scopes = []string{"api", "read_organization", "write_organization", "read_cluster", "write_cluster"}

// createFlags are what can be said to api-token create.
type createFlags struct {
	description  string
	scopes       []string
	developer    bool
	endpoints    []string
	organization bool
	expires      string
	keep         bool
	context      string
	format       string
}

func (a *app) apiTokenCreateCommand() *cobra.Command {
	var flags createFlags
	cmd := &cobra.Command{
		Use:   "create NAME",
		Short: "Make a token at BentoCloud",
		Long: `Make an API token at BentoCloud, with the token of a context.

At least one access must be chosen: --developer-operations for the management API, or a
--scope of it, or --endpoint-access for protected endpoints. The value is shown once, on
a terminal only; with --keep it goes straight into the keychain and is shown nowhere.

` + unconfirmed,
		Example: `  bento-cred api-token create laptop --developer-operations --expires 30d --keep
  bento-cred api-token create caller --endpoint-access summarizer,translator --expires 1w
  bento-cred api-token create ci -s read_organization -s read_cluster -d "nightly build"`,
		Args:              arguments(1, 1, "the name of the new token"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.createToken(cmd, args[0], flags)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&flags.description, "description", "d", "", "what the token is for")
	f.StringSliceVarP(&flags.scopes, "scope", "s", nil, "a scope of the management API: "+strings.Join(scopes, ", ")+"; may be repeated")
	f.BoolVar(&flags.developer, "developer-operations", false, "give it Developer Operations access: the management API")
	f.StringSliceVar(&flags.endpoints, "endpoint-access", nil, `give it Protected Endpoint access: to "all" deployments, or to those named; may be repeated (not confirmed)`)
	f.BoolVar(&flags.organization, "organization", false, "make it the organization's, not yours (not confirmed)")
	f.StringVar(&flags.expires, "expires", "", "when it expires: 30d, 1w, 24h, a date or a time (default: never)")
	f.BoolVar(&flags.keep, "keep", false, "keep it in the context, and show its value nowhere")
	f.StringVarP(&flags.context, "context", "c", "", "the context whose token asks, and which keeps the new one")
	f.StringVarP(&flags.format, "output", "o", "", "how to write the answer: json, yaml or table")
	register(cmd, "context", a.completeContexts)
	register(cmd, "output", completeFormats())
	register(cmd, "scope", cobra.FixedCompletions(scopes, cobra.ShellCompDirectiveNoFileComp))
	register(cmd, "endpoint-access", cobra.FixedCompletions([]string{everyDeployment}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (a *app) createToken(cmd *cobra.Command, name string, flags createFlags) error {
	wish, err := a.newToken(cmd, name, flags)
	if err != nil {
		return err
	}
	format, err := output.ParseFormat(flags.format)
	if err != nil {
		return usage(cmd, err.Error())
	}
	// Before anything is asked: a value that can be shown nowhere would be lost.
	onOutput := terminal.Is(a.out) && (format == output.Auto || format == output.Table)
	if !flags.keep && !onOutput && !terminal.Is(a.err) {
		return usage(cmd, "the value is shown on a terminal only; give --keep")
	}
	agent, err := a.agent(cmd.Context())
	if err != nil {
		return err
	}
	created, err := agent.CreateToken(cmd.Context(), wish)
	if err != nil {
		return err
	}
	return a.showCreated(created, format, flags.keep, onOutput)
}

// newToken returns the token that flags wish for.
func (a *app) newToken(cmd *cobra.Command, name string, flags createFlags) (management.NewToken, error) {
	wish := management.NewToken{
		Selection:    a.selection(flags.context),
		Name:         name,
		Description:  flags.description,
		Scopes:       flags.scopes,
		Access:       credential.Access{Developer: flags.developer},
		Organization: flags.organization,
		Keep:         flags.keep,
	}
	all := slices.Contains(flags.endpoints, everyDeployment)
	switch {
	case strings.TrimSpace(name) == "":
		return wish, usage(cmd, "the name of the new token is empty")
	case slices.Contains(flags.endpoints, "") || slices.Contains(flags.scopes, ""):
		return wish, usage(cmd, "a scope or a deployment is empty")
	case all && len(flags.endpoints) > 1:
		return wish, usage(cmd, `--endpoint-access is "all" or names of deployments, not both`)
	case all:
		wish.Access.AllEndpoints = true
	default:
		wish.Access.Deployments = flags.endpoints
	}
	if !wish.Access.Known() && len(wish.Scopes) == 0 {
		return wish, usage(cmd, "the token would open nothing: give --developer-operations, --endpoint-access or --scope")
	}
	var err error
	if wish.Expires, err = parseExpiry(flags.expires, a.now()); err != nil {
		return wish, usage(cmd, err.Error())
	}
	return wish, nil
}

// showCreated shows a new token, and its value where a person alone sees it: on standard
// output where onOutput is set, else on standard error.
func (a *app) showCreated(created management.CreatedToken, format output.Format, kept, onOutput bool) error {
	for _, what := range created.Unconfirmed {
		a.say("warning: not confirmed by the endpoint: " + what)
	}
	if err := a.printer(format).Show(created.Token, cloudTokenView(created.Token)); err != nil {
		return err
	}
	if kept {
		a.say("the token is kept in context " + quoted(created.Token.Kept))
		return nil
	}
	const once = "Copy the token now; it will not be shown again."
	if onOutput {
		return a.print("", created.Value.Reveal(), "", once)
	}
	a.tell(created.Value.Reveal())
	a.say(once)
	return nil
}
