package daemon_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// The paths of the cloud that these tests count and break.
const (
	pathUser   = "/api/v1/auth/current"
	pathTokens = "/api/v1/api_tokens"
)

// often has the cloud asked about every token once a second, and no renewal wait.
const often = "[daemon]\nlog_level = \"debug\"\n[login]\ntimeout = \"1s\"\n[health]\ninterval = \"1s\"\n[renewal]\ngrace = \"0s\"\n"

// seldom is often without the asking.
var seldom = strings.Replace(often, `interval = "1s"`, `interval = "1h"`, 1)

// clock is one that can be set.
type clock struct{ moved atomic.Int64 }

func (c *clock) now() time.Time       { return time.Now().Add(time.Duration(c.moved.Load())) }
func (c *clock) move(d time.Duration) { c.moved.Add(int64(d)) }

// newCare starts a daemon with settings, and a cloud by the same clock. The cloud tells
// of tokens what there is to tell, so that one that is pasted can be renewed.
func newCare(t *testing.T, settings string, cloud cloudtest.Config) (*house, *clock) {
	t.Helper()
	c := &clock{}
	cloud.Now = c.now
	if cloud.Tokens == nil {
		cloud.Tokens = []cloudtest.Token{{Value: goodToken, Name: "good", Developer: true}}
	}
	return furnish(t, func(h *house) {
		h.cloud = cloudtest.New(t, cloud)
		h.config.Now = c.now
		h.writeConfig(settings)
	}), c
}

// await waits until something is so.
func (h *house) await(what string, so func() bool) {
	h.t.Helper()
	for late := time.Now().Add(15 * time.Second); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(late) {
			h.t.Fatalf("not within 15 s: %s\n%s", what, h.log)
		}
	}
}

// served returns the error of a request for the context called name.
func (h *house) served(name string) error {
	_, err := h.Credential(h.t.Context(), ipc.Request{Selection: ipc.Selection{Context: name}})
	return err
}

// asked returns how many requests the cloud got by now that begin so: "METHOD /path".
func asked(c *cloudtest.Cloud, begin string) int {
	count := 0
	for _, r := range c.Requests() {
		if strings.HasPrefix(r.Method+" "+r.Path, begin) {
			count++
		}
	}
	return count
}

// token returns what is shown of the only token of the context called name.
func (h *house) token(name string) management.Token {
	h.t.Helper()
	shown, err := h.Context(h.t.Context(), ipc.Selection{Context: name})
	if err != nil || len(shown.Tokens) != 1 {
		h.t.Fatalf("Context() = %+v, %v; want one token", shown, err)
	}
	return shown.Tokens[0]
}

func TestRevokedTokenIsNoLongerServed(t *testing.T) {
	t.Parallel()
	reply := func(status int, body string) cloudtest.Fault { return cloudtest.Fault{Status: status, Body: body} }
	tests := map[string]struct {
		fault cloudtest.Fault
		want  string
	}{
		"401":              {reply(http.StatusUnauthorized, `{"error":"who is this?"}`), "who is this?"},
		"401, empty":       {reply(http.StatusUnauthorized, ""), "HTTP 401"},
		"403":              {reply(http.StatusForbidden, `{"message":"go away"}`), "go away"},
		"403, empty":       {reply(http.StatusForbidden, ""), "HTTP 403"},
		"record not found": {reply(http.StatusNotFound, `{"error":"get api token: record not found"}`), "record not found"},
	}
	h, _ := newCare(t, often, cloudtest.Config{})
	clouds := make(map[string]*cloudtest.Cloud)
	for name, test := range tests {
		clouds[name] = h.loginElsewhere(contextOf(name))
		clouds[name].Fail(pathUser, test.fault)
	}
	for name, test := range tests {
		h.await(name+": it is no longer served", func() bool { return h.served(contextOf(name)) != nil })
		err := h.served(contextOf(name))
		if !errors.Is(err, ipc.LoginRequired) || !strings.Contains(err.Error(), test.want) || !strings.Contains(ipc.AsError(err).Hint, "login") {
			t.Errorf("%s: error %v, want login_required with the reason %q, and a hint", name, err, test.want)
		}
		if got := h.token(contextOf(name)); !strings.Contains(got.Refused, test.want) || got.Checked == nil {
			t.Errorf("%s: shown as refused for %q, checked at %v", name, got.Refused, got.Checked)
		}
		clouds[name].Heal()
	}
	for name := range tests {
		h.await(name+": it is served again", func() bool { return h.served(contextOf(name)) == nil })
		if got := h.token(contextOf(name)); got.Refused != "" {
			t.Errorf("%s: still shown as refused for %q", name, got.Refused)
		}
	}
}

// contextOf returns the name of a context for a test's case.
func contextOf(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" ,'/", r) {
			return '-'
		}
		return r
	}, name)
}

// loginElsewhere logs in to the context called name at a cloud of its own.
func (h *house) loginElsewhere(name string) *cloudtest.Cloud {
	h.t.Helper()
	other := cloudtest.New(h.t, cloudtest.Config{Tokens: []cloudtest.Token{{Value: goodToken, Developer: true}}, Now: h.config.Now})
	_, err := h.Login(h.t.Context(), management.Login{Context: name, Endpoint: other.URL(), Token: credential.NewSecret(goodToken)})
	if err != nil {
		h.t.Fatal(err)
	}
	return other
}

func TestWhatRevokesNothing(t *testing.T) {
	t.Parallel()
	elsewhere := cloudtest.New(t, cloudtest.Config{})
	faults := map[string]cloudtest.Fault{
		"broken":           cloudtest.Oops("trace-1"),
		"a proxy's 403":    cloudtest.Page(http.StatusForbidden),
		"a portal's 200":   cloudtest.Page(http.StatusOK),
		"another's 404":    {Status: http.StatusNotFound},
		"too many":         {Status: http.StatusTooManyRequests, Body: `{"error":"slow down"}`},
		"redirect":         cloudtest.Redirect(elsewhere.URL() + pathUser),
		"silence":          {Hang: true},
		"hangs up":         {Close: true},
		"half an answer":   {Body: `{"name":`, Cut: true},
		"not an answer":    {Status: http.StatusOK, Body: "{"},
		"needs a proxy's":  {Status: http.StatusProxyAuthRequired},
		"no HTTP whatever": {Raw: "220 mail.example ESMTP\r\n"},
	}
	h, _ := newCare(t, often, cloudtest.Config{})
	clouds, before := make(map[string]*cloudtest.Cloud), make(map[string]int)
	for name, fault := range faults {
		clouds[name] = h.loginElsewhere(contextOf(name))
		before[name] = asked(clouds[name], "GET "+pathUser)
		clouds[name].Fail(pathUser, fault)
	}
	for name := range faults {
		h.await(name+": it is asked again", func() bool { return asked(clouds[name], "GET "+pathUser) >= before[name]+2 })
		if err := h.served(contextOf(name)); err != nil {
			t.Errorf("%s: no longer served: %v", name, err)
		}
		if got := h.token(contextOf(name)); got.Refused != "" {
			t.Errorf("%s: shown as refused for %q", name, got.Refused)
		}
	}
}

// TestHowOftenTheCloudIsAsked counts, over a while. A machine that is busy makes the while
// longer.
func TestHowOftenTheCloudIsAsked(t *testing.T) {
	t.Parallel()
	const while = 6500 * time.Millisecond
	day, _ := newCare(t, seldom, cloudtest.Config{})
	never, _ := newCare(t, strings.Replace(often, `interval = "1s"`, `interval = "0s"`, 1), cloudtest.Config{})
	second, _ := newCare(t, often, cloudtest.Config{})
	tests := map[string]struct {
		house   *house
		fault   cloudtest.Fault
		revoke  bool
		min     int
		seconds float64 // between two questions, at least; none where it is zero
	}{
		"every second":         {house: second, min: 2, seconds: 0.7},
		"every second, gone":   {house: second, revoke: true, min: 2, seconds: 0.7},
		"less, when it breaks": {house: second, fault: cloudtest.Oops("trace-1"), min: 1, seconds: 1.6},
		// A request on a connection that was kept and is closed is sent once more.
		"less, when it fails": {house: second, fault: cloudtest.Fault{Close: true}, min: 1, seconds: 1.3},
		"every hour":          {house: day},
		"never":               {house: never},
	}
	clouds, before := make(map[string]*cloudtest.Cloud), make(map[string]int)
	for name, test := range tests {
		clouds[name] = test.house.loginElsewhere(contextOf(name))
	}
	begin := time.Now()
	for name, test := range tests {
		if test.fault.Close || test.fault.Status != 0 {
			clouds[name].Fail("/*", test.fault)
		}
		if test.revoke {
			clouds[name].Revoke(goodToken)
		}
		before[name] = asked(clouds[name], "GET "+pathUser)
	}
	time.Sleep(while)
	for name, test := range tests {
		got, most := asked(clouds[name], "GET "+pathUser)-before[name], 0
		elapsed := time.Since(begin)
		if test.seconds > 0 {
			most = 1 + int(elapsed.Seconds()/test.seconds)
		}
		if got < test.min || got > most {
			t.Errorf("%s: asked %d times in %s, want %d to %d", name, got, elapsed, test.min, most)
		}
	}
}

// TestAskedOnceAtStart has a daemon that was away look at every token once.
func TestAskedOnceAtStart(t *testing.T) {
	t.Parallel()
	h, _ := newCare(t, seldom, cloudtest.Config{})
	h.login("one")
	h.login("two")
	before := asked(h.cloud, "GET "+pathUser)
	h.restart()
	h.await("both are asked about", func() bool { return asked(h.cloud, "GET "+pathUser) == before+2 })
	time.Sleep(500 * time.Millisecond)
	if got := asked(h.cloud, "GET "+pathUser) - before; got != 2 {
		t.Errorf("asked %d times, want once for each", got)
	}
}
