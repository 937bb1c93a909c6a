package e2e_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/disktest"
	"github.com/bento-cred/bento-cred/internal/realpart"
	"github.com/bento-cred/bento-cred/ipc"
)

// TestNoRecordNoSecret has neither the record's own place nor the one beside the socket take
// another line: no token is given out, and what to do is said. When there is room again it
// works, and the record is whole.
func TestNoRecordNoSecret(t *testing.T) {
	t.Parallel()
	p := mounted(t)
	cloud := cloudtest.New(t, cloudtest.Config{Tokens: []cloudtest.Token{{Value: tokenDeveloper, Developer: true}}})
	ask := func(want int, words ...string) string {
		t.Helper()
		command := []string{"env", ipc.SocketVariable + "=" + filepath.Join(p.home, "s"), ipc.ProgramHelper}
		status, out, complaint := p.try(t, tokenDeveloper, append(command, words...)...)
		if status != want {
			t.Fatalf("%v: status %d, want %d: %s", words, status, want, complaint)
		}
		return out + complaint
	}
	ask(0, "login", "--api-token-stdin", "--endpoint", cloud.URL())
	empty := disktest.Fill(t, p.home)
	for given := 0; ; given++ { // there may be room for some in the last block of the file
		status, out, complaint := p.try(t, "", "env", ipc.SocketVariable+"="+filepath.Join(p.home, "s"), ipc.ProgramHelper, "token")
		if status == 0 && given < 100 {
			continue
		}
		if status != ipc.StoreFailed.ExitStatus() || out != "" || !strings.Contains(complaint, "recording who gets what") ||
			!strings.Contains(complaint, "make room") {
			t.Errorf("after %d: status %d, %q: %s", given, status, out, complaint)
		}
		break
	}
	empty()
	if out := ask(0, "token"); out != tokenDeveloper {
		t.Errorf("when there is room: %q", out)
	}
	if out := ask(0, "log", "verify"); !strings.Contains(out, "whole\tyes") {
		t.Errorf("the record is not whole: %s", out)
	}
	ask(0, "stop")
}

// ATTACK: a container sees our socket, because somebody handed it in, and asks for a token.
// THIS TEST VERIFIES: it gets none, unless a rule is about containers; and a process that is
// merely in another user namespace is who it is.
func TestContainerIsTurnedAway(t *testing.T) {
	t.Parallel()
	realpart.Need(t, "unshare")
	p, cloud := newHome(t)
	p.login(t, cloud.URL(), "default", tokenDeveloper)
	if err := exec.Command("unshare", "--pid", "--fork", "true").Run(); err != nil {
		t.Skipf("no pid namespace can be made here: %v", err)
	}
	contained := []string{"unshare", "--pid", "--fork", ipc.ProgramHelper, "token"}
	status, out, complaint := p.try(t, "", contained...)
	if status != ipc.Denied.ExitStatus() || out != "" || !strings.Contains(complaint, "contained = true") {
		t.Errorf("contained: status %d, %q: %s", status, out, complaint)
	}
	if status, out, complaint := p.try(t, "", "unshare", "--user", "--map-root-user", ipc.ProgramHelper, "token"); status != 0 || out != tokenDeveloper {
		t.Errorf("in a user namespace: status %d: %s", status, complaint)
	}
	p.configure(t, "[rule.box]\nanswer = \"allow\"\ncontained = true\ncontext = \"default\"\n")
	p.stop(t)
	p.run(t, p.root, "", ipc.ProgramHelper, "status") // it is started outside
	if status, out, complaint := p.try(t, "", contained...); status != 0 || out != tokenDeveloper {
		t.Errorf("contained, with a rule: status %d: %s", status, complaint)
	}
	if out := p.run(t, p.root, "", ipc.ProgramHelper, "log", "-n", "1", "-o", "json"); !strings.Contains(out, `"contained": true`) {
		t.Errorf("the record does not say so: %s", out)
	}
}
