//go:build unix

package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// The calls to the cloud that are interrupted.
const (
	callCreate  = "POST /api/v1/api_tokens"
	callUser    = "GET /api/v1/auth/current"
	callDelete  = "DELETE /api/v1/api_tokens/"
	callCode    = "GET /api/v1/auth/code"
	callCollect = "GET /api/v1/auth/token"
)

// tenant is a place that is logged in to a cloud with a token that can be renewed.
type tenant struct {
	*place
	t     *testing.T
	cloud *cloudtest.Cloud
}

// newTenant logs in, with settings that end an old token as soon as a new one is kept.
func newTenant(t *testing.T) tenant {
	t.Helper()
	p, err := newPlace(programs(t), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	})
	config := filepath.Join(p.home, ".config", "bento-cred", "config.toml")
	if err := os.MkdirAll(filepath.Dir(config), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, []byte("[renewal]\ngrace = \"0s\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cloud := cloudtest.New(t, cloudtest.Config{Tokens: []cloudtest.Token{{
		Value: tokenDeveloper, Name: "ci", Developer: true, Expires: time.Now().Add(30 * 24 * time.Hour),
	}}})
	p.login(t, cloud.URL(), "default", tokenDeveloper)
	return tenant{place: p, t: t, cloud: cloud}
}

// kill ends the daemon as kill -9 does.
func (n tenant) kill() {
	n.t.Helper()
	pid, err := pidAt(filepath.Join(n.root, "s"))
	if err != nil {
		n.t.Error(err)
		return
	}
	_ = syscall.Kill(pid, syscall.SIGKILL) // it cannot have ended otherwise
	awaitEnd(pid)
}

// asked counts the calls to the cloud that begin so.
func (n tenant) asked(begin string) int {
	count := 0
	for _, r := range n.cloud.Requests() {
		if strings.HasPrefix(r.Method+" "+r.Path, begin) {
			count++
		}
	}
	return count
}

// check checks that what is served works, and that the cloud has one token at most that
// the context does not.
func (n tenant) check(when string) {
	n.t.Helper()
	n.works(when)
	kept, upstream := n.uids()
	if surplus := slices.DeleteFunc(upstream, func(uid string) bool { return slices.Contains(kept, uid) }); len(surplus) > 1 {
		n.t.Errorf("%s: %d tokens at the cloud are surplus", when, len(surplus))
	}
}

// works asks a daemon, a new one where the last was killed, for a token, which must work.
func (n tenant) works(when string) {
	n.t.Helper()
	value := n.run(n.t, n.home, "", ipc.ProgramHelper, "token")
	if !slices.ContainsFunc(n.cloud.Tokens(), func(token cloudtest.Token) bool { return token.Value == value }) {
		n.t.Errorf("%s: a token is served that the cloud does not have", when)
	}
}

// uids returns the uids in the context and at the cloud, sorted.
func (n tenant) uids() (kept, upstream []string) {
	n.t.Helper()
	var shown management.Context
	if err := json.Unmarshal([]byte(n.run(n.t, n.home, "", ipc.ProgramHelper, "context", "show", "-o", "json")), &shown); err != nil {
		n.t.Fatal(err)
	}
	for _, token := range shown.Tokens {
		kept = append(kept, token.UID)
	}
	for _, token := range n.cloud.Tokens() {
		upstream = append(upstream, token.UID)
	}
	slices.Sort(kept)
	slices.Sort(upstream)
	return kept, upstream
}

// settle waits until the context and the cloud have the same, single token.
func (n tenant) settle(when string) {
	n.t.Helper()
	var kept, upstream []string
	for late := time.Now().Add(patience); time.Now().Before(late); time.Sleep(pause) {
		if kept, upstream = n.uids(); len(kept) == 1 && slices.Equal(kept, upstream) {
			return
		}
	}
	n.t.Errorf("%s: the context has %q, the cloud %q", when, kept, upstream)
}

// interrupt starts a command and kills the daemon when it calls the cloud, before the call
// does its work or when it has.
func (n tenant) interrupt(call string, done bool, args ...string) {
	n.t.Helper()
	before := n.asked(call)
	pattern := call
	if strings.HasSuffix(pattern, "/") {
		pattern += "*"
	}
	n.cloud.Fail(pattern, cloudtest.Fault{After: done, Latency: time.Minute})
	command := n.command(n.t.Context(), args...)
	if err := command.Start(); err != nil {
		n.t.Fatal(err)
	}
	for late := time.Now().Add(patience); n.asked(call) == before; time.Sleep(pause) {
		if time.Now().After(late) {
			n.t.Fatal("the call does not come")
		}
	}
	if done {
		time.Sleep(100 * time.Millisecond) // the cloud does it
	}
	n.kill()
	n.cloud.Heal()
	_ = command.Wait() // a renewal has ended before the old token is deleted
}
