package endpoint_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/internal/endpoint"
)

func TestOrigin(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"https://a.example":                    "https://a.example",
		"https://a.example/":                   "https://a.example",
		"https://a.example/v1/x?y=https://b#z": "https://a.example",
		"https://a.example?x=1":                "https://a.example",
		"https://a.example#frag":               "https://a.example",
		"HTTPS://A.Example:443/":               "https://a.example",
		"https://a.example.:8443/":             "https://a.example:8443",
		"https://a.example:/":                  "https://a.example",
		"https://a.example/users/@me":          "https://a.example",
		"https://a.example//b.example/":        "https://a.example",
		"wss://a.example/ws":                   "https://a.example",
		"grpcs://a.example":                    "https://a.example",
		"http://localhost:3000/x":              "http://localhost:3000",
		"ws://127.0.0.1:3000":                  "http://127.0.0.1:3000",
		"grpc://[::1]:3000":                    "http://[::1]:3000",
		"https://b\u00fccher.example/":         "https://xn--bcher-kva.example",
		"https://xn--bcher-kva.example/":       "https://xn--bcher-kva.example",
		"https://\uff41.example/":              "https://a.example",
		"https://a.example%2f.b.example/":      "",
		"https://a.example@b.example/":         "",
		"https://a.example:x@b.example/":       "",
		"https://a.example?@b.example/":        "",
		"https://a.example#@b.example/":        "",
		"https://a.example\\@b.example/":       "",
		"https://a.example\\.b.example/":       "",
		"https:\\\\a.example/":                 "",
		"https:/a.example/":                    "",
		"https:a.example":                      "",
		"https:///a.example":                   "",
		"//a.example/":                         "",
		"a.example":                            "",
		" https://a.example":                   "",
		"https://a.example ":                   "",
		"https://a.exa\tmple/":                 "",
		"https://a.example/\nX-Evil: 1":        "",
		"https://a.example/\x00":               "",
		"https://a.example/\xff":               "",
		"https://a.example:99999/":             "",
		"https://a.example:0/":                 "",
		"https://a.example:443:443/":           "",
		"https://a.example:+443/":              "",
		"http://a.example/":                    "",
		"ws://a.example/":                      "",
		"http://localhost.a.example/":          "",
		"http://127.1/":                        "",
		"http://0x7f000001/":                   "",
		"http://2130706433/":                   "",
		"http://[::1%25eth0]/":                 "",
		"https://[a.example]/":                 "",
		"ftp://a.example/":                     "",
		"javascript://a.example/":              "",
		"https://fa\u00df.example/":            "",
		"https://a\u200d.example/":             "",
		"https://.example/":                    "",
		"https://a..example/":                  "",
		"https://" + strings.Repeat("a", 8192): "",
		"":                                     "",
	}
	for url, want := range tests {
		got, err := endpoint.Origin(url)
		var refused *endpoint.Error
		if got != want || (want == "") != errors.As(err, &refused) {
			t.Errorf("Origin(%q) = %q, %v; want %q", url, got, err, want)
		}
		if refused != nil && (!strings.HasPrefix(refused.Error(), "URL") || refused.Hint() == "") {
			t.Errorf("Origin(%q): %v, hint %q", url, refused, refused.Hint())
		}
	}
}

// FuzzOrigin: what is taken is an endpoint that stays what it is, and whatever follows
// the host says nothing.
func FuzzOrigin(f *testing.F) {
	for _, seed := range []string{
		"https://a.example/x", "http://localhost:1/?a@b", "wss://[::1]:8/", "https://a.example\\@b/", "https://b\u00fccher.example#", "grpc://127.0.0.1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, url string) {
		origin, err := endpoint.Origin(url)
		if err != nil {
			return
		}
		if again, err := endpoint.Normalise(origin); err != nil || again != origin {
			t.Errorf("Origin(%q) = %q, which Normalise turns into %q, %v", url, origin, again, err)
		}
		if again, err := endpoint.Origin(origin + "/@x\u0041?y#z"); err != nil || again != origin {
			t.Errorf("Origin(%q) = %q; with a path it is %q, %v", url, origin, again, err)
		}
	})
}
