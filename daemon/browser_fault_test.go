package daemon_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

const (
	callUser         = "GET /api/v1/auth/current"
	callOrganization = "GET /api/v1/current_org"
	callDelete       = "DELETE /api/v1/api_tokens/*"
)

// faults are the ways in which a call fails. Those that pass are waited out where a
// person has approved a login already.
func faults() map[string]cloudtest.Fault {
	return map[string]cloudtest.Fault{
		"401":       {Status: http.StatusUnauthorized, Body: `{"message":"no"}`},
		"403":       {Status: http.StatusForbidden, Body: `{"error":"no"}`},
		"timed out": {Hang: true},
		"500":       cloudtest.Oops("trace-1"),
		"cut off":   {Body: `{"name":`, Cut: true},
		"closed":    {Close: true},
	}
}

// TestFaultsOfALoginByBrowser has every call of a login fail in every way, for good and
// twice. A login that fails leaves the context as it was and nothing at the cloud; one
// that works is kept.
func TestFaultsOfALoginByBrowser(t *testing.T) {
	t.Parallel()
	unreachable, pending := ipc.Unreachable, ipc.TimedOut
	steps := map[string]struct {
		call  string
		codes map[string]ipc.Code // for good; empty: it works all the same
		twice map[string]ipc.Code // what is another outcome where the fault heals
	}{
		"the code": {
			call: callCode,
			codes: map[string]ipc.Code{
				"401": ipc.BadReply, "403": ipc.BadReply, "timed out": ipc.TimedOut,
				"500": ipc.UpstreamFailed, "cut off": unreachable, "closed": unreachable,
			},
		},
		"the poll": { // whatever a cloud says without a token, the login waits
			call: callCollect,
			codes: map[string]ipc.Code{
				"401": pending, "403": pending, "timed out": pending, "500": pending, "cut off": pending, "closed": pending,
			},
			twice: map[string]ipc.Code{"401": "", "403": "", "timed out": "", "500": "", "cut off": "", "closed": ""},
		},
		"the user": {
			call: callUser,
			codes: map[string]ipc.Code{
				"401": ipc.TokenRefused, "403": ipc.TokenRefused, "timed out": ipc.TimedOut,
				"500": ipc.UpstreamFailed, "cut off": unreachable, "closed": unreachable,
			},
			twice: map[string]ipc.Code{"timed out": "", "500": "", "cut off": "", "closed": ""},
		},
		"the organization": {
			call: callOrganization,
			codes: map[string]ipc.Code{
				"401": ipc.TokenRefused, "403": ipc.TokenRefused, "timed out": ipc.TimedOut,
				"500": ipc.UpstreamFailed, "cut off": unreachable, "closed": unreachable,
			},
			twice: map[string]ipc.Code{"timed out": "", "500": "", "cut off": "", "closed": ""},
		},
	}
	h, _ := newCare(t, patient, cloudtest.Config{})
	var all sync.WaitGroup
	for step, s := range steps {
		for name, fault := range faults() {
			try := func(name string, fault cloudtest.Fault, want ipc.Code) {
				cloud := h.loginElsewhere(contextOf(name))
				all.Go(func() { h.tryFault(cloud, name, s.call, fault, want) })
			}
			if _, waited := s.twice[name]; !waited || !testing.Short() { // half a minute, where a token was made
				try(step+", "+name+" for good", fault, s.codes[name])
			}
			if want, other := s.twice[name]; other {
				fault.Times = 2
				try(step+", "+name+" twice", fault, want)
			}
		}
	}
	all.Wait()
}

// tryFault logs in at a cloud where a call has a fault, over a login that is kept, and
// checks the outcome.
func (h *house) tryFault(cloud *cloudtest.Cloud, name, call string, fault cloudtest.Fault, want ipc.Code) {
	h.t.Helper()
	ctx, selection := h.t.Context(), ipc.Selection{Context: contextOf(name)}
	before, err := h.dial().Context(ctx, selection)
	if err != nil {
		h.t.Error(err)
		return
	}
	cloud.Fail(call, fault)
	err = h.tryLogin(cloud, selection.Context, name)
	if want == "" && err != nil || want != "" && (!errors.Is(err, want) || ipc.AsError(err).Hint == "") {
		h.t.Errorf("%s: error %v, want %q with a hint", name, err, want)
	}
	after, err := h.dial().Context(ctx, selection)
	if err != nil {
		h.t.Errorf("%s: %v", name, err)
		return
	}
	diff := cmp.Diff(before, after)
	if (diff == "") != (want != "") {
		h.t.Errorf("%s: the context, -before +after:\n%s", name, diff)
	}
	if left := names(cloud); want != "" && call != callCollect && len(left) != 1 {
		h.t.Errorf("%s: the cloud has %q", name, left)
	}
}

// tryLogin logs in by browser, and has it approved. Trouble that is waited out is shown.
func (h *house) tryLogin(cloud *cloudtest.Cloud, context, name string) error {
	h.t.Helper()
	client := h.dial()
	approval, err := client.StartLogin(h.t.Context(), management.BrowserLogin{Context: context, Endpoint: cloud.URL()})
	if err != nil {
		return err
	}
	w := waiting{Approval: approval, client: client, cloud: cloud, t: h.t}
	defer h.keepsSecret(cloud, w.code(), w.Page)
	w.approve()
	_, trouble, err := w.outcome()
	refused := strings.Contains(name, "401") || strings.Contains(name, "403")
	if shown := trouble != ""; strings.HasPrefix(name, "the poll") && shown == refused {
		h.t.Errorf("%s: the trouble shown is %q", name, trouble)
	}
	if strings.Contains(trouble, w.code()) {
		h.t.Errorf("%s: the trouble shown holds the code", name)
	}
	return err
}

// TestATokenThatIsNotTakenIsNotKept has the cloud give a token out that it does not take.
func TestATokenThatIsNotTakenIsNotKept(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		damage func(*cloudtest.Cloud)
		left   int // tokens at the cloud
		hint   string
	}{
		"deleted meanwhile": {
			damage: func(c *cloudtest.Cloud) { c.Revoke(c.Tokens()[0].Value) },
		},
		"refused, and it cannot be deleted": {
			damage: func(c *cloudtest.Cloud) {
				c.Fail(callUser, cloudtest.Fault{Status: http.StatusForbidden})
				c.Fail(callDelete, cloudtest.Oops("trace-2"))
			},
			left: 1, hint: "api-token delete token_",
		},
	}
	h, _ := newCare(t, patient, cloudtest.Config{})
	for name, test := range tests {
		cloud := cloudtest.New(t, cloudtest.Config{})
		w := h.begin(cloud, contextOf(name))
		cloud.Fail(callCollect, cloudtest.Fault{Status: http.StatusBadRequest, Body: `{"error":"the code is pending"}`})
		w.approve()
		cloud.Heal()
		test.damage(cloud)
		_, _, err := w.outcome()
		told := ipc.AsError(err)
		if !errors.Is(err, ipc.TokenRefused) || len(names(cloud)) != test.left || !strings.Contains(told.Hint, test.hint) {
			t.Errorf("%s: error %v, hint %q, the cloud has %q", name, err, told.Hint, names(cloud))
		}
		if left := strings.Contains(told.Message, "may be left"); left != (test.left > 0) {
			t.Errorf("%s: %q says that a token is left: %v", name, told.Message, left)
		}
		if _, err := h.Context(t.Context(), ipc.Selection{Context: w.Context}); !errors.Is(err, ipc.NotFound) {
			t.Errorf("%s: the context: %v", name, err)
		}
	}
}

// TestStoreThatBreaks has it break before a login by browser and at its end.
func TestStoreThatBreaks(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	h, _ := newCare(t, patient, cloudtest.Config{})
	h.login("default")
	before := h.snapshot()
	mend := h.breakStore()
	_, err := h.StartLogin(ctx, management.BrowserLogin{Context: "default", Endpoint: h.cloud.URL()})
	if !errors.Is(err, ipc.StoreFailed) || ipc.AsError(err).Hint == "" || asked(h.cloud, callCode) != 0 {
		t.Errorf("before: %v, and %d codes were asked for", err, asked(h.cloud, callCode))
	}
	mend()
	w := h.begin(h.cloud, "default")
	mend = h.breakStore()
	w.approve()
	if _, _, err := w.outcome(); !errors.Is(err, ipc.StoreFailed) || len(names(h.cloud)) != 1 {
		t.Errorf("at the end: %v, and the cloud has %q", err, names(h.cloud))
	}
	mend()
	got, err := h.Credential(ctx, ipc.Request{})
	if err != nil || got.Value.Reveal() != goodToken || h.snapshot() != before {
		t.Errorf("after that: %v, and files changed: %v", err, h.snapshot() != before)
	}
}

// TestALoginInTheWay has the context belong to another endpoint, or to somebody else.
func TestALoginInTheWay(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	h, _ := newCare(t, patient, cloudtest.Config{
		Users: []cloudtest.User{{Name: "ada", Email: "ada@acme.example"}, {Name: "bob", Email: "bob@acme.example"}},
		Login: cloudtest.Login{User: "bob"},
	})
	h.login("default")
	other := cloudtest.New(t, cloudtest.Config{Organization: "umbrella"})
	wish := management.BrowserLogin{Context: "default", Endpoint: other.URL()}
	if _, err := h.StartLogin(ctx, wish); !errors.Is(err, ipc.Exists) || asked(other, callCode) != 0 {
		t.Errorf("at another endpoint: %v, and %d codes were asked for", err, asked(other, callCode))
	}
	w := h.begin(h.cloud, "default")
	if _, err := h.StartLogin(ctx, management.BrowserLogin{Context: "default", Endpoint: other.URL(), Replace: true}); !errors.Is(err, ipc.Exists) {
		t.Errorf("while another login waits: %v, want exists", err)
	}
	w.approve()
	if _, _, err := w.outcome(); !errors.Is(err, ipc.Exists) || !strings.Contains(ipc.AsError(err).Hint, "--replace") {
		t.Errorf("as somebody else: %v, want exists with a hint", err)
	}
	got, err := h.Credential(ctx, ipc.Request{})
	if err != nil || got.Value.Reveal() != goodToken || len(names(h.cloud)) != 1 {
		t.Errorf("after that: %v, and the cloud has %q", err, names(h.cloud))
	}
	for user, cloud := range map[string]*cloudtest.Cloud{"bob": h.cloud, "ada": other} {
		approval, err := h.StartLogin(ctx, management.BrowserLogin{Context: "default", Endpoint: cloud.URL(), Replace: true})
		if err != nil {
			t.Fatal(err)
		}
		w := waiting{Approval: approval, client: h.dial(), cloud: cloud, t: t}
		w.approve()
		in, _, err := w.outcome()
		if err != nil || in.Context.User != user || in.Context.Endpoint != cloud.URL() || len(in.Context.Tokens) != 1 {
			t.Errorf("with a word to replace it: %+v, %v", in, err)
		}
	}
}

// TestAContextThatIsTakenMeanwhile has a person log in otherwise while a browser waits.
func TestAContextThatIsTakenMeanwhile(t *testing.T) {
	t.Parallel()
	h, _ := newCare(t, patient, cloudtest.Config{})
	other := cloudtest.New(t, cloudtest.Config{})
	w := h.begin(other, "default")
	h.login("default")
	w.approve()
	if _, _, err := w.outcome(); !errors.Is(err, ipc.Exists) || len(names(other)) != 0 {
		t.Errorf("error %v, want exists; the cloud has %q", err, names(other))
	}
	got, err := h.Credential(t.Context(), ipc.Request{})
	if err != nil || got.Value.Reveal() != goodToken {
		t.Errorf("after that: %v", err)
	}
}
