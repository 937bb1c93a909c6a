package main

import (
	"fmt"
	"slices"
	"strconv"
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
	keyVariable      = "BENTO_CLOUD_API_KEY"
	endpointVariable = "BENTO_CLOUD_API_ENDPOINT"
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
}

// kinds are the words of --kind.
var kinds = []string{
	string(credential.KindPersonal), string(credential.KindOrganization), string(credential.KindMonitoring),
}

func (a *app) loginCommand() *cobra.Command {
	var flags loginFlags
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Keep a token in the keychain",
		Long: `Verify an API token with BentoCloud and keep it in the keychain.

On a terminal the token is asked for and not shown while you type or paste it. Make
one at https://cloud.bentoml.com under API Tokens, with the access you need.

What the token is for can be said with --kind and --access; a program that asks for
less then gets the token that opens less.`,
		Example: `  bento-cred login
  bento-cred login --api-token-stdin < token-file
  bento-cred login --context staging --endpoint https://staging.cloud.bentoml.com
  bento-cred login --access endpoints:summarizer --expires 30d`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.login(cmd, flags) },
	}
	f := cmd.Flags()
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

func (a *app) login(cmd *cobra.Command, flags loginFlags) error {
	login, err := a.loginRequest(cmd, flags)
	if err != nil {
		return err
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
	for _, warning := range loggedIn.Warnings {
		a.say("warning: " + warning)
	}
	return a.showLogin(loggedIn)
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

// tokenToKeep returns the token from where the person wants to give it.
func (a *app) tokenToKeep(cmd *cobra.Command, flags loginFlags) (credential.Secret, error) {
	given := cmd.Flags().Changed("api-token")
	switch {
	case given && flags.fromStdin:
		return credential.Secret{}, usage(cmd, "--api-token and --api-token-stdin exclude each other")
	case given && flags.token == "":
		return credential.Secret{}, usage(cmd, "--api-token needs a value")
	case given:
		a.say("warning: other users can see a token on the command line, and the shell's history keeps it; prefer --api-token-stdin")
		return credential.NewSecret(flags.token), nil
	case flags.fromStdin:
		return a.secretFromStdin(cmd.Context(), "token")
	case !terminal.Is(a.in):
		return credential.Secret{}, a.nobodyToAsk()
	}
	token, err := a.askSecret(cmd.Context(), "token", "API token (not shown): ")
	if err == nil && token.IsZero() {
		return token, &ipc.Error{Code: ipc.Denied, Message: "no token was typed", Hint: "paste it, then press Enter"}
	}
	return token, err
}

// nobodyToAsk is the error of a login without a terminal and without a token.
func (a *app) nobodyToAsk() error {
	failed := &ipc.Error{
		Code:    ipc.Usage,
		Message: "there is no terminal to ask for the token",
		Hint:    "write it to standard input and give --api-token-stdin (or give --api-token, which other users can see)",
	}
	if a.getenv(keyVariable) != "" {
		failed.Hint = `to keep the token of the environment: printf %s "$` + keyVariable + `" | bento-cred login --api-token-stdin`
	}
	return failed
}

// showLogin prints the line BentoCloud's documentation shows, and what was kept.
func (a *app) showLogin(in management.LoggedIn) error {
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

// shellWord returns text as one word of a command that is shown for copying.
func shellWord(text string) string {
	for _, r := range text {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,", r) {
			return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
		}
	}
	if text == "" {
		return "''"
	}
	return text
}

// quoted returns text, which somebody else wrote, as it stands in a sentence.
func quoted(text string) string { return strconv.Quote(text) }
