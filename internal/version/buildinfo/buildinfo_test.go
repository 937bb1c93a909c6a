package buildinfo

import "testing"

func TestChoose(t *testing.T) {
	tests := map[string]struct{ linked, module, want string }{
		"linked":             {"1.2.3", "v9.9.9", "1.2.3"},
		"go install":         {"devel", "v1.2.3", "1.2.3"},
		"go build":           {"devel", "(devel)", "devel"},
		"no module":          {"devel", "", "devel"},
		"between the tagged": {"devel", "v1.2.4-0.20260301120000-abcdefabcdef", "1.2.4-0.20260301120000-abcdefabcdef"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := choose(test.linked, test.module); got != test.want {
				t.Errorf("choose(%q, %q) = %q, want %q", test.linked, test.module, got, test.want)
			}
		})
	}
}

func TestVersionIsNotEmpty(t *testing.T) {
	if Version() == "" {
		t.Error("no version")
	}
}
