package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc/management"
)

func TestLoginPrintsTheDocumentedLine(t *testing.T) {
	t.Parallel()
	environ := serve(t, newAgent())
	got := command{environ: environ, stdin: madeUpToken + "\n"}.run(t, "login", "--api-token-stdin", "--expires", "30d")
	want := result{out: `Successfully logged in as user "ada" in organization "acme".
Context: default
E-mail: ada@acme.example
Endpoint: https://acme.cloud.bentoml.example
`}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(result{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestLoginShowsWhatIsKnown(t *testing.T) {
	t.Parallel()
	a := newAgent()
	expires := today().AddDate(0, 0, 29)
	a.loggedIn = func(in *management.LoggedIn) {
		in.Token.Expires = &expires
		in.Context.Current = false
		in.Context.Email = ""
		in.Context.User = "eve\x1b]0;owned\x07"
		in.Warnings = []string{"the token expires soon"}
	}
	got := command{environ: serve(t, a), stdin: madeUpToken}.run(t, "login", "--api-token-stdin", "-c", "staging")
	want := result{
		out: `Successfully logged in as user "eve\x1b]0;owned\a" in organization "acme".
Context: staging
Endpoint: https://acme.cloud.bentoml.example
Expires: 2027-02-13T12:00:00Z (in 29 days)
It is not the current context; to switch to it: bento-cred context use staging
`,
		err: "bento-cred: warning: the token expires soon\n",
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(result{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestLoginAsksForWhatWasSaid(t *testing.T) {
	t.Parallel()
	plain := management.Login{Token: credential.NewSecret(madeUpToken), Kind: credential.KindUnknown}
	with := func(change func(*management.Login)) management.Login {
		login := plain
		change(&login)
		return login
	}
	tests := map[string]struct {
		environ []string
		args    []string
		want    management.Login
	}{
		"nothing": {want: plain},
		"everything": {
			args: []string{
				"-c", "work", "--endpoint", "https://x.example", "--kind", "organization", "--replace",
				"--access", "developer,endpoints:b", "--access", "endpoints:a", "--expires", "2w",
			},
			want: with(func(l *management.Login) {
				l.Context, l.Endpoint, l.Kind, l.Replace = "work", "https://x.example", credential.KindOrganization, true
				l.Access = credential.Access{Developer: true, Deployments: []string{"a", "b"}}
				l.Expires = "2027-01-29T12:00:00Z"
			}),
		},
		"the environment": {
			environ: []string{"BENTO_CLOUD_API_ENDPOINT=https://e.example", "BENTO_CRED_CONTEXT=mine", "BENTOML_CLOUD_CONTEXT=theirs"},
			want:    with(func(l *management.Login) { l.Context, l.Endpoint = "mine", "https://e.example" }),
		},
		"BentoML's context": {
			environ: []string{"BENTOML_CLOUD_CONTEXT=theirs"},
			want:    with(func(l *management.Login) { l.Context = "theirs" }),
		},
		"flags before the environment": {
			environ: []string{"BENTO_CLOUD_API_ENDPOINT=https://e.example", "BENTO_CRED_CONTEXT=mine"},
			args:    []string{"--context=work", "--endpoint=https://x.example"},
			want:    with(func(l *management.Login) { l.Context, l.Endpoint = "work", "https://x.example" }),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAgent()
			c := command{environ: append(serve(t, a), test.environ...), stdin: madeUpToken}
			if got := c.run(t, append([]string{"login", "--api-token-stdin"}, test.args...)...); got.status != 0 {
				t.Fatalf("status %d: %s", got.status, got.err)
			}
			a.mu.Lock()
			defer a.mu.Unlock()
			same := cmp.Comparer(func(a, b credential.Secret) bool { return a.Reveal() == b.Reveal() })
			if diff := cmp.Diff(test.want, a.login, same); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestLoginRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		environ []string
		args    []string
		stdin   string
		status  int
		says    string
	}{
		"nobody to ask":         {args: nil, status: 2, says: "there is no terminal to ask for the token\n  give --browser to make one in a browser; or write the token to standard input and give --api-token-stdin"},
		"a token nearby":        {environ: []string{keyVariable + "=" + madeUpToken}, status: 2, says: `printf %s "$BENTO_CLOUD_API_KEY" | bento-cred login --api-token-stdin`},
		"both flags":            {args: []string{"--api-token", madeUpToken, "--api-token-stdin"}, status: 2, says: "exclude each other"},
		"an empty flag":         {args: []string{"--api-token", ""}, status: 2, says: "--api-token needs a value"},
		"empty input":           {args: []string{"--api-token-stdin"}, stdin: "\n", status: 2, says: "standard input is empty"},
		"two lines":             {args: []string{"--api-token-stdin"}, stdin: madeUpToken + "\n" + madeUpToken, status: 2, says: "more than one line"},
		"a NUL":                 {args: []string{"--api-token-stdin"}, stdin: madeUpToken + "\x00", status: 2, says: "more than one line"},
		"a long input":          {args: []string{"--api-token-stdin"}, stdin: strings.Repeat("x", 64<<10+1), status: 2, says: "too long"},
		"another kind":          {args: []string{"--kind", "secret"}, status: 2, says: "the kind of a token is personal, organization, monitoring"},
		"another access":        {args: []string{"--access", "admin"}, status: 2, says: "access is"},
		"an expiry in the past": {args: []string{"--expires", "2027-01-15"}, status: 2, says: "in the past"},
		"a token as argument":   {args: []string{madeUpToken}, status: 2, says: "login takes no arguments"},
		"a token behind -t":     {args: []string{"-t" + madeUpToken}, status: 2, says: `there is no flag "-t"`},
		"a misspelled flag":     {args: []string{"--api-tokn=" + madeUpToken}, status: 2, says: `there is no flag "--api-tokn"` + "\n  did you mean --api-token"},
		"a flag without value":  {args: []string{"--endpoint"}, status: 2, says: "--endpoint needs a value"},
		"a value for a switch":  {args: []string{"--replace=" + madeUpToken}, status: 2, says: "the value of --replace cannot be understood"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAgent()
			c := command{environ: append(serve(t, a), test.environ...), stdin: test.stdin}
			got := c.run(t, append([]string{"login"}, test.args...)...)
			if got.status != test.status || !strings.Contains(got.err, test.says) || got.out != "" {
				t.Errorf("status %d, out %q, err %q; want %d and %q", got.status, got.out, got.err, test.status, test.says)
			}
			if strings.Contains(got.err, madeUpToken) {
				t.Errorf("the token is shown: %q", got.err)
			}
			a.mu.Lock()
			defer a.mu.Unlock()
			if !a.login.Token.IsZero() {
				t.Error("the daemon was asked")
			}
		})
	}
}

func TestLoginWarnsOfTheCommandLine(t *testing.T) {
	t.Parallel()
	got := run(t, serve(t, newAgent()), "login", "--api-token", madeUpToken)
	if got.status != 0 || !strings.Contains(got.err, "other users can see a token on the command line") {
		t.Errorf("status %d, err %q", got.status, got.err)
	}
	if strings.Contains(got.out+got.err, madeUpToken) {
		t.Error("the token is shown")
	}
}

func TestLogout(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		environ []string
		args    []string
		status  int
		out     string
		left    string
	}{
		"the current one":   {out: "Logged out of context \"default\".\n", left: "staging\n"},
		"by name":           {args: []string{"staging"}, out: "Logged out of context \"staging\".\n", left: "default\n"},
		"by flag":           {args: []string{"-c", "staging"}, out: "Logged out of context \"staging\".\n", left: "default\n"},
		"by variable":       {environ: []string{"BENTOML_CLOUD_CONTEXT=staging"}, out: "Logged out of context \"staging\".\n", left: "default\n"},
		"all":               {args: []string{"--all"}, out: "Logged out of context \"default\".\nLogged out of context \"staging\".\n"},
		"none of that name": {args: []string{"other"}, status: 3, left: "default\nstaging\n"},
		"all and one":       {args: []string{"--all", "staging"}, status: 2, left: "default\nstaging\n"},
		"one twice":         {args: []string{"staging", "-c", "default"}, status: 2, left: "default\nstaging\n"},
		"two":               {args: []string{"staging", "default"}, status: 2, left: "default\nstaging\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			environ := serve(t, withContexts(t, "default", "staging"))
			got := run(t, append(environ, test.environ...), append([]string{"logout"}, test.args...)...)
			if got.status != test.status || got.out != test.out {
				t.Errorf("status %d, out %q, err %q; want %d and %q", got.status, got.out, got.err, test.status, test.out)
			}
			if left := names(t, environ); left != test.left {
				t.Errorf("left are %q, want %q", left, test.left)
			}
		})
	}
	if got := ok(t, serve(t, newAgent()), "logout", "--all"); got != "There was no context to forget.\n" {
		t.Errorf("with nothing to forget: %q", got)
	}
}
