package daemon_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

func TestRefusalOutlivesTheDaemon(t *testing.T) {
	t.Parallel()
	h, _ := newCare(t, often, cloudtest.Config{})
	h.login("default")
	h.cloud.Revoke(goodToken)
	h.await("it is no longer served", func() bool { return h.served("default") != nil })
	h.end()
	h.cloud.Fail("/*", cloudtest.Fault{Close: true}) // offline
	h.start()
	if err := h.served("default"); !errors.Is(err, ipc.LoginRequired) {
		t.Errorf("after a restart: %v, want login_required", err)
	}
}

// breakStore has every write of the file store fail, as on a full disk, until the
// function it returns is called.
func (h *house) breakStore() (mend func()) {
	h.t.Helper()
	dir := filepath.Join(h.config.DataDir, "store")
	must := func(err error) {
		h.t.Helper()
		if err != nil {
			h.t.Error(err)
		}
	}
	must(os.Rename(dir, dir+".away"))
	must(os.WriteFile(dir, nil, 0o600))
	return func() {
		must(os.Remove(dir))
		must(os.Rename(dir+".away", dir))
	}
}

// TestRefusalThatCannotBeKept: it holds all the same, and is kept once that is possible.
func TestRefusalThatCannotBeKept(t *testing.T) {
	t.Parallel()
	h, _ := newCare(t, often, cloudtest.Config{})
	h.login("default")
	mend := h.breakStore()
	h.cloud.Revoke(goodToken)
	h.await("it is no longer served", func() bool { return h.served("default") != nil })
	h.await("keeping it was tried twice", func() bool { return strings.Count(h.log.String(), "keeping news of a token") > 1 })
	if err := h.served("default"); !errors.Is(err, ipc.LoginRequired) {
		t.Errorf("meanwhile: %v", err)
	}
	before := h.snapshot()
	mend()
	h.await("it is kept", func() bool { return h.snapshot() != before && asked(h.cloud, "GET "+pathUser) > 0 })
	time.Sleep(1200 * time.Millisecond) // one more question
	h.end()
	h.cloud.Fail("/*", cloudtest.Fault{Close: true})
	h.start()
	if err := h.served("default"); !errors.Is(err, ipc.LoginRequired) {
		t.Errorf("after a restart: %v, want login_required", err)
	}
}

func TestExpiryIsTakenOver(t *testing.T) {
	t.Parallel()
	h, c := newCare(t, often, cloudtest.Config{})
	h.login("default")
	changed := h.cloud.Tokens()[0]
	changed.Expires = c.now().Add(time.Hour).Truncate(time.Second)
	h.cloud.AddToken(changed)
	h.cloud.Revoke(goodToken) // the first of the two
	h.await("it is known", func() bool {
		got := h.token("default")
		return got.Expires != nil && got.Expires.Equal(changed.Expires) && got.Life != nil
	})
	c.move(2 * time.Hour)
	if err := h.served("default"); !errors.Is(err, ipc.LoginRequired) || !strings.Contains(err.Error(), "expired") {
		t.Errorf("two hours later: %v, want login_required", err)
	}
}

func TestClockThatIsSet(t *testing.T) {
	t.Parallel()
	tokens := []cloudtest.Token{{Value: goodToken, Developer: true, Expires: time.Now().Add(time.Hour)}}
	h, c := newCare(t, seldom, cloudtest.Config{Tokens: tokens})
	h.login("default")
	c.move(90 * time.Minute)
	if err := h.served("default"); !errors.Is(err, ipc.LoginRequired) {
		t.Errorf("past its expiry: %v, want login_required", err)
	}
	c.move(-5 * time.Hour)
	if err := h.served("default"); err != nil {
		t.Errorf("set back: %v", err)
	}
	before := asked(h.cloud, "GET "+pathUser)
	h.writeConfig(strings.Replace(seldom, `"1h"`, `"50m"`, 1)) // begins a round
	h.await("the cloud is asked again", func() bool { return asked(h.cloud, "GET "+pathUser) > before })
	time.Sleep(500 * time.Millisecond)
	if got := asked(h.cloud, "GET "+pathUser) - before; got != 1 {
		t.Errorf("asked %d times after the clock was set back, want once", got)
	}
}

// TestEndpointThatHangs holds up nobody but its own context.
func TestEndpointThatHangs(t *testing.T) {
	t.Parallel()
	h, _ := newCare(t, strings.Replace(often, `timeout = "1s"`, `timeout = "1m"`, 1), cloudtest.Config{})
	h.login("default")
	other := h.loginElsewhere("other")
	h.cloud.Fail("/*", cloudtest.Fault{Hang: true})
	before := asked(h.cloud, "GET "+pathUser)
	h.await("one hangs", func() bool { return asked(h.cloud, "GET "+pathUser) > before })
	good := asked(other, "GET "+pathUser)
	h.await("the other goes on", func() bool { return asked(other, "GET "+pathUser) > good+2 })
	other.Revoke(goodToken)
	h.await("the other is watched", func() bool { return h.served("other") != nil })
	if got := asked(h.cloud, "GET "+pathUser) - before; got != 1 {
		t.Errorf("the one that hangs was asked %d times at once, want 1", got)
	}
}

// TestRefusedCallIsLookedInto has a call of a person find out before the interval does.
func TestRefusedCallIsLookedInto(t *testing.T) {
	t.Parallel()
	for name, interval := range map[string]string{"seldom": "1h", "never": "0s"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := newCare(t, strings.Replace(often, `interval = "1s"`, `interval = "`+interval+`"`, 1), cloudtest.Config{})
			h.login("default")
			h.cloud.Revoke(goodToken)
			if _, err := h.Tokens(t.Context(), ipc.Selection{}, ""); !errors.Is(err, ipc.TokenRefused) {
				t.Fatalf("Tokens() = %v, want refused", err)
			}
			before := asked(h.cloud, "GET "+pathUser)
			h.await("it is no longer served", func() bool { return h.served("default") != nil })
			time.Sleep(500 * time.Millisecond)
			if got := asked(h.cloud, "GET "+pathUser) - before; got > 1 {
				t.Errorf("asked %d times, want once", got)
			}
		})
	}
}

func TestPastedTokenForEndpointsAlone(t *testing.T) {
	t.Parallel()
	h, _ := newCare(t, often, cloudtest.Config{Tokens: []cloudtest.Token{{Value: callsToken, AllEndpoints: true}}})
	request := ipc.Request{Access: "endpoints"}
	_, err := h.Login(t.Context(), management.Login{
		Endpoint: h.cloud.URL(), Token: credential.NewSecret(callsToken), Access: credential.Access{AllEndpoints: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	before := asked(h.cloud, "GET "+pathUser)
	h.await("it is asked about twice", func() bool { return asked(h.cloud, "GET "+pathUser) > before+1 })
	if _, err := h.Credential(t.Context(), request); err != nil {
		t.Errorf("that it lacks a scope is taken for its end: %v", err)
	}
	h.cloud.Revoke(callsToken)
	h.await("it is no longer served", func() bool { _, err := h.Credential(t.Context(), request); return err != nil })
}

// TestMadeTokenForEndpointsAlone has a cloud that refuses such a token every question.
// Then its list decides.
func TestMadeTokenForEndpointsAlone(t *testing.T) {
	t.Parallel()
	h, _ := newCare(t, often, cloudtest.Config{HideValues: true})
	target, err := url.Parse(h.cloud.URL())
	if err != nil {
		t.Fatal(err)
	}
	behind := httputil.NewSingleHostReverseProxy(target)
	strict := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == pathUser && r.Header.Get("X-Yatai-Api-Token") != goodToken {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		behind.ServeHTTP(w, r)
	}))
	t.Cleanup(strict.Close)
	_, err = h.Login(t.Context(), management.Login{
		Endpoint: strict.URL, Token: credential.NewSecret(goodToken), Access: credential.Access{Developer: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	made, err := h.CreateToken(t.Context(), management.NewToken{
		Name: "calls", Access: credential.Access{AllEndpoints: true}, Keep: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	request := ipc.Request{Access: "endpoints"}
	served := func() bool { _, err := h.Credential(t.Context(), request); return err == nil }
	one := "GET " + pathTokens + "/" + made.Token.UID
	before := asked(h.cloud, one)
	h.await("the list is asked twice", func() bool { return asked(h.cloud, one) > before+1 })
	if !served() {
		t.Error("a token that the list shows is no longer served")
	}
	h.cloud.Fail(pathTokens+"/*", cloudtest.Fault{Status: http.StatusForbidden})
	before = asked(h.cloud, one)
	h.await("the list is refused", func() bool { return asked(h.cloud, one) > before })
	time.Sleep(100 * time.Millisecond)
	if !served() {
		t.Error("that another token may not look was taken for its end")
	}
	h.cloud.Heal()
	for _, each := range h.cloud.Tokens() {
		if each.UID == made.Token.UID {
			h.cloud.Revoke(each.Value)
		}
	}
	h.await("it is no longer served", func() bool { return !served() })
	if err := h.served(""); err != nil {
		t.Errorf("the other token: %v", err)
	}
}
