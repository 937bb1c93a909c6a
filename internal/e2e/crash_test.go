//go:build unix

package e2e_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// TestKilledDaemonKeepsWhatItAcknowledged kills the daemon at random moments of
// logins. Whatever a login said it kept must be there at the end, and nothing half.
func TestKilledDaemonKeepsWhatItAcknowledged(t *testing.T) {
	t.Parallel()
	const rounds = 50
	p, err := newPlace(programs(t), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	})
	cloud := cloudtest.New(t, cloudtest.Config{Tokens: []cloudtest.Token{{Value: tokenDeveloper, Developer: true}}})
	chance := rand.New(rand.NewPCG(1, 2))
	p.run(t, p.home, "", ipc.ProgramHelper, "status")
	begin := time.Now()
	p.login(t, cloud.URL(), "undisturbed", tokenDeveloper)
	usual := time.Since(begin)
	kept := map[string]bool{"undisturbed": true}
	for round := range rounds {
		name := fmt.Sprintf("c%d", round)
		if p.loginUnderFire(t, cloud.URL(), name, time.Duration(chance.Int64N(int64(3*usual)))) {
			kept[name] = true
		}
	}
	t.Logf("%d of %d logins were acknowledged", len(kept)-1, rounds)
	if len(kept) == 1 {
		t.Error("no login was acknowledged, so none can have been lost")
	}
	p.compare(t, kept)
}

// loginUnderFire logs in while the daemon is killed after a delay, and reports whether
// the login was acknowledged.
func (p *place) loginUnderFire(t *testing.T, endpoint, name string, delay time.Duration) bool {
	t.Helper()
	var killed sync.WaitGroup
	socket := filepath.Join(p.root, "s")
	killed.Go(func() {
		time.Sleep(delay)
		if pid, err := pidAt(socket); err == nil {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it cannot have ended otherwise
			awaitEnd(pid)
		}
	})
	defer killed.Wait()
	cmd := p.command(t.Context(), ipc.ProgramHelper, "login", "--api-token-stdin", "--endpoint", endpoint, "-c", name)
	cmd.Stdin = strings.NewReader(tokenDeveloper)
	return cmd.Run() == nil
}

// compare asks a new daemon for its contexts: those of kept must be among them, each
// whole, and the store must have nothing to complain of.
func (p *place) compare(t *testing.T, kept map[string]bool) {
	t.Helper()
	var status management.Status
	text := p.run(t, p.home, "", ipc.ProgramHelper, "status", "-o", "json")
	if err := json.Unmarshal([]byte(text), &status); err != nil {
		t.Fatal(err)
	}
	if status.Store.State != "ready" || status.Store.Reason != "" {
		t.Errorf("the store is %s: %s", status.Store.State, status.Store.Reason)
	}
	for _, c := range status.Contexts {
		delete(kept, c.Name)
		if got := p.run(t, p.home, "", ipc.ProgramHelper, "token", "-c", c.Name); got != tokenDeveloper {
			t.Errorf("context %s has another token than it was given", c.Name)
		}
	}
	if len(kept) > 0 {
		t.Errorf("these logins were acknowledged and are lost: %v", kept)
	}
}
