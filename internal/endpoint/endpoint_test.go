package endpoint_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/internal/endpoint"
)

func TestNormalise(t *testing.T) {
	tests := map[string]struct {
		typed string
		want  string
	}{
		"as it should be":         {"https://cloud.bentoml.com", "https://cloud.bentoml.com"},
		"no scheme":               {"cloud.bentoml.com", "https://cloud.bentoml.com"},
		"no scheme, port":         {"cloud.bentoml.com:8443", "https://cloud.bentoml.com:8443"},
		"organization":            {"https://acme.cloud.bentoml.com", "https://acme.cloud.bentoml.com"},
		"space around":            {" \t https://cloud.bentoml.com \r\n", "https://cloud.bentoml.com"},
		"no-break space around":   {"\u00a0cloud.bentoml.com\u00a0", "https://cloud.bentoml.com"},
		"upper case":              {"HTTPS://Cloud.BentoML.COM", "https://cloud.bentoml.com"},
		"trailing slash":          {"https://cloud.bentoml.com/", "https://cloud.bentoml.com"},
		"trailing slashes":        {"https://cloud.bentoml.com///", "https://cloud.bentoml.com"},
		"trailing dot":            {"https://cloud.bentoml.com./", "https://cloud.bentoml.com"},
		"default port":            {"https://cloud.bentoml.com:443/", "https://cloud.bentoml.com"},
		"default port, zeros":     {"https://cloud.bentoml.com:00443", "https://cloud.bentoml.com"},
		"empty port":              {"https://cloud.bentoml.com:/", "https://cloud.bentoml.com"},
		"port 80 on https":        {"https://cloud.bentoml.com:80", "https://cloud.bentoml.com:80"},
		"international name":      {"https://Bücher.example", "https://xn--bcher-kva.example"},
		"its ASCII form":          {"https://XN--BCHER-KVA.example", "https://xn--bcher-kva.example"},
		"ideographic dot":         {"cloud。bentoml。com", "https://cloud.bentoml.com"},
		"full-width letters":      {"ｃｌｏｕｄ.bentoml.com", "https://cloud.bentoml.com"},
		"hyphens IDNA refuses":    {"r3---sn.example", "https://r3---sn.example"},
		"underscore":              {"my_yatai.example", "https://my_yatai.example"},
		"http localhost":          {"http://localhost:3000/", "http://localhost:3000"},
		"http localhost, port 80": {"http://LOCALHOST.:80", "http://localhost"},
		"http below localhost":    {"http://yatai.localhost:8080", "http://yatai.localhost:8080"},
		"http 127.0.0.1":          {"http://127.0.0.1:3000", "http://127.0.0.1:3000"},
		"http 127.8.9.10":         {"http://127.8.9.10", "http://127.8.9.10"},
		"http ::1":                {"http://[::1]:3000", "http://[::1]:3000"},
		"http ::1, written long":  {"http://[0:0:0:0:0:0:0:1]", "http://[::1]"},
		"https localhost":         {"localhost:3000", "https://localhost:3000"},
		"https address":           {"https://10.0.0.7:8443", "https://10.0.0.7:8443"},
		"https IPv6":              {"https://[2001:DB8::1]:443", "https://[2001:db8::1]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := endpoint.Normalise(test.typed)
			if err != nil || got != test.want {
				t.Fatalf("Normalise(%q) = %q, %v; want %q", test.typed, got, err, test.want)
			}
			again, err := endpoint.Normalise(got)
			if err != nil || again != got {
				t.Errorf("a second time gives %q, %v; want %q", again, err, got)
			}
		})
	}
}

func TestNormaliseRefuses(t *testing.T) {
	tests := map[string]struct {
		typed   string
		reason  error
		suggest string
	}{
		"nothing":                 {"", endpoint.ErrEmpty, ""},
		"long":                    {"https://cloud.bentoml.com" + strings.Repeat("/", 2048), endpoint.ErrLong, ""},
		"only space":              {" \n\t", endpoint.ErrEmpty, ""},
		"only a scheme":           {"https://", endpoint.ErrNoHost, ""},
		"only a port":             {"https://:443", endpoint.ErrNoHost, ""},
		"only a dot":              {"https://.", endpoint.ErrNoHost, ""},
		"scheme-relative":         {"//cloud.bentoml.com", endpoint.ErrNoHost, ""},
		"line break inside":       {"https://cloud.bentoml.com\nX-Evil: 1", endpoint.ErrControl, ""},
		"NUL":                     {"https://cloud.bentoml.com\x00", endpoint.ErrControl, ""},
		"escape":                  {"https://cloud\x1b[2J.example", endpoint.ErrControl, ""},
		"bad UTF-8":               {"https://cloud\xff.example", endpoint.ErrControl, ""},
		"space inside":            {"https://cloud bentoml.com", endpoint.ErrHost, ""},
		"ftp":                     {"ftp://cloud.bentoml.com", endpoint.ErrScheme, ""},
		"websocket":               {"wss://cloud.bentoml.com", endpoint.ErrScheme, ""},
		"empty scheme":            {"://cloud.bentoml.com", endpoint.ErrScheme, ""},
		"user":                    {"https://me@cloud.bentoml.com", endpoint.ErrUserInfo, ""},
		"user and password":       {"https://me:hunter2-made-up@cloud.bentoml.com", endpoint.ErrUserInfo, ""},
		"password with a slash":   {"https://me:hunter2-made-up/x@cloud.bentoml.com", endpoint.ErrUserInfo, ""},
		"no scheme, password":     {"me:hunter2-made-up://x@cloud.bentoml.com", endpoint.ErrScheme, ""},
		"path":                    {"https://Cloud.bentoml.com/api/v1", endpoint.ErrPath, "https://cloud.bentoml.com"},
		"path and query":          {"cloud.bentoml.com/x?token=hunter2-made-up", endpoint.ErrPath, "https://cloud.bentoml.com"},
		"a page's address":        {"https://cloud.bentoml.com/?next=https://x.example", endpoint.ErrQuery, "https://cloud.bentoml.com"},
		"query":                   {"https://cloud.bentoml.com:8443?token=hunter2-made-up", endpoint.ErrQuery, "https://cloud.bentoml.com:8443"},
		"empty query":             {"https://cloud.bentoml.com?", endpoint.ErrQuery, "https://cloud.bentoml.com"},
		"fragment":                {"https://cloud.bentoml.com/#hunter2-made-up", endpoint.ErrFragment, "https://cloud.bentoml.com"},
		"plain http":              {"http://cloud.bentoml.com", endpoint.ErrPlainHTTP, "https://cloud.bentoml.com"},
		"plain http, like local":  {"http://localhost.example.com", endpoint.ErrPlainHTTP, "https://localhost.example.com"},
		"plain http, notlocal":    {"http://notlocalhost", endpoint.ErrPlainHTTP, "https://notlocalhost"},
		"plain http, any address": {"http://0.0.0.0:3000", endpoint.ErrPlainHTTP, "https://0.0.0.0:3000"},
		"plain http, network":     {"http://192.168.1.5", endpoint.ErrPlainHTTP, "https://192.168.1.5"},
		"plain http, IPv6":        {"http://[2001:db8::1]:3000", endpoint.ErrPlainHTTP, "https://[2001:db8::1]:3000"},
		"short address":           {"http://127.1", endpoint.ErrHost, ""},
		"hexadecimal address":     {"http://0x7f000001", endpoint.ErrHost, ""},
		"octal address":           {"http://0177.0.0.1", endpoint.ErrHost, ""},
		"backslash":               {`https://cloud.bentoml.com\evil.example`, endpoint.ErrHost, ""},
		"empty label":             {"https://cloud..com", endpoint.ErrHost, ""},
		"two trailing dots":       {"https://cloud.com..", endpoint.ErrHost, ""},
		"leading hyphen":          {"https://-cloud.com", endpoint.ErrHost, ""},
		"escaped":                 {"https://cloud%2ebentoml.com", endpoint.ErrHost, ""},
		"long label":              {"https://" + strings.Repeat("a", 64) + ".com", endpoint.ErrHost, ""},
		"long name":               {"https://" + strings.Repeat("a.", 127) + "com", endpoint.ErrHost, ""},
		"bad punycode":            {"https://xn--\u00e9.example", endpoint.ErrHost, ""},
		"open bracket":            {"https://[::1", endpoint.ErrHost, ""},
		"text after bracket":      {"https://[::1]x", endpoint.ErrHost, ""},
		"name in brackets":        {"https://[localhost]", endpoint.ErrHost, ""},
		"closing bracket alone":   {"https://::1]", endpoint.ErrNoHost, ""},
		"zone":                    {"https://[fe80::1%eth0]", endpoint.ErrHost, ""},
		"IPv6 without brackets":   {"2001:db8::1", endpoint.ErrBrackets, "https://[2001:db8::1]"},
		"port 0":                  {"https://cloud.bentoml.com:0", endpoint.ErrPort, ""},
		"port too large":          {"https://cloud.bentoml.com:65536", endpoint.ErrPort, ""},
		"port not a number":       {"https://cloud.bentoml.com:hunter2-made-up", endpoint.ErrPort, ""},
		"port signed":             {"https://cloud.bentoml.com:+443", endpoint.ErrPort, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := endpoint.Normalise(test.typed)
			var refused *endpoint.Error
			if !errors.As(err, &refused) {
				t.Fatalf("Normalise(%q) = %q, %v; want an *Error", test.typed, got, err)
			}
			if !errors.Is(err, test.reason) || refused.Suggestion != test.suggest || got != "" {
				t.Errorf("Normalise(%q) = %q, %v, suggesting %q; want %v, %q",
					test.typed, got, err, refused.Suggestion, test.reason, test.suggest)
			}
			if refused.Hint() == "" {
				t.Error("no hint")
			}
			if strings.Contains(err.Error()+refused.Hint(), "hunter2") {
				t.Errorf("the error shows a secret: %v (%s)", err, refused.Hint())
			}
		})
	}
}

func TestIsLoopback(t *testing.T) {
	tests := map[string]bool{
		"localhost":         true,
		"a.b.localhost":     true,
		"127.0.0.1":         true,
		"127.255.255.254":   true,
		"::1":               true,
		"::ffff:127.0.0.1":  true,
		"cloud.bentoml.com": false,
		"localhost.com":     false,
		"mylocalhost":       false,
		"0.0.0.0":           false,
		"128.0.0.1":         false,
		"::":                false,
		"":                  false,
	}
	for host, want := range tests {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			if got := endpoint.IsLoopback(host); got != want {
				t.Errorf("IsLoopback(%q) = %v, want %v", host, got, want)
			}
		})
	}
}
