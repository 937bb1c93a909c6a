package endpoint_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/internal/endpoint"
)

// FuzzNormalise holds Normalise to what every caller relies on: a second time
// changes nothing, the rest of the program's URL parser reads the same host out of
// it, and plain http stays on this machine.
func FuzzNormalise(f *testing.F) {
	for _, seed := range []string{
		"https://cloud.bentoml.com/", "CLOUD.bentoml.com:443", "http://localhost:3000", "http://[::1]:80",
		"https://Bücher.example", "https://me:pw@host", "https://host/path?q#f", "http://127.1", "::1", "[::1]:x",
		"https://xn--bcher-kva.example.", "１２７.0.0.1", "http://ｌocalhost", "https://0x7f.1", "\u200dexample.com", "ß.example",
		"//host", "https://a\\b", "https://%41", "a://b", "https://[::ffff:127.0.0.1]", "xn--a.example", "xn--", "A。", "http://0.0.0.0",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := endpoint.Normalise(typed)
		if err != nil {
			var refused *endpoint.Error
			if !errors.As(err, &refused) || got != "" {
				t.Fatalf("Normalise(%q) = %q, %v; want an *Error", typed, got, err)
			}
			checkSuggestion(t, refused)
			return
		}
		again, err := endpoint.Normalise(got)
		if err != nil || again != got {
			t.Fatalf("Normalise(%q) = %q, but a second time %q, %v", typed, got, again, err)
		}
		parsed, err := url.Parse(got)
		if err != nil {
			t.Fatalf("net/url does not read %q: %v", got, err)
		}
		if bare := (&url.URL{Scheme: parsed.Scheme, Host: parsed.Host}).String(); bare != got {
			t.Fatalf("%q has more than scheme and host: %q", got, bare)
		}
		if parsed.Scheme != "https" && !endpoint.IsLoopback(parsed.Hostname()) {
			t.Fatalf("%q is plain http to another machine", got)
		}
		if strings.ToLower(got) != got || strings.HasSuffix(got, "/") {
			t.Fatalf("%q is not normalised", got)
		}
	})
}

// checkSuggestion makes sure that what an error suggests would be taken as it is.
func checkSuggestion(t *testing.T, refused *endpoint.Error) {
	t.Helper()
	if refused.Suggestion == "" {
		return
	}
	got, err := endpoint.Normalise(refused.Suggestion)
	if err != nil || got != refused.Suggestion {
		t.Fatalf("the suggestion %q normalises to %q, %v", refused.Suggestion, got, err)
	}
}
