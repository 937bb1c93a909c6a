package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/terminal"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// The variables BentoML's own login reads. The key is not taken from there: what is in
// the environment was not meant to be kept.
const (
	keyVariable      = ipc.KeyVariable
	endpointVariable = ipc.EndpointVariable
)

// loginFlags are what can be said to login.
type loginFlags struct {
	token     string
	fromStdin bool
	context   string
	endpoint  string
	kind      string
	access    []string
	expires   string
	replace   bool
	browser   bool
	noOpen    bool
	paste     bool
}

// kinds are the words of --kind.
var kinds = []string{
	string(credential.KindPersonal), string(credential.KindOrganization), string(credential.KindMonitoring),
}

func (a *app) loginCommand() *cobra.Command {
	var flags loginFlags
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Log in with a browser, or keep a token you have",
		Long: `Log in to BentoCloud and keep an API token in the keychain.

On a terminal you choose: create a new token with a web browser, or paste one that you
have. With a browser you approve the login on BentoCloud's own page; the token goes
straight into the keychain. The page can be opened on any machine where you are logged
in. What you paste is not shown; make a token at https://cloud.bentoml.com under API
Tokens, with the access you need.

What a pasted token is for can be said with --kind and --access; a program that asks
for less then gets the token that opens less.`,
		Example: `  bento-cred login
  bento-cred login --browser --no-open            # only show the page's address
  bento-cred login --context staging --endpoint https://staging.cloud.bentoml.com
  bento-cred login --api-token-stdin < token-file
  bento-cred login --paste --access endpoints:summarizer --expires 30d`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.login(cmd, flags) },
	}
	f := cmd.Flags()
	f.BoolVar(&flags.browser, "browser", false, "create a token with a web browser")
	f.BoolVar(&flags.noOpen, "no-open", false, "the same, but open no browser: only show the address")
	f.BoolVar(&flags.paste, "paste", false, "ask for the token, not how to log in")
	f.StringVar(&flags.token, "api-token", "", "the token; other users can see it in the list of processes")
	f.BoolVar(&flags.fromStdin, "api-token-stdin", false, "read the token from standard input")
	f.StringVarP(&flags.context, "context", "c", "", `the context to keep it in (default: the current one, else "default")`)
	f.StringVar(&flags.endpoint, "endpoint", "", "the address of BentoCloud (default: "+endpointVariable+", else the settings')")
	f.StringVar(&flags.kind, "kind", "", "whose the token is: "+strings.Join(kinds, ", "))
	f.StringSliceVar(&flags.access, "access", nil, "what it opens: developer, endpoints, endpoints:DEPLOYMENT; may be repeated")
	f.StringVar(&flags.expires, "expires", "", "when it expires: 30d, 1w, 24h, a date or a time")
	f.BoolVar(&flags.replace, "replace", false, "take the place of another login of that context")
	register(cmd, "context", a.completeContexts)
	register(cmd, "kind", cobra.FixedCompletions(kinds, cobra.ShellCompDirectiveNoFileComp))
	register(cmd, "access", completeAccess)
	return cmd
}

// way is how to log in.
type way int

// The ways.
const (
	wayToken   way = iota // with a token that is on the command line or standard input
	wayPaste              // with a token that is asked for
	wayBrowser            // with one that is made in a browser
	wayAsk                // as the person chooses from a menu
)

func (a *app) login(cmd *cobra.Command, flags loginFlags) error {
	by, err := loginWay(cmd, flags)
	if err != nil {
		return err
	}
	login, err := a.loginRequest(cmd, flags)
	if err != nil {
		return err
	}
	if by == wayAsk {
		if by, err = a.askWay(cmd.Context()); err != nil {
			return err
		}
	}
	if by == wayBrowser {
		return a.loginByBrowser(cmd.Context(), management.BrowserLogin{
			Context: login.Context, Endpoint: login.Endpoint, Replace: login.Replace,
		}, !flags.noOpen)
	}
	if login.Token, err = a.tokenToKeep(cmd, flags); err != nil {
		return err
	}
	agent, err := a.agent(cmd.Context())
	if err != nil {
		return err
	}
	loggedIn, err := agent.Login(cmd.Context(), login)
	if err != nil {
		return err
	}
	return a.showLogin(loggedIn)
}

// loginWay returns the way that the flags name.
func loginWay(cmd *cobra.Command, flags loginFlags) (way, error) {
	given := func(names ...string) (list []string) {
		for _, name := range names {
			if flag := cmd.Flags().Lookup(name); flag.Changed && flag.Value.String() != "false" {
				list = append(list, "--"+name)
			}
		}
		return list
	}
	tokens := given("api-token", "api-token-stdin", "paste")
	browsers := given("browser", "no-open")
	said := given("kind", "access", "expires")
	switch {
	case len(tokens) > 1:
		return 0, usage(cmd, tokens[0]+" and "+tokens[1]+" exclude each other")
	case len(browsers) > 0 && len(tokens) > 0:
		return 0, usage(cmd, browsers[0]+" and "+tokens[0]+" exclude each other")
	case len(browsers) > 0 && len(said) > 0:
		return 0, usage(cmd, said[0]+" is for a token that you have; of one made with "+browsers[0]+" it is chosen in the browser")
	case len(browsers) > 0:
		return wayBrowser, nil
	case flags.paste, len(said) > 0 && len(tokens) == 0:
		return wayPaste, nil
	case len(tokens) > 0:
		return wayToken, nil
	default:
		return wayAsk, nil
	}
}

// askWay has the person choose how to log in.
func (a *app) askWay(ctx context.Context) (way, error) {
	if !terminal.Is(a.in) {
		return 0, a.nobodyToAsk()
	}
	ways := []way{wayBrowser, wayPaste}
	chosen, err := terminal.Choose(ctx, a.in, a.err, terminal.Menu{
		Question: "How do you want to log in?",
		Answers:  []string{"Create a new API token with a web browser", "Paste an existing API token"},
		Plain:    a.dumb(),
		Environ:  a.environ,
	})
	if err != nil {
		return 0, err
	}
	return ways[chosen], nil
}

// loginRequest returns the login that flags describe, but for its token.
func (a *app) loginRequest(cmd *cobra.Command, flags loginFlags) (management.Login, error) {
	login := management.Login{
		Context:  ipc.Select(flags.context, "", a.getenv).Context,
		Endpoint: flags.endpoint,
		Kind:     credential.KindUnknown,
		Replace:  flags.replace,
	}
	if login.Endpoint == "" {
		login.Endpoint = a.getenv(endpointVariable)
	}
	if flags.kind != "" {
		if !slices.Contains(kinds, flags.kind) {
			return login, usage(cmd, "the kind of a token is "+strings.Join(kinds, ", "))
		}
		login.Kind = credential.Kind(flags.kind)
	}
	var err error
	if login.Access, err = credential.ParseAccess(flags.access...); err != nil {
		return login, usage(cmd, err.Error())
	}
	if login.Expires, err = parseExpiry(flags.expires, a.now()); err != nil {
		return login, usage(cmd, err.Error())
	}
	return login, nil
}

// showLogin prints the line BentoCloud's documentation shows, and what was kept.
func (a *app) showLogin(in management.LoggedIn) error {
	a.warn(in.Warnings)
	c := in.Context
	lines := []string{
		fmt.Sprintf(`Successfully logged in as user "%s" in organization "%s".`, c.User, c.Organization),
		"Context: " + c.Name,
	}
	if c.User == "" {
		lines[0] = "The token is kept."
	}
	if c.Email != "" {
		lines = append(lines, "E-mail: "+c.Email)
	}
	lines = append(lines, "Endpoint: "+c.Endpoint)
	if in.Token.Expires != nil {
		lines = append(lines, "Expires: "+a.expiry(*in.Token.Expires))
	}
	if !c.Current {
		lines = append(lines, "It is not the current context; to switch to it: bento-cred context use "+shellWord(c.Name))
	}
	return a.print(lines...)
}

// expiry tells a time of expiry exactly and in words.
func (a *app) expiry(t time.Time) string {
	return t.UTC().Format(time.RFC3339) + " (" + output.When(a.now(), t) + ")"
}
