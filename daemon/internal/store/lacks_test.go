package store

import "testing"

// TestLacks: every keychain of a system is either tried there or said not to be, but for
// KWallet on Linux, of which one version is and another is not.
func TestLacks(t *testing.T) {
	t.Parallel()
	for goos, want := range map[string]int{"linux": 1, "darwin": 0, "windows": 0, "freebsd": 2, "openbsd": 2} {
		missing := lacks(goos)
		if len(missing) != want {
			t.Errorf("%s lacks %v, want %d", goos, missing, want)
		}
		for _, m := range missing {
			if m.Reason == "" {
				t.Errorf("%s lacks %s for no reason", goos, m.Backend)
			}
			for _, tried := range autoOrder(goos) {
				if tried == m.Backend && goos != "linux" {
					t.Errorf("%s tries %s, which it lacks", goos, tried)
				}
			}
		}
	}
}
