package daemon_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// of returns the token of that uid at the cloud.
func (l lease) of(uid string) (cloudtest.Token, bool) {
	all := l.cloud.Tokens()
	i := slices.IndexFunc(all, func(token cloudtest.Token) bool { return token.UID == uid })
	if i < 0 {
		return cloudtest.Token{}, false
	}
	return all[i], true
}

// serves returns the uid of the token the context serves.
func (l lease) serves() string {
	l.t.Helper()
	served, err := l.client.Credential(l.t.Context(), ipc.Request{Selection: ipc.Selection{Context: l.name}})
	if err != nil {
		l.t.Errorf("%s: %v", l.name, err)
	}
	return served.TokenUID
}

// TestRenewedTokenIsLikeTheOldOne renews every sort of token twice.
func TestRenewedTokenIsLikeTheOldOne(t *testing.T) {
	t.Parallel()
	const life = 30 * 24 * time.Hour
	all, name := credential.Access{AllEndpoints: true}, regexp.MustCompile(`^ci( \x{2713})?-r[0-9a-f]{8}$`)
	tests := map[string]management.NewToken{
		"for the API":          {Access: credential.Access{Developer: true}},
		"of the organization":  {Access: credential.Access{Developer: true}, Organization: true},
		"for every deployment": {Access: all},
		"for two deployments":  {Access: credential.Access{Deployments: []string{"summarise", "translate"}}},
		"for both":             {Access: credential.Access{Developer: true, AllEndpoints: true}},
		"with scopes":          {Scopes: []string{"read_cluster", "read_organization"}},
		"with a description":   {Access: all, Description: "für zwei Wochen"},
		"for good":             {Access: all, Expires: "never"},
	}
	h, c := newCare(t, lasting, cloudtest.Config{})
	for test, wish := range tests {
		l := h.rent(contextOf(test))
		wish.Selection, wish.Name, wish.Keep = ipc.Selection{Context: l.name}, "ci ✓", true
		if wish.Expires == "" {
			wish.Expires = c.now().Add(life).Format(time.RFC3339)
		} else {
			wish.Expires = ""
		}
		created, err := l.client.CreateToken(t.Context(), wish)
		if err != nil {
			t.Fatal(err)
		}
		first, _ := l.of(created.Token.UID)
		for uid := first.UID; c.now().Before(first.Created.Add(life / 2)); c.move(life / 4) {
			renewed, err := l.client.Renew(t.Context(), wish.Selection, uid)
			if err != nil || renewed.Old.UID != uid || renewed.Context != l.name || len(renewed.Warnings) > 0 {
				t.Fatalf("%s: %+v, %v", test, renewed, err)
			}
			uid = renewed.New.UID
			got, _ := l.of(uid)
			if lived := got.Expires.Sub(got.Created).Round(time.Minute); lived != first.Expires.Sub(first.Created).Round(time.Minute) {
				t.Errorf("%s: the new token lives %s", test, lived)
			}
			if !name.MatchString(got.Name) || renewed.New.Origin != string(credential.OriginRenewed) {
				t.Errorf("%s: the new token is called %q, of origin %q", test, got.Name, renewed.New.Origin)
			}
			alike := cmp.FilterPath(func(p cmp.Path) bool {
				return slices.Contains([]string{".Value", ".UID", ".Name", ".Created", ".Expires", ".LastUsed"}, p.Last().String())
			}, cmp.Ignore())
			if diff := cmp.Diff(first, got, alike); diff != "" {
				t.Errorf("%s: -old +new:\n%s", test, diff)
			}
		}
		c.move(-life / 2) // for the next one
	}
}

// TestGrace lets programs that hold the old token go on for a while, and nobody longer.
func TestGrace(t *testing.T) {
	t.Parallel()
	h, c := newCare(t, lasting, cloudtest.Config{})
	l := h.rent("default")
	old := l.serves()
	renewed, err := l.renew()
	if err != nil {
		t.Fatal(err)
	}
	if renewed.Old.UID != old || renewed.Old.Retires == nil || !renewed.Old.Retires.After(c.now().Add(59*time.Minute)) {
		t.Errorf("the old token: %+v", renewed.Old)
	}
	if got := l.serves(); got != renewed.New.UID {
		t.Errorf("serves %s, want the new token", got)
	}
	h.restart()
	l.client = h.Client
	time.Sleep(300 * time.Millisecond) // a round
	if _, there := l.of(old); !there || l.serves() != renewed.New.UID {
		t.Errorf("within the hour, the cloud has the old token: %v; %s is served", there, l.serves())
	}
	c.move(time.Hour)
	h.writeConfig(strings.Replace(lasting, `"1h"`, `"59m"`, 1)) // begins a round
	h.await("the old one is gone", func() bool { _, there := l.of(old); return !there && l.settled() })
	if got := l.serves(); got != renewed.New.UID {
		t.Errorf("serves %s, want the new token", got)
	}
}

// TestNoGrace ends the old token at once.
func TestNoGrace(t *testing.T) {
	t.Parallel()
	h, _ := newCare(t, seldom, cloudtest.Config{})
	l := h.rent("default")
	renewed, err := l.renew()
	if err != nil {
		t.Fatal(err)
	}
	h.await("the old one is gone", func() bool {
		_, there := l.of(renewed.Old.UID)
		return !there && l.settled() && l.serves() == renewed.New.UID
	})
}

// TestWhatIsNotRenewed names for each token why not, and asks the cloud for nothing.
func TestWhatIsNotRenewed(t *testing.T) {
	t.Parallel()
	h, c := newCare(t, lasting, cloudtest.Config{})
	tests := map[string]struct {
		cloud cloudtest.Config
		want  string
	}{
		"a value the cloud does not show": {cloudtest.Config{
			HideValues: true, Tokens: []cloudtest.Token{{Value: goodToken, Name: "a", Developer: true}, {Value: "made-up-other", Name: "b", Developer: true}},
		}, "does not show which"},
		"monitoring": {cloudtest.Config{Tokens: []cloudtest.Token{{Value: goodToken, Developer: true, Monitoring: true}}}, "monitoring"},
	}
	for name, test := range tests {
		test.cloud.Now = c.now
		l := lease{t: t, name: contextOf(name), client: h.Client, cloud: cloudtest.New(t, test.cloud)}
		_, err := h.Login(t.Context(), management.Login{Context: l.name, Endpoint: l.cloud.URL(), Token: credential.NewSecret(goodToken)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		before := len(l.cloud.Requests())
		_, err = l.renew()
		if !errors.Is(err, ipc.Denied) || !strings.Contains(err.Error(), test.want) || !strings.Contains(ipc.AsError(err).Hint, "login --browser") {
			t.Errorf("%s: error %v, want denied that says %q", name, err, test.want)
		}
		if got := len(l.cloud.Requests()) - before; got != 0 {
			t.Errorf("%s: the cloud was asked %d times", name, got)
		}
	}
	l := h.rent("default")
	if _, err := l.client.Renew(t.Context(), ipc.Selection{Context: "default"}, "token_nobodys"); !errors.Is(err, ipc.NotFound) {
		t.Errorf("a uid nobody has: %v, want not_found", err)
	}
	if _, err := l.client.Renew(t.Context(), ipc.Selection{Context: "nobody's"}, ""); !errors.Is(err, ipc.NotFound) {
		t.Errorf("a context nobody has: %v, want not_found", err)
	}
	first, err := l.renew()
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(3200 * time.Millisecond) // what was just done is not done again; see renewals
	_, err = l.client.Renew(t.Context(), ipc.Selection{Context: "default"}, first.Old.UID)
	if !errors.Is(err, ipc.Denied) || !strings.Contains(err.Error(), "renewed already") {
		t.Errorf("one that retires: %v, want denied", err)
	}
}

// TestRenewTakesTheOneThatExpiresFirst where none is named.
func TestRenewTakesTheOneThatExpiresFirst(t *testing.T) {
	t.Parallel()
	h, c := newCare(t, lasting, cloudtest.Config{})
	l := h.rent("default")
	created, err := l.client.CreateToken(t.Context(), management.NewToken{
		Name: "soon", Access: credential.Access{AllEndpoints: true}, Keep: true, Expires: c.now().Add(time.Hour).Format(time.RFC3339),
	})
	if err != nil {
		t.Fatal(err)
	}
	if renewed, err := l.renew(); err != nil || renewed.Old.UID != created.Token.UID {
		t.Errorf("renewed %s, %v; want the one that expires in an hour", renewed.Old.Name, err)
	}
}

// TestManyRenewAtOnce: ten who ask for the same get the same, and the cloud makes one.
func TestManyRenewAtOnce(t *testing.T) {
	t.Parallel()
	h, _ := newCare(t, strings.Replace(lasting, `timeout = "1s"`, `timeout = "1m"`, 1), cloudtest.Config{})
	l := h.rent("default")
	l.cloud.Fail(callCreate, cloudtest.Fault{Latency: 2 * time.Second}) // all ten have asked by then
	uids := []string{"", l.cloud.Tokens()[0].UID}
	clients := make([]management.Client, 10)
	for i := range clients {
		clients[i] = h.dial()
	}
	var (
		all  sync.WaitGroup
		mu   sync.Mutex
		news = make(map[string]bool)
	)
	for i, client := range clients {
		all.Go(func() {
			renewed, err := client.Renew(t.Context(), ipc.Selection{Context: "default"}, uids[i%2])
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			news[renewed.New.UID] = true
		})
	}
	all.Wait()
	if got := asked(l.cloud, callCreate); got != 1 || len(news) != 1 {
		t.Errorf("%d tokens were made, %d told of; want one", got, len(news))
	}
}
