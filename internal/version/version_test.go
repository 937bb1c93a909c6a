package version_test

import (
	"testing"

	"github.com/bento-cred/bento-cred/internal/version"
)

func TestOlder(t *testing.T) {
	tests := map[string]struct {
		a, b string
		want bool
	}{
		"patch":               {"1.2.3", "1.2.4", true},
		"newer":               {"1.2.4", "1.2.3", false},
		"same":                {"1.2.3", "1.2.3", false},
		"numbers, not text":   {"1.9.0", "1.10.0", true},
		"leading v":           {"v1.0.0", "1.0.1", true},
		"build between":       {"1.2.3-4-gabc", "1.2.3", false},
		"build after release": {"1.2.3-4-gabc", "1.2.4", true},
		"development, left":   {"devel", "1.0.0", false},
		"development, right":  {"1.0.0", "devel", false},
		"nothing":             {"", "1.0.0", false},
		"two numbers":         {"1.0", "1.0.1", false},
		"a sign":              {"1.0.+0", "1.0.1", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := version.Older(test.a, test.b); got != test.want {
				t.Errorf("Older(%q, %q) = %v, want %v", test.a, test.b, got, test.want)
			}
		})
	}
}

func TestStringHasNoV(t *testing.T) {
	if got := version.String(); got == "" || got[0] == 'v' {
		t.Errorf("String() = %q", got)
	}
}
