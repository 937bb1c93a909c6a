package cloudtest_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
)

const pathPage = "/api_tokens"

// visit does what a browser does, and returns the status and the page.
func visit(t *testing.T, method, address string, form url.Values) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	transport := &http.Transport{DisableKeepAlives: true}
	reply, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reply.Body.Close() }()
	page, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	if policy := reply.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("the page's policy is %q", policy)
	}
	return reply.StatusCode, string(page)
}

// press presses a button on the page of a code.
func press(t *testing.T, cloud *cloudtest.Cloud, code, verdict string) (int, string) {
	t.Helper()
	return visit(t, http.MethodPost, cloud.URL()+pathPage, url.Values{"code": {code}, "verdict": {verdict}})
}

func TestPageTakesADecisionOnce(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		said   string
		status int // of who then asks for the token
	}{
		"approve": {"You may close this page.", http.StatusOK},
		"deny":    {"Login denied.", http.StatusForbidden},
	}
	for verdict, test := range tests {
		t.Run(verdict, func(t *testing.T) {
			t.Parallel()
			cloud := cloudtest.New(t, config())
			code := begin(t, cloud)
			address := cloud.URL() + pathPage + "?" + url.Values{"code": {code}}.Encode()
			status, page := visit(t, http.MethodGet, address, nil)
			for _, part := range []string{code, `id="approve"`, `id="deny"`, ">ada<", ">acme<"} {
				if status != http.StatusOK || !strings.Contains(page, part) {
					t.Errorf("status %d, want %q in %s", status, part, page)
				}
			}
			if status, page := press(t, cloud, code, verdict); status != http.StatusOK || !strings.Contains(page, test.said) {
				t.Errorf("after %s: %d, %s", verdict, status, page)
			}
			if status, page := visit(t, http.MethodGet, address, nil); status != http.StatusOK || !strings.Contains(page, test.said) {
				t.Errorf("opened again: %d, %s", status, page)
			}
			if status, page := press(t, cloud, code, "approve"); status != http.StatusConflict || strings.Contains(page, "close") {
				t.Errorf("decided again: %d, %s", status, page)
			}
			if got := collect(t, cloud, code); got.Status != test.status {
				t.Errorf("collecting gives %v, want %d", got, test.status)
			}
		})
	}
}

func TestPageOfNoDecision(t *testing.T) {
	t.Parallel()
	cloud := cloudtest.New(t, config())
	old, young := begin(t, cloud), begin(t, cloud)
	cloud.Expire(old)
	for code, want := range map[string]int{old: http.StatusGone, "made-up-nothing": http.StatusNotFound, "": http.StatusNotFound} {
		status, page := visit(t, http.MethodGet, cloud.URL()+pathPage+"?code="+code, nil)
		if status != want || strings.Contains(page, "<button") {
			t.Errorf("%q gives %d, %s; want %d", code, status, page, want)
		}
	}
	if status, _ := press(t, cloud, young, "maybe"); status != http.StatusBadRequest || len(cloud.Codes()) != 1 {
		t.Errorf("no decision gives %d and leaves %q", status, cloud.Codes())
	}
}

// TestPageShowsACodeAsText has a code, and a stranger's query, that would be a script
// if the page took them for more than text.
func TestPageShowsACodeAsText(t *testing.T) {
	t.Parallel()
	const script = `"'><script>alert(1)</script>{{.}}&#x27;`
	cfg := config()
	cfg.NewCode = func(int) string { return script }
	cloud := cloudtest.New(t, cfg)
	for name, code := range map[string]string{"its own": begin(t, cloud), "a stranger's": script + "x"} {
		_, page := visit(t, http.MethodGet, cloud.URL()+pathPage+"?"+url.Values{"code": {code}}.Encode(), nil)
		if strings.Contains(page, "<script") || (name == "its own") != strings.Contains(page, "&lt;script&gt;") {
			t.Errorf("%s: %s", name, page)
		}
	}
	if status, _ := press(t, cloud, script, "approve"); status != http.StatusOK {
		t.Errorf("approving gives %d: the form did not take the code as it is", status)
	}
}
