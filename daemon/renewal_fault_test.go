package daemon_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

const (
	callTokens     = "GET /api/v1/api_tokens"
	callDeployment = "GET /api/v2/deployments/summarise"
)

// lasting is seldom with an hour's grace for tokens that were renewed.
var lasting = strings.Replace(seldom, `grace = "0s"`, `grace = "1h"`, 1)

// lease is a context whose only token expires, at a cloud of its own.
type lease struct {
	t      *testing.T
	name   string // of the context
	cloud  *cloudtest.Cloud
	client management.Client
}

// rent logs in to the context called name with a token that has lived for 20 of its 30
// days, for the management API and one of two deployments.
func (h *house) rent(name string) lease {
	h.t.Helper()
	now := h.config.Now().UTC().Truncate(time.Second)
	l := lease{t: h.t, name: name, client: h.dial(), cloud: cloudtest.New(h.t, cloudtest.Config{
		Now:         h.config.Now,
		Deployments: []cloudtest.Deployment{{Name: "summarise"}, {Name: "translate"}},
		Tokens: []cloudtest.Token{{
			Value: goodToken, Name: "ci", Description: "for tests", Developer: true, Deployments: []string{"summarise"},
			Created: now.AddDate(0, 0, -20), Expires: now.AddDate(0, 0, 10),
		}},
	})}
	_, err := l.client.Login(h.t.Context(), management.Login{
		Context: name, Endpoint: l.cloud.URL(), Token: credential.NewSecret(goodToken),
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { h.keepsSecret(l.cloud) })
	return l
}

// renew renews the context's token.
func (l lease) renew() (management.Renewed, error) {
	return l.client.Renew(l.t.Context(), ipc.Selection{Context: l.name}, "")
}

// uids returns the uids of the tokens in the context and at the cloud, sorted.
func (l lease) uids() (kept, upstream []string) {
	l.t.Helper()
	shown, err := l.client.Context(l.t.Context(), ipc.Selection{Context: l.name})
	if err != nil {
		l.t.Errorf("%s: %v", l.name, err)
	}
	for _, token := range shown.Tokens {
		kept = append(kept, token.UID)
	}
	for _, token := range l.cloud.Tokens() {
		upstream = append(upstream, token.UID)
	}
	slices.Sort(kept)
	slices.Sort(upstream)
	return kept, upstream
}

// settled reports whether the context and the cloud have the same tokens.
func (l lease) settled() bool {
	kept, upstream := l.uids()
	return slices.Equal(kept, upstream)
}

// check checks what holds whatever failed: what the context serves works at the cloud,
// and the cloud has one token at most that the context does not know.
func (l lease) check(when string) {
	l.t.Helper()
	served, err := l.client.Credential(l.t.Context(), ipc.Request{Selection: ipc.Selection{Context: l.name}})
	if err != nil {
		l.t.Errorf("%s: %s, nothing is served: %v", l.name, when, err)
		return
	}
	works := slices.ContainsFunc(l.cloud.Tokens(), func(token cloudtest.Token) bool {
		return token.Value == served.Value.Reveal() && token.Developer && slices.Equal(token.Deployments, []string{"summarise"})
	})
	if !works {
		l.t.Errorf("%s: %s, a token is served that does not work", l.name, when)
	}
	kept, upstream := l.uids()
	surplus := slices.DeleteFunc(upstream, func(uid string) bool { return slices.Contains(kept, uid) })
	if len(surplus) > 1 {
		l.t.Errorf("%s: %s, %d tokens at the cloud are surplus", l.name, when, len(surplus))
	}
}

// misfortune is a call of a renewal that fails in a way.
type misfortune struct {
	calls []string // the first with fault, the others cut off
	fault cloudtest.Fault
	// late is set where the call comes when the renewal is done, to end the old token.
	late bool
	want ipc.Code // what the renewal ends with; not if late
}

// misfortunes returns every call of a renewal with every way it can fail in, by name.
func misfortunes() map[string]misfortune {
	codes := map[string]ipc.Code{
		"401": ipc.TokenRefused, "403": ipc.TokenRefused, "timed out": ipc.TimedOut,
		"500": ipc.UpstreamFailed, "cut off": ipc.Unreachable, "closed": ipc.Unreachable,
	}
	all := make(map[string]misfortune)
	for name, fault := range faults() {
		lost := cloudtest.Fault{After: true, Status: fault.Status, Body: fault.Body, Hang: fault.Hang, Close: fault.Close, Cut: fault.Cut}
		all["deployment "+name] = misfortune{calls: []string{callDeployment}, fault: fault, want: codes[name]}
		all["create "+name] = misfortune{calls: []string{callCreate}, fault: fault, want: codes[name]}
		all["create and list "+name] = misfortune{calls: []string{callCreate, callTokens}, fault: fault, want: codes[name]}
		all["create done "+name] = misfortune{calls: []string{callCreate}, fault: lost, want: codes[name]}
		all["create done and list "+name] = misfortune{calls: []string{callCreate, callTokens}, fault: lost, want: codes[name]}
		all["create done and delete "+name] = misfortune{calls: []string{callCreate, callDelete}, fault: lost, want: codes[name]}
		all["delete "+name] = misfortune{calls: []string{callDelete}, fault: fault, late: true}
		all["delete done "+name] = misfortune{calls: []string{callDelete}, fault: lost, late: true}
		// Where the cloud refuses whatever it is shown, nothing is left that works.
		if fault.Status == http.StatusUnauthorized || fault.Status == http.StatusForbidden {
			fault.Times = 1
		}
		all["verify "+name] = misfortune{calls: []string{callUser}, fault: fault, want: codes[name]}
		all["verify and delete "+name] = misfortune{calls: []string{callUser, callDelete}, fault: fault, want: codes[name]}
		all["look once more "+name] = misfortune{calls: []string{callUser}, fault: fault, late: true}
	}
	return all
}

func (m misfortune) befall(cloud *cloudtest.Cloud) {
	cloud.Fail(m.calls[0], m.fault)
	for _, call := range m.calls[1:] {
		cloud.Fail(call, cloudtest.Fault{Cut: true, Body: "{"})
	}
}

// TestFaultsOfARenewal has every call of a renewal fail in every way. At each moment what
// is served works; and once the cloud is well and the daemon has started anew, nothing is
// left over, and the token can be renewed.
func TestFaultsOfARenewal(t *testing.T) {
	t.Parallel()
	h, c := newCare(t, lasting, cloudtest.Config{})
	all, leases := misfortunes(), make(map[string]lease)
	for name := range all {
		leases[name] = h.rent(contextOf(name))
	}
	together(leases, func(name string, l lease) {
		m := all[name]
		if !m.late {
			m.befall(l.cloud)
		}
		_, err := l.renew()
		switch {
		case m.late && err != nil:
			t.Errorf("%s: %v", name, err)
		case !m.late && (!errors.Is(err, m.want) || ipc.AsError(err).Hint == ""):
			t.Errorf("%s: error %v, want %q with a hint", name, err, m.want)
		}
		l.check("when the renewal has ended")
		l.cloud.Heal()
		if m.late {
			m.befall(l.cloud)
		}
	})
	struck := func(name string) int { return asked(leases[name].cloud, strings.TrimSuffix(all[name].calls[0], "*")) }
	before := make(map[string]int)
	for name := range all {
		before[name] = struck(name)
	}
	c.move(2 * time.Hour)
	h.writeConfig(strings.Replace(lasting, `"1h"`, `"59m"`, 1)) // begins a round
	for name, l := range leases {
		if all[name].late {
			h.await(name+" strikes", func() bool { return struck(name) > before[name] })
			l.check("when the old token was to go")
		}
	}
	for _, l := range leases {
		l.cloud.Heal()
	}
	c.move(2 * time.Hour)
	h.restart()
	for name, l := range leases {
		l.client = h.Client
		leases[name] = l
		h.await(name+": nothing is left over", l.settled)
		l.check("when the daemon has started anew")
	}
	together(leases, func(name string, l lease) {
		l.client = h.dial()
		if _, err := l.renew(); err != nil {
			t.Errorf("%s: once more: %v", name, err)
		}
		l.check("when it was renewed once more")
		if !l.settled() {
			kept, upstream := l.uids()
			t.Errorf("%s: at the end the context has %q, the cloud %q", name, kept, upstream)
		}
	})
}

// together calls f for every lease at the same time.
func together(leases map[string]lease, f func(name string, l lease)) {
	var all sync.WaitGroup
	for name, l := range leases {
		all.Go(func() { f(name, l) })
	}
	all.Wait()
}
