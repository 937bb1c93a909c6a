// Package realpart is how a test asks for a real program: a shell, a keychain, a
// message bus.
//
// Such a part is used where it is installed. Where it is not, the test is skipped and
// says so, because a contributor's machine need not have ten shells. Where the
// environment holds BENTO_CRED_REQUIRE_REAL=1, as it does in CI, an absent part is a
// failure: there a skipped test would be a hole nobody sees.
package realpart

import (
	"os"
	"os/exec"
	"testing"
)

// Need skips the test, or fails it under BENTO_CRED_REQUIRE_REAL=1, unless every one
// of programs is on PATH.
func Need(tb testing.TB, programs ...string) {
	tb.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			Missing(tb, program+" is not on PATH")
		}
	}
}

// Missing skips the test, or fails it under BENTO_CRED_REQUIRE_REAL=1, for a real part
// that was looked for in another way than on PATH.
func Missing(tb testing.TB, reason string) {
	tb.Helper()
	if os.Getenv("BENTO_CRED_REQUIRE_REAL") == "1" {
		tb.Fatalf("real part wanted by BENTO_CRED_REQUIRE_REAL=1: %s", reason)
	}
	tb.Skipf("real part absent: %s", reason)
}
