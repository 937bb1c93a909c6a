package browser_test

import (
	"testing"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/browser"
)

// TestCheckPage: only a page of the endpoint's own origin is shown to a browser, whatever
// a daemon or an endpoint says.
func TestCheckPage(t *testing.T) {
	t.Parallel()
	const endpoint = "https://cloud.bentoml.example"
	tests := map[string]struct {
		page string
		good bool
	}{
		"its own":           {endpoint + "/api_tokens?code=c", true},
		"another host":      {"https://evil.example/api_tokens?code=c", false},
		"a longer host":     {endpoint + ".evil.example/api_tokens", false},
		"another port":      {endpoint + ":8443/api_tokens", false},
		"another scheme":    {"http://cloud.bentoml.example/api_tokens", false},
		"a user before it":  {"https://cloud.bentoml.example@evil.example/", false},
		"a file":            {"file:///etc/passwd", false},
		"a script":          {"javascript:alert(1)", false},
		"an option":         {"--version", false},
		"nothing":           {"", false},
		"a control in it":   {endpoint + "/\n", false},
		"an address's half": {"//cloud.bentoml.example/api_tokens", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := browser.CheckPage(test.page, endpoint); (err == nil) != test.good {
				t.Errorf("CheckPage(%q) = %v, want good: %t", test.page, err, test.good)
			}
		})
	}
}
