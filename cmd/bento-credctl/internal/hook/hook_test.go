package hook_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/hook"
	"github.com/bento-cred/bento-cred/internal/realpart"
)

// odd are words that break out of whatever does not quote them.
var odd = hook.Config{Program: `/opt/it's $(touch x) "a" \b/bento-cred`, Stamp: "/run/‘a’; b/s.stamp", Context: "a'b"}

// TestCode has each shell that is here read its code, whatever is in the paths.
func TestCode(t *testing.T) {
	t.Parallel()
	for _, shell := range hook.Shells() {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			code, known := hook.Code(shell, odd)
			if !known || strings.Contains(code, "@PROGRAM@") || strings.Contains(code, "@STAMP@") || strings.Contains(code, "@CONTEXT@") {
				t.Fatalf("known is %t, and the code is %s", known, code)
			}
			if shell == "pwsh" { // which is read by no program here
				for _, want := range []string{`'/opt/it''s $(touch x) "a" \b/bento-cred'`, "'/run/‘‘a’’; b/s.stamp'", "--context='a''b'"} {
					if !strings.Contains(code, want) {
						t.Errorf("no %s in %s", want, code)
					}
				}
				return
			}
			realpart.Need(t, shell)
			cmd := exec.Command(shell, "-n")
			cmd.Stdin = strings.NewReader(code)
			if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("%s -n: %v\n%s\n%s", shell, err, out, code)
			}
		})
	}
	if _, known := hook.Code("tcsh", odd); known {
		t.Error("there is a hook for tcsh")
	}
}
