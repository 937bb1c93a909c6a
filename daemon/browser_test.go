package daemon_test

import (
	"encoding/json"
	"errors"
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

// The calls of a login by browser.
const (
	callCode    = "GET /api/v1/auth/code"
	callCollect = "GET /api/v1/auth/token"
)

// patient is seldom with a short time for the approval of a login.
var patient = strings.Replace(seldom, "[login]\n", "[login]\nbrowser_timeout = \"14s\"\n", 1)

// recordNotFound is what a cloud says of a token it does not have.
const recordNotFound = `{"error":"get api token: record not found"}`

// dial returns a connection of its own to the daemon, for requests at the same time.
func (h *house) dial() management.Client {
	h.t.Helper()
	client, err := ipc.Dial(h.t.Context(), ipc.Config{Socket: h.config.Socket, Version: h.config.Version})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = client.Close() })
	return management.Client{Client: client}
}

// waiting is a login that waits for its approval.
type waiting struct {
	management.Approval
	client management.Client
	cloud  *cloudtest.Cloud
	t      *testing.T
}

// begin starts a login at a cloud, for the context called name. What is secret in it must
// be in no log when the test ends, and the tokens it leads to in none either.
func (h *house) begin(cloud *cloudtest.Cloud, name string) waiting {
	h.t.Helper()
	w := waiting{client: h.dial(), cloud: cloud, t: h.t}
	var err error
	w.Approval, err = w.client.StartLogin(h.t.Context(), management.BrowserLogin{Context: name, Endpoint: cloud.URL()})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { h.keepsSecret(cloud, w.code(), w.Page) })
	return w
}

// keepsSecret checks that the log holds none of the texts, and no token of the cloud.
func (h *house) keepsSecret(cloud *cloudtest.Cloud, texts ...string) {
	h.t.Helper()
	for _, token := range cloud.Tokens() {
		texts = append(texts, token.Value)
	}
	log := h.log.String()
	for _, text := range texts {
		if strings.Contains(log, text) {
			h.t.Errorf("the log holds a secret of %d characters", len(text))
		}
	}
}

func (w waiting) code() string {
	_, code, _ := strings.Cut(w.Page, "?code=")
	return code
}

// approve does what a person at the page does.
func (w waiting) approve() {
	w.t.Helper()
	if !w.cloud.Approve(w.code()) {
		w.t.Errorf("the login of context %q does not wait at the cloud", w.Context)
	}
}

// outcome waits for the end of the login and returns it, with the last trouble there was.
func (w waiting) outcome() (in management.LoggedIn, trouble string, err error) {
	w.t.Helper()
	for late := time.Now().Add(2 * time.Minute); time.Now().Before(late); {
		progress, err := w.client.AwaitLogin(w.t.Context(), w.ID)
		switch {
		case err != nil:
			return in, trouble, err
		case progress.Done != nil:
			return *progress.Done, trouble, nil
		case progress.Trouble != "":
			trouble = progress.Trouble
		}
	}
	w.t.Errorf("the login of context %q does not end", w.Context)
	return in, trouble, nil
}

// polled waits until the cloud was asked for the token.
func (h *house) polled(w waiting) {
	h.t.Helper()
	h.await("the cloud is asked for the token", func() bool { return asked(w.cloud, callCollect) > 0 })
}

// names returns the names of the tokens a cloud has.
func names(cloud *cloudtest.Cloud) []string {
	var all []string
	for _, token := range cloud.Tokens() {
		all = append(all, token.Name)
	}
	return all
}

func TestLoginByBrowser(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	h, _ := newCare(t, patient, cloudtest.Config{Login: cloudtest.Login{Lifetime: 24 * time.Hour}})
	w := h.begin(h.cloud, "")
	if w.Context != "default" || w.Endpoint != h.cloud.URL() || w.Joined || w.code() == "" || time.Until(w.Deadline) > 14*time.Second {
		t.Fatalf("StartLogin() = %+v", w.Approval)
	}
	if contexts, err := h.Contexts(ctx); err != nil || len(contexts) != 0 {
		t.Errorf("before the approval there are contexts: %v, %v", contexts, err)
	}
	w.approve()
	in, _, err := w.outcome()
	if err != nil || in.Context.Name != "default" || !in.Context.Current || in.Context.User != "ada" ||
		in.Token.Origin != string(credential.OriginBrowser) || in.Token.Expires == nil || in.Token.UID == "" {
		t.Fatalf("the login gave %+v, %v", in, err)
	}
	all := h.cloud.Tokens()
	made := all[len(all)-1]
	got, err := h.Credential(ctx, ipc.Request{})
	if err != nil || len(all) != 2 || got.Value.Reveal() != made.Value || got.TokenUID != made.UID {
		t.Errorf("of %d tokens another one is served, %v", len(all), err)
	}
	progress, err := h.AwaitLogin(ctx, w.ID)
	status, failed := h.Status(ctx)
	shown, broken := json.Marshal([]any{progress, status, in})
	if err != nil || failed != nil || broken != nil {
		t.Fatal(err, failed, broken)
	}
	for _, secret := range []string{made.Value, w.code(), w.Page} {
		if strings.Contains(string(shown), secret) || strings.Contains(h.snapshot(), secret) {
			t.Errorf("a secret of %d characters is shown, or kept in clear", len(secret))
		}
	}
	h.restart()
	if got, err := h.Credential(ctx, ipc.Request{}); err != nil || got.Value.Reveal() != made.Value {
		t.Errorf("after a restart: %v", err)
	}
}

// TestEndsOfALoginByBrowser has clouds of every manner, and a person do whatever a person
// may do. What a cloud says that says the same of every code is told at the deadline.
func TestEndsOfALoginByBrowser(t *testing.T) {
	t.Parallel()
	alike := cloudtest.CodesAlike()
	do := func(f func(*cloudtest.Cloud, string) bool) func(waiting) {
		return func(w waiting) { f(w.cloud, w.code()) }
	}
	approve, deny := do((*cloudtest.Cloud).Approve), do((*cloudtest.Cloud).Deny)
	expire, vanish := do((*cloudtest.Cloud).Expire), do((*cloudtest.Cloud).Vanish)
	lose := func(w waiting) { // the token goes out, and the network loses it
		w.cloud.Fail(callCollect, cloudtest.Fault{After: true, Cut: true, Times: 1})
		w.approve()
	}
	tests := map[string]struct {
		manner cloudtest.CodeManner
		do     func(waiting)
		want   ipc.Code // empty: it worked
		says   string
	}{
		"approved":             {cloudtest.CodeManner{}, approve, "", ""},
		"denied":               {cloudtest.CodeManner{}, deny, ipc.Denied, "denied"},
		"expired":              {cloudtest.CodeManner{}, expire, ipc.TimedOut, "expired"},
		"vanished":             {cloudtest.CodeManner{}, vanish, ipc.TimedOut, "no longer knows"},
		"approved, all alike":  {alike, approve, "", ""},
		"denied, all alike":    {alike, deny, ipc.TimedOut, "not approved in time"},
		"expired, all alike":   {alike, expire, ipc.TimedOut, "not approved in time"},
		"vanished, all alike":  {alike, vanish, ipc.TimedOut, "not approved in time"},
		"nobody comes":         {cloudtest.CodeManner{}, func(waiting) {}, ipc.TimedOut, "not approved in time"},
		"200 with nothing":     {cloudtest.PendingOK(`{}`), approve, "", ""},
		"200 with null":        {cloudtest.PendingOK(`{"token":null}`), approve, "", ""},
		"200 with an empty":    {cloudtest.PendingOK(`{"token":""}`), approve, "", ""},
		"200, then vanished":   {cloudtest.PendingOK(`{}`), vanish, ipc.TimedOut, "no longer knows"},
		"200, nobody comes":    {cloudtest.PendingOK(`{}`), func(waiting) {}, ipc.TimedOut, "not approved in time"},
		"lost on the way":      {cloudtest.CodeManner{}, lose, ipc.TimedOut, "no longer knows"},
		"lost, all alike":      {alike, lose, ipc.TimedOut, "not approved in time"},
		"lost and sent again":  {cloudtest.CodeManner{Again: true}, lose, "", ""},
		"collected more often": {cloudtest.CodeManner{Again: true}, approve, "", ""},
	}
	h, _ := newCare(t, patient, cloudtest.Config{})
	var all sync.WaitGroup
	for name, test := range tests {
		w := h.begin(cloudtest.New(t, cloudtest.Config{Codes: test.manner}), contextOf(name))
		all.Go(func() {
			h.polled(w) // what the cloud says while it waits is known by then
			test.do(w)
			in, _, err := w.outcome()
			worked := err == nil && in.Context.Name == w.Context
			if worked != (test.want == "") || test.want != "" && !errors.Is(err, test.want) {
				t.Errorf("%s: %+v, %v; want %q", name, in, err, test.want)
			}
			if err != nil && (!strings.Contains(err.Error(), test.says) || ipc.AsError(err).Hint == "") {
				t.Errorf("%s: error %q with the hint %q; want %q in it", name, err, ipc.AsError(err).Hint, test.says)
			}
			if _, err := w.client.Context(t.Context(), ipc.Selection{Context: w.Context}); (err == nil) != worked {
				t.Errorf("%s: the context: %v", name, err)
			}
			if late, _, again := w.outcome(); (again == nil) != (err == nil) || late.Token.UID != in.Token.UID {
				t.Errorf("%s: who asks late gets another outcome: %v", name, again)
			}
		})
	}
	all.Wait()
}

func TestTenClientsMakeOneLogin(t *testing.T) {
	t.Parallel()
	h, _ := newCare(t, patient, cloudtest.Config{})
	h.cloud.Fail(callCode, cloudtest.Fault{Latency: 300 * time.Millisecond}) // all of them come meanwhile
	var (
		all     sync.WaitGroup
		begun   [10]waiting
		results [10]management.LoggedIn
	)
	for i := range begun {
		all.Go(func() { begun[i] = h.begin(h.cloud, "") })
	}
	all.Wait()
	joined := 0
	for i, w := range begun {
		if w.Joined {
			joined++
		}
		if w.ID != begun[0].ID || w.Page != begun[0].Page {
			t.Errorf("client %d got another login", i)
		}
	}
	begun[0].approve()
	for i, w := range begun {
		all.Go(func() {
			var err error
			if results[i], _, err = w.outcome(); err != nil {
				t.Errorf("client %d: %v", i, err)
			}
		})
	}
	all.Wait()
	if codes := asked(h.cloud, callCode); joined != 9 || codes != 1 || len(names(h.cloud)) != 2 {
		t.Errorf("%d joined, %d codes, tokens %q; want 9, 1, and one made", joined, codes, names(h.cloud))
	}
	for i := range results {
		if diff := cmp.Diff(results[0], results[i]); diff != "" {
			t.Errorf("client %d, -first +its own:\n%s", i, diff)
		}
	}
}
