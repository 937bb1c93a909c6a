package e2e_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/realpart"
	"github.com/bento-cred/bento-cred/ipc"
)

// ATTACK: a program of the same user reads the daemon's memory, or its worker's, or traces it.
// THIS TEST VERIFIES: the kernel lets it do neither. (Where Yama forbids tracing anyway, a
// plain process is refused, too, and the test says so.)
func TestMemoryIsClosedToTheSameUser(t *testing.T) {
	t.Parallel()
	realpart.Need(t, "strace", "setpriv")
	p, cloud := newHome(t)
	as := []string{}
	if os.Getuid() == 0 { // who may read everything
		const nobody = 65534
		as = []string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"}
		p.giveTo(t, nobody)
	}
	run := func(command ...string) (int, string) {
		t.Helper()
		status, out, complaint := p.try(t, tokenDeveloper, append(as[:len(as):len(as)], command...)...)
		return status, out + complaint
	}
	if status, said := run(ipc.ProgramHelper, "login", "--api-token-stdin", "--endpoint", cloud.URL()); status != 0 {
		t.Fatalf("login: %s", said)
	}
	pid, err := pidAsNamed(run(ipc.ProgramHelper, "status", "-o", "json"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if status, said := run(ipc.ProgramHelper, "stop"); status != 0 || !awaitEnd(pid) {
			t.Errorf("the daemon does not end: %s", said)
		}
	}()
	processes := append([]int{pid}, childrenOf(pid)...)
	if len(processes) < 2 {
		t.Error("the daemon has no worker to be looked into")
	}
	for _, pid := range processes {
		for _, file := range []string{"mem", "environ", "maps", "exe"} {
			if status, said := run("head", "-c", "1", fmt.Sprintf("/proc/%d/%s", pid, file)); status == 0 || !strings.Contains(said, "ermission denied") {
				t.Errorf("process %d: %s can be read: status %d: %s", pid, file, status, said)
			}
		}
		if status, said := run("timeout", "5", "strace", "-qq", "-e", "trace=none", "-p", strconv.Itoa(pid)); !strings.Contains(said, "Operation not permitted") {
			t.Errorf("process %d can be traced: status %d: %s", pid, status, said)
		}
	}
	// The test can fail: another process of that user can be read.
	if status, said := run("sh", "-c", "sleep 5 & head -c 1 /proc/$!/environ >/dev/null; s=$?; kill $!; exit $s"); status != 0 {
		t.Errorf("no process of that user can be read here, so the test shows nothing: %s", said)
	}
}

// giveTo gives a place to another user.
func (p *place) giveTo(t *testing.T, uid int) {
	t.Helper()
	for _, root := range []string{p.root, p.home} {
		if out, err := exec.Command("chown", "-R", strconv.Itoa(uid), root).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	for dir := filepath.Dir(p.home); dir != "/tmp" && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// pidAsNamed returns the daemon's process id from what status printed.
func pidAsNamed(status int, said string) (int, error) {
	_, rest, found := strings.Cut(said, `"pid": `)
	number, _, _ := strings.Cut(rest, ",")
	if status != 0 || !found {
		return 0, fmt.Errorf("status: %s", said)
	}
	return strconv.Atoi(number)
}

// childrenOf returns the children of a process.
func childrenOf(pid int) []int {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is well formed
	var children []int
	for _, list := range lists {
		text, _ := os.ReadFile(list) // it may have ended
		for word := range strings.FieldsSeq(string(text)) {
			if child, err := strconv.Atoi(word); err == nil {
				children = append(children, child)
			}
		}
	}
	return children
}

// TestLockLeavesNothingInMemory searches all memory of all our processes for the token, in
// clear and as the store has it: before the lock it is there, afterwards nowhere, also when
// the next daemon has been asked.
func TestLockLeavesNothingInMemory(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can look into the daemon's memory")
	}
	p, cloud := newHome(t)
	p.login(t, cloud.URL(), "default", tokenDeveloper)
	for range 20 {
		p.run(t, p.root, "", ipc.ProgramHelper, "token")
	}
	if found := searchMemory(t, p); found == 0 {
		t.Fatal("the search finds no token in a daemon that has one")
	}
	p.run(t, p.root, "", ipc.ProgramHelper, "lock")
	if status, _, complaint := p.try(t, "", ipc.ProgramHelper, "token"); status != ipc.Locked.ExitStatus() {
		t.Fatalf("locked: status %d: %s", status, complaint)
	}
	if len(processesOf(p.root)) == 0 {
		t.Error("no daemon is there to be searched")
	}
	if found := searchMemory(t, p); found != 0 {
		t.Errorf("the token is %d times in memory", found)
	}
	p.run(t, p.root, "", ipc.ProgramHelper, "unlock")
	if out := p.run(t, p.root, "", ipc.ProgramHelper, "token"); out != tokenDeveloper {
		t.Errorf("after unlock: %q", out)
	}
}

// searchMemory returns how often the token stands in the memory of the processes of a place.
func searchMemory(t *testing.T, p *place) int {
	t.Helper()
	found := 0
	for _, process := range processesOf(p.root) {
		maps, err := os.Open(fmt.Sprintf("/proc/%d/maps", process.pid))
		if err != nil {
			continue // it has ended
		}
		memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", process.pid))
		if err != nil {
			_ = maps.Close()
			continue
		}
		for lines := bufio.NewScanner(maps); lines.Scan(); {
			found += searchRange(memory, lines.Text())
		}
		_ = maps.Close()
		_ = memory.Close()
	}
	return found
}

// searchRange returns how often the token stands in the part of a memory that a line of maps
// tells of. The needle is made here, so that this test's own memory is no matter.
func searchRange(memory *os.File, line string) int {
	span, rest, _ := strings.Cut(line, " ")
	if !strings.HasPrefix(rest, "rw") {
		return 0
	}
	from, to, _ := strings.Cut(span, "-")
	begin, errFrom := strconv.ParseInt(from, 16, 64)
	end, errTo := strconv.ParseInt(to, 16, 64)
	if errFrom != nil || errTo != nil {
		return 0
	}
	found := 0
	const chunk = 1 << 20
	needle := []byte(tokenDeveloper)
	text := make([]byte, chunk+len(needle))
	for at := begin; at < end; at += chunk {
		n, _ := memory.ReadAt(text[:min(int64(len(text)), end-at)], at) // what is not there reads as nothing
		found += bytes.Count(text[:n], needle)
	}
	return found
}

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
	empty := fill(t, p.home)
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
	settings := filepath.Join(p.home, ".config", "bento-cred", "config.toml")
	if err := os.MkdirAll(filepath.Dir(settings), 0o700); err != nil {
		t.Fatal(err)
	}
	const rule = "[rule.box]\nanswer = \"allow\"\ncontained = true\ncontext = \"default\"\n"
	if err := os.WriteFile(settings, []byte(rule), 0o600); err != nil {
		t.Fatal(err)
	}
	p.stop(t)
	p.run(t, p.root, "", ipc.ProgramHelper, "status") // it is started outside
	if status, out, complaint := p.try(t, "", contained...); status != 0 || out != tokenDeveloper {
		t.Errorf("contained, with a rule: status %d: %s", status, complaint)
	}
	if out := p.run(t, p.root, "", ipc.ProgramHelper, "log", "-n", "1", "-o", "json"); !strings.Contains(out, `"contained": true`) {
		t.Errorf("the record does not say so: %s", out)
	}
}
