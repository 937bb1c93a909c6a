package ipctest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// Subject is an Agent under test, without a context yet, and a login it accepts.
type Subject struct {
	Agent management.Agent
	// Endpoint is where Token is good.
	Endpoint string
	// Token is one the endpoint accepts.
	Token credential.Secret
	// Approve approves the login that waits at a page, as a person does in a browser.
	Approve func(page string)
}

// TestAgent holds an Agent to the contract. Each part gets a new Subject.
func TestAgent(t *testing.T, newSubject func(*testing.T) Subject) {
	parts := map[string]func(*testing.T, Subject){
		"ping":                     testPing,
		"nothing kept":             testEmpty,
		"login and get":            testLoginAndGet,
		"access":                   testAccess,
		"contexts":                 testContexts,
		"logout":                   testLogout,
		"bad values":               testBadValues,
		"login by browser":         testBrowserLogin,
		"login given up":           testBrowserLoginGivenUp,
		"tokens at the cloud":      testCloudTokens,
		"renew and revoke":         testRenewAndRevoke,
		"hosts":                    testHosts,
		"deployments":              testDeployments,
		"record":                   testRecord,
		"grants":                   testGrants,
		"policy":                   testPolicy,
		"unlocked":                 testUnlocked,
		"several callers":          testConcurrent,
		"answers share no storage": testFresh,
	}
	for name, part := range parts {
		t.Run(name, func(t *testing.T) { part(t, newSubject(t)) })
	}
}

func testPing(t *testing.T, s Subject) {
	daemon, err := s.Agent.Ping(t.Context())
	if err != nil || daemon.PID <= 0 || daemon.Version == "" || daemon.Protocols == "" {
		t.Errorf("Ping() = %+v, %v", daemon, err)
	}
}

func testEmpty(t *testing.T, s Subject) {
	ctx := t.Context()
	_, err := s.Agent.Credential(ctx, ipc.Request{})
	wantCode(t, "get", err, ipc.NoContext)
	_, err = s.Agent.Credential(ctx, ipc.Request{Selection: ipc.Selection{Context: "none", Source: ipc.SourceFlag}})
	wantCode(t, "get none", err, ipc.NotFound)
	_, err = s.Agent.Context(ctx, ipc.Selection{})
	wantCode(t, "context", err, ipc.NoContext)
	wantCode(t, "use", s.Agent.UseContext(ctx, "none"), ipc.NotFound)
	wantCode(t, "delete", s.Agent.DeleteContext(ctx, "none"), ipc.NotFound)
	wantCode(t, "rename", s.Agent.RenameContext(ctx, "none", "other"), ipc.NotFound)
	contexts, err := s.Agent.Contexts(ctx)
	if err != nil || len(contexts) != 0 {
		t.Errorf("Contexts() = %v, %v; want none", contexts, err)
	}
	names, err := s.Agent.Logout(ctx, management.Logout{All: true})
	if err != nil || len(names) != 0 {
		t.Errorf("Logout(all) = %v, %v; want none", names, err)
	}
}

// login logs in to the context called name with the Developer Operations access.
func login(t *testing.T, s Subject, name string) management.LoggedIn {
	t.Helper()
	in, err := s.Agent.Login(t.Context(), management.Login{
		Context: name, Endpoint: s.Endpoint, Token: s.Token,
		Kind: credential.KindPersonal, Access: credential.Access{Developer: true},
	})
	if err != nil {
		t.Fatalf("Login(%q): %v", name, err)
	}
	return in
}

func testLoginAndGet(t *testing.T, s Subject) {
	in := login(t, s, "first")
	if in.Context.Name != "first" || !in.Context.Current || in.Context.User == "" || in.Context.Organization == "" {
		t.Errorf("Login() = %+v", in.Context)
	}
	got, err := s.Agent.Credential(t.Context(), ipc.Request{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Value.Reveal() != s.Token.Reveal() {
		t.Error("another token came back than was given")
	}
	if got.Context != "first" || got.Source != ipc.SourceCurrent || got.Endpoint != s.Endpoint || got.Header != "X-YATAI-API-TOKEN" {
		t.Errorf("Credential() = %+v", got)
	}
	shown, err := s.Agent.Context(t.Context(), ipc.Selection{Context: "first", Source: ipc.SourceFlag})
	if err != nil || shown.Source != ipc.SourceFlag || shown.Endpoint != s.Endpoint || len(shown.Tokens) != 1 {
		t.Errorf("Context() = %+v, %v", shown, err)
	}
}

func testAccess(t *testing.T, s Subject) {
	login(t, s, "first")
	_, err := s.Agent.Credential(t.Context(), ipc.Request{Access: "endpoints"})
	wantCode(t, "endpoints", err, ipc.AccessMissing)
	_, err = s.Agent.Credential(t.Context(), ipc.Request{Access: "everything"})
	wantCode(t, "everything", err, ipc.Usage)
	if _, err = s.Agent.Credential(t.Context(), ipc.Request{Access: "developer"}); err != nil {
		t.Errorf("developer: %v", err)
	}
}

func testContexts(t *testing.T, s Subject) {
	ctx := t.Context()
	login(t, s, "first")
	login(t, s, "second")
	wantCurrent(t, s, "first")
	if err := s.Agent.UseContext(ctx, "second"); err != nil {
		t.Fatal(err)
	}
	wantCurrent(t, s, "second")
	wantCode(t, "rename onto another", s.Agent.RenameContext(ctx, "second", "first"), ipc.Exists)
	if err := s.Agent.RenameContext(ctx, "second", "third"); err != nil {
		t.Fatal(err)
	}
	wantCurrent(t, s, "third")
	contexts, err := s.Agent.Contexts(ctx)
	if err != nil || len(contexts) != 2 || contexts[0].Name != "first" || contexts[1].Name != "third" || !contexts[1].Current {
		t.Errorf("Contexts() = %+v, %v", contexts, err)
	}
	if err := s.Agent.DeleteContext(ctx, "third"); err != nil {
		t.Fatal(err)
	}
	_, err = s.Agent.Credential(ctx, ipc.Request{})
	wantCode(t, "get after the current context was deleted", err, ipc.NoContext)
	status, err := s.Agent.Status(ctx)
	if err != nil || status.Current != "" || len(status.Contexts) != 1 || status.Store.State != "ready" {
		t.Errorf("Status() = %+v, %v", status, err)
	}
}

func wantCurrent(t *testing.T, s Subject, want string) {
	t.Helper()
	got, err := s.Agent.Credential(t.Context(), ipc.Request{})
	if err != nil || got.Context != want {
		t.Errorf("the current context is %q, %v; want %q", got.Context, err, want)
	}
}

func testLogout(t *testing.T, s Subject) {
	login(t, s, "first")
	login(t, s, "second")
	login(t, s, "third")
	names, err := s.Agent.Logout(t.Context(), management.Logout{Context: "second"})
	if err != nil || len(names) != 1 || names[0] != "second" {
		t.Errorf("Logout(second) = %v, %v", names, err)
	}
	_, err = s.Agent.Logout(t.Context(), management.Logout{Context: "second"})
	wantCode(t, "logout twice", err, ipc.NotFound)
	names, err = s.Agent.Logout(t.Context(), management.Logout{All: true})
	if err != nil || len(names) != 2 {
		t.Errorf("Logout(all) = %v, %v", names, err)
	}
	_, err = s.Agent.Credential(t.Context(), ipc.Request{})
	wantCode(t, "get after logout", err, ipc.NoContext)
}

func testBadValues(t *testing.T, s Subject) {
	ctx := t.Context()
	_, err := s.Agent.Login(ctx, management.Login{Context: "first", Endpoint: s.Endpoint})
	wantCode(t, "login without a token", err, ipc.Usage)
	_, err = s.Agent.Login(ctx, management.Login{Context: "first", Endpoint: s.Endpoint, Token: s.Token, Expires: "soon"})
	wantCode(t, "login with no date", err, ipc.Usage)
	_, err = s.Agent.Import(ctx, management.Import{Path: "relative"})
	wantCode(t, "import", err, ipc.Usage)
	_, err = s.Agent.Migrate(ctx, management.Migration{Backend: "nowhere"})
	wantCode(t, "migrate", err, ipc.Usage)
	login(t, s, "first")
	wantCode(t, "forget a store in use", s.Agent.ForgetStore(ctx), ipc.Denied)
	if err := s.Agent.DeleteContext(ctx, "first"); err != nil {
		t.Fatal(err)
	}
	_, err = s.Agent.CheckConfig(ctx, "relative")
	wantCode(t, "check_config", err, ipc.Usage)
	_, err = s.Agent.Allow(ctx, "relative")
	wantCode(t, "allow", err, ipc.Usage)
	_, err = s.Agent.Deny(ctx, "/nowhere/.bento-cred.toml")
	wantCode(t, "deny", err, ipc.NotFound)
	wantCode(t, "stop", s.Agent.Stop(ctx, management.Stop{IfOlderThan: "0.0.0"}), ipc.Denied)
	if contexts, err := s.Agent.Contexts(ctx); err != nil || len(contexts) != 0 {
		t.Errorf("bad requests left contexts: %v, %v", contexts, err)
	}
}

func testConcurrent(t *testing.T, s Subject) {
	login(t, s, "first")
	var callers sync.WaitGroup
	for i := range 8 {
		callers.Go(func() {
			name := fmt.Sprintf("context-%d", i)
			for range 20 {
				if _, err := s.Agent.Credential(context.WithoutCancel(t.Context()), ipc.Request{}); err != nil {
					t.Errorf("Credential: %v", err)
				}
			}
			if err := s.Agent.RenameContext(t.Context(), name, name+"x"); !errors.Is(err, ipc.NotFound) {
				t.Errorf("RenameContext: %v", err)
			}
		})
	}
	callers.Wait()
}

func testFresh(t *testing.T, s Subject) {
	login(t, s, "first")
	before, err := s.Agent.Contexts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before[0].Tokens[0].Access[0] = "changed by the caller"
	before[0].Name = "changed by the caller"
	after, err := s.Agent.Contexts(t.Context())
	if err != nil || after[0].Name != "first" || after[0].Tokens[0].Access[0] != "developer" {
		t.Errorf("a caller changed what is kept: %+v, %v", after, err)
	}
}

// wantCode checks that err has code, a sentence and the next step.
func wantCode(t *testing.T, what string, err error, code ipc.Code) {
	t.Helper()
	if !errors.Is(err, code) {
		t.Errorf("%s: error %v, want code %q", what, err, code)
		return
	}
	if told := ipc.AsError(err); told.Message == "" || told.Hint == "" {
		t.Errorf("%s: %+v lacks a sentence or a next step", what, told)
	}
}

// NewMemory returns a Memory for tests.
func NewMemory() *Memory { return &Memory{Version: "1.0.0", Now: time.Now} }
