package daemon_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/daemon"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// ruled starts a daemon with rules, and a login to "default" and to "production".
func ruled(t *testing.T, rules string) *house {
	t.Helper()
	h := newHouse(t)
	h.login("default")
	h.login("production")
	h.writeConfig(rules)
	h.restart()
	return h
}

// recorded returns the newest record.
func (h *house) recorded() management.LogRecord {
	h.t.Helper()
	records, err := h.Log(h.t.Context(), management.LogQuery{Limit: 1})
	if err != nil || len(records) != 1 {
		h.t.Fatalf("Log() = %v, %v", records, err)
	}
	return records[0]
}

// TestRulesDecide asks for this and that under rules; what is answered is what is on record,
// with the rule's name.
func TestRulesDecide(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	h := ruled(t, `
[rule.no-deletes]
answer = "deny"
verb = ["delete", "logout", "delete_token", "create_token", "renew", "add_host"]
context = "production"
[rule.exec]
answer = "allow"
context = "production"
verb = "exec"
executable = "`+filepath.Base(self)+`"
directory = "`+here+`"
[rule.production]
answer = "deny"
context = "prod*"
[rule.asks]
answer = "ask"
verb = "header"
`)
	ctx := t.Context()
	production := ipc.Selection{Context: "production", Source: ipc.SourceFlag}
	ask := func(selection ipc.Selection, verb string) error {
		_, err := h.Credential(ctx, ipc.Request{Selection: selection, Verb: verb})
		return err
	}
	tests := map[string]struct {
		ask          func() error
		verb, rule   string
		denied       bool
		alsoInReason string
	}{
		"none fits":          {ask: func() error { return ask(ipc.Selection{}, "env") }, verb: "env"},
		"no verb":            {ask: func() error { return ask(ipc.Selection{}, "") }, verb: "get"},
		"a verb that is odd": {ask: func() error { return ask(ipc.Selection{}, "rm -rf") }, verb: "get"},
		"a context":          {ask: func() error { return ask(production, "env") }, verb: "env", rule: "production", denied: true},
		"an exception":       {ask: func() error { return ask(production, "exec") }, verb: "exec", rule: "exec"},
		"a question to nobody": {
			ask: func() error { return ask(ipc.Selection{}, "header") }, verb: "header", rule: "asks", denied: true, alsoInReason: "a person was to be asked",
		},
		"an operation's name": {ask: func() error { return ask(ipc.Selection{}, "delete") }, verb: "get"},
		"a grant's name":      {ask: func() error { return ask(ipc.Selection{}, "grant") }, verb: "get"},
		"all contexts": {
			ask: func() error { _, err := h.Logout(ctx, management.Logout{All: true}); return err }, verb: "logout", rule: "no-deletes", denied: true,
		},
		"a name that is taken": {
			ask: func() error { return h.RenameContext(ctx, "default", "production-2") }, verb: "rename", rule: "production", denied: true,
		},
		"a deletion": {
			ask: func() error { return h.DeleteContext(ctx, "production") }, verb: "delete", rule: "no-deletes", denied: true,
		},
		"a new token": {
			ask: func() error {
				_, err := h.CreateToken(ctx, management.NewToken{Selection: production, Name: "x", Access: credential.Access{Developer: true}})
				return err
			}, verb: "create_token", rule: "no-deletes", denied: true,
		},
		"a renewal": {
			ask: func() error { _, err := h.Renew(ctx, production, ""); return err }, verb: "renew", rule: "no-deletes", denied: true,
		},
		"a host": {
			ask: func() error {
				_, err := h.AddHost(ctx, management.Binding{Selection: production, URL: "https://x.example"})
				return err
			}, verb: "add_host", rule: "no-deletes", denied: true,
		},
	}
	for name, test := range tests {
		err := test.ask()
		if errors.Is(err, ipc.Denied) != test.denied || (err != nil && !test.denied) {
			t.Errorf("%s: %v", name, err)
		}
		if test.denied && (!strings.Contains(err.Error(), `by rule "`+test.rule+`"`) || ipc.AsError(err).Hint == "") {
			t.Errorf("%s: error %v does not name the rule, or has no hint", name, err)
		}
		got := h.recorded()
		answer := map[bool]string{false: "allow", true: "deny"}[test.denied]
		if got.Verb != test.verb || got.Rule != test.rule || got.Answer != answer || !strings.Contains(got.Reason, test.alsoInReason) {
			t.Errorf("%s: the record is %+v", name, got)
		}
		if got.PID != os.Getpid() || got.UID != os.Getuid() || (got.Executable != self && got.Executable != "") {
			t.Errorf("%s: the record names %d %d %q", name, got.PID, got.UID, got.Executable)
		}
	}
	if err := h.DeleteContext(ctx, "default"); err != nil {
		t.Errorf("what no rule forbids: %v", err)
	}
}

// TestRulesAboutHostsHoldFromTheStart: a daemon that has not opened its store yet knows no
// hosts, and must not take that for leave.
func TestRulesAboutHostsHoldFromTheStart(t *testing.T) {
	t.Parallel()
	h := ruled(t, "[rule.here]\nanswer = \"deny\"\nverb = [\"delete\", \"use\"]\nhost = \"127.0.0.1:*\"\n")
	for range 3 {
		h.restart()
		if err := h.DeleteContext(t.Context(), "production"); !errors.Is(err, ipc.Denied) {
			t.Fatalf("error %v, want denied", err)
		}
	}
}

// TestRulesChangeAtOnce writes other rules while the daemon runs.
func TestRulesChangeAtOnce(t *testing.T) {
	t.Parallel()
	h := ruled(t, "[rule.all]\nanswer = \"deny\"\nverb = \"get\"\n")
	_, err := h.Credential(t.Context(), ipc.Request{})
	if !errors.Is(err, ipc.Denied) {
		t.Fatalf("error %v", err)
	}
	h.writeConfig("[rule.all]\nanswer = \"allow\"\n")
	h.await("the rule is another", func() bool {
		_, err := h.Credential(t.Context(), ipc.Request{})
		return err == nil
	})
}

// TestGrantIsAFence has this process below a grant: it gets what the grant covers and nothing
// else, though no rule forbids it; a rule that asks is answered by it, one that denies is not.
func TestGrantIsAFence(t *testing.T) {
	t.Parallel()
	const rules = "[rule.asks]\nanswer = \"ask\"\nverb = \"token\"\n[rule.denies]\nanswer = \"deny\"\nverb = \"env\"\n"
	h := ruled(t, rules)
	ctx := t.Context()
	get := func(context, verb string) error {
		_, err := h.Credential(ctx, ipc.Request{Selection: ipc.Selection{Context: context, Source: ipc.SourceFlag}, Verb: verb})
		return err
	}
	if err := get("production", "token"); !errors.Is(err, ipc.Denied) {
		t.Errorf("without a grant: %v", err)
	}
	wish := management.GrantWish{
		Selection: ipc.Selection{Context: "production", Source: ipc.SourceFlag}, TTL: time.Minute, Uses: 2,
	}
	if _, err := h.Grant(ctx, wish); !errors.Is(err, ipc.Denied) || !strings.Contains(err.Error(), `rule "asks"`) {
		t.Errorf("a grant that a person would have to agree to: %v", err)
	}
	h.writeConfig("[rule.grants]\nanswer = \"allow\"\nverb = \"grant\"\n" + rules)
	h.restart()
	given, err := h.Grant(ctx, wish)
	if err != nil {
		t.Fatal(err)
	}
	h.restart() // it holds for the next daemon, too
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"another context": {get("default", "exec"), false},
		"a rule denies":   {get("production", "env"), false},
		"a change":        {h.DeleteContext(ctx, "default"), false},
		"a stop":          {h.Stop(ctx, management.Stop{}), false},
		"all contexts":    {func() error { _, err := h.Logout(ctx, management.Logout{All: true}); return err }(), false},
		"a claim":         {get("default", "grant"), false},
		"its first use":   {get("production", "token"), true},
	} {
		if (test.err == nil) != test.want || (test.err != nil && !errors.Is(test.err, ipc.Denied)) {
			t.Errorf("%s: %v", name, test.err)
		}
	}
	if told, err := h.TestPolicy(ctx, management.PolicyTest{Request: ipc.Request{Selection: ipc.Selection{Context: "production"}, Verb: "token"}}); err != nil ||
		told.Answer != "allow" || told.Grant != given.ID {
		t.Errorf("TestPolicy() = %+v, %v", told, err)
	}
	if err := get("production", "token"); err != nil {
		t.Errorf("its last use, which an explanation did not use up: %v", err)
	}
	if err := get("production", "token"); !errors.Is(err, ipc.Denied) || !strings.Contains(err.Error(), "used up") {
		t.Errorf("one use more: %v", err)
	}
	if err := h.EndGrant(ctx, given.ID); err != nil {
		t.Error(err)
	}
	if err := get("default", "exec"); err != nil {
		t.Errorf("after its end: %v", err)
	}
}

// TestLocked: the daemon that is locked ends; the next one gives nothing out, and serves who
// waited once it is unlocked.
func TestLocked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.login("default")
	if err := h.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-h.done; !errors.Is(err, daemon.ErrLocked) {
		t.Errorf("Run: %v, want ErrLocked", err)
	}
	h.start()
	_, err := h.Credential(t.Context(), ipc.Request{})
	if !errors.Is(err, ipc.Locked) || !strings.Contains(ipc.AsError(err).Hint, "bento-cred unlock") {
		t.Errorf("error %v, want locked, and how to unlock", err)
	}
	if status, err := h.Status(t.Context()); err != nil || status.Store.State != "locked" || status.Store.Backend != "file" {
		t.Errorf("Status() = %+v, %v", status.Store, err)
	}
	served := make(chan error, 1)
	waiting := h.dial()
	go func() {
		answer, err := waiting.Credential(t.Context(), ipc.Request{Wait: time.Minute})
		if err == nil && answer.Value.Reveal() != goodToken {
			err = errors.New("another token came")
		}
		served <- err
	}()
	began := time.Now()
	if _, err := h.Credential(t.Context(), ipc.Request{Wait: 100 * time.Millisecond}); !errors.Is(err, ipc.Locked) {
		t.Errorf("a wait that was too short: %v", err)
	}
	if err := h.Unlock(t.Context(), credential.Secret{}); err != nil {
		t.Fatal(err)
	}
	if err := <-served; err != nil || time.Since(began) > 30*time.Second {
		t.Errorf("who waited: %v, after %v", err, time.Since(began))
	}
	h.restart()
	if _, err := h.Credential(t.Context(), ipc.Request{}); err != nil {
		t.Errorf("unlocked, for the next daemon: %v", err)
	}
}

// TestIdleLock: a daemon that nobody asks locks itself.
func TestIdleLock(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.login("default")
	h.writeConfig("[lock]\nidle = \"1s\"\n")
	select {
	case err := <-h.done:
		if !errors.Is(err, daemon.ErrLocked) {
			t.Errorf("Run: %v, want ErrLocked", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("it does not lock itself")
	}
	h.writeConfig("")
	h.start()
	if _, err := h.Credential(t.Context(), ipc.Request{}); !errors.Is(err, ipc.Locked) {
		t.Errorf("error %v, want locked", err)
	}
}
