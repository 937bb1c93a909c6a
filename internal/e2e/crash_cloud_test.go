//go:build unix

package e2e_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/ipc"
)

// TestKilledRenewal kills the daemon in each step of a renewal, with the step's work done
// at the cloud and without.
func TestKilledRenewal(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		call string
		done bool
	}{
		"before it is made":         {callCreate, false},
		"when it is made":           {callCreate, true},
		"before it is verified":     {callUser, false},
		"when it is verified":       {callUser, true},
		"before the old is deleted": {callDelete, false},
		"when the old is deleted":   {callDelete, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newTenant(t)
			n.interrupt(test.call, test.done, ipc.ProgramHelper, "renew")
			n.check("with the next daemon")
			n.settle("with the next daemon")
			n.run(t, n.home, "", ipc.ProgramHelper, "renew")
			n.check("when it was renewed once more")
			n.settle("at the end")
		})
	}
}

// TestKilledRenewals kills the daemon at random moments of many renewals, one after
// another.
func TestKilledRenewals(t *testing.T) {
	t.Parallel()
	const rounds = 25
	n := newTenant(t)
	chance := rand.New(rand.NewPCG(3, 4))
	begin := time.Now()
	n.run(t, n.home, "", ipc.ProgramHelper, "renew")
	usual := time.Since(begin)
	n.settle("undisturbed")
	renewed := 0
	for range rounds {
		renewal := n.command(t.Context(), ipc.ProgramHelper, "renew")
		if err := renewal.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(chance.Int64N(int64(2 * usual))))
		n.kill()
		if renewal.Wait() == nil {
			renewed++
		}
		n.check("after a kill")
	}
	t.Logf("%d of %d renewals were told to have worked", renewed, rounds)
	n.settle("at the end")
	n.run(t, n.home, "", ipc.ProgramHelper, "renew")
	n.check("when it was renewed once more")
}

// TestKilledDeletion kills the daemon while a token is deleted: the context has it still,
// its other token serves, and to delete it again ends well.
func TestKilledDeletion(t *testing.T) {
	t.Parallel()
	for name, done := range map[string]bool{"before it is deleted": false, "when it is deleted": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newTenant(t)
			n.run(t, n.home, "", ipc.ProgramHelper, "api-token", "create", "calls", "--endpoint-access", "all", "--keep")
			tokens := n.cloud.Tokens()
			uid := tokens[slices.IndexFunc(tokens, func(token cloudtest.Token) bool { return token.Name == "calls" })].UID
			n.interrupt(callDelete, done, ipc.ProgramHelper, "api-token", "delete", uid)
			n.check("with the next daemon")
			n.run(t, n.home, "", ipc.ProgramHelper, "api-token", "delete", uid)
			n.settle("at the end")
			n.check("at the end")
		})
	}
}

// TestKilledLogin kills the daemon in the steps of a login by browser: what was kept
// before serves on, and another login works. A token that a person approved and nobody
// kept is left at the cloud: no name tells whose it was.
func TestKilledLogin(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		call string
		done bool
	}{
		"before there is a code":     {callCode, false},
		"when there is a code":       {callCode, true},
		"before it is collected":     {callCollect, false},
		"when it is collected":       {callCollect, true},
		"when the token is verified": {callUser, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newTenant(t)
			stop := n.approveAll()
			n.interrupt(test.call, test.done, ipc.ProgramHelper, "login", "--browser", "--no-open", "--endpoint", n.cloud.URL())
			n.works("with the next daemon")
			n.run(t, n.home, "", ipc.ProgramHelper, "login", "--browser", "--no-open", "--endpoint", n.cloud.URL())
			n.works("after another login")
			stop()
		})
	}
}

// approveAll approves every login that waits, until it is stopped.
func (n tenant) approveAll() (stop func()) {
	ctx, cancel := context.WithCancel(n.t.Context())
	var done sync.WaitGroup
	done.Go(func() {
		for ; ctx.Err() == nil; time.Sleep(pause) {
			for _, code := range n.cloud.Codes() {
				n.cloud.Approve(code)
			}
		}
	})
	return func() { cancel(); done.Wait() }
}
