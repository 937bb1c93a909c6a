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

// TestLockLeavesNothingInMemory searches all memory of all our processes for the token:
// before the lock it is there, afterwards nowhere, also when
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
	found := searchMemory(t, p)
	if found == 0 {
		t.Fatal("the search finds no token in a daemon that has one")
	}
	t.Logf("unlocked, after a login and 20 requests, the token is %d times in memory", found)
	var before []int
	for _, process := range processesOf(p.root) {
		before = append(before, process.pid)
	}
	p.run(t, p.root, "", ipc.ProgramHelper, "lock")
	for _, pid := range before {
		if !awaitEnd(pid) {
			t.Errorf("process %d does not end", pid)
		}
	}
	if status, _, complaint := p.try(t, "", ipc.ProgramHelper, "token"); status != ipc.Locked.ExitStatus() {
		t.Fatalf("locked: status %d: %s", status, complaint)
	}
	if len(processesOf(p.root)) == 0 {
		t.Error("no daemon is there to be searched")
	}
	if found = searchMemory(t, p); found != 0 {
		t.Errorf("the token is %d times in memory", found)
	}
	p.run(t, p.root, "", ipc.ProgramHelper, "unlock")
	if out := p.run(t, p.root, "", ipc.ProgramHelper, "token"); out != tokenDeveloper {
		t.Errorf("after unlock: %q", out)
	}
}

// TestValuesStandInLockedPagesAlone: in a daemon that read a token from its store and gave it
// out many times, it stands once, where nothing is swapped. (What speaks HTTP leaves copies;
// here the cloud is not asked.)
func TestValuesStandInLockedPagesAlone(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can look into the daemon's memory")
	}
	p, cloud := newHome(t)
	p.login(t, cloud.URL(), "default", tokenDeveloper)
	p.configure(t, "[health]\ninterval = \"0s\"\n")
	p.stop(t)
	for range 20 {
		p.run(t, p.root, "", ipc.ProgramHelper, "token")
	}
	pid, err := pidAt(filepath.Join(p.root, "s"))
	if err != nil {
		t.Fatal(err)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(status), "VmLck:\t       0 kB") {
		t.Error("no page of the daemon is locked")
	}
	if found := searchMemory(t, p); found != 1 {
		t.Errorf("the token is %d times in memory, want once", found)
	}
}

// configure writes the settings.
func (p *place) configure(t *testing.T, text string) {
	t.Helper()
	path := filepath.Join(p.home, ".config", "bento-cred", "config.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
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
	text := make([]byte, chunk+len(needle)-1)
	for at := begin; at < end; at += chunk { // with one byte less than a needle of the next
		n, _ := memory.ReadAt(text[:min(int64(len(text)), end-at)], at) // what is not there reads as nothing
		found += bytes.Count(text[:n], needle)
	}
	return found
}
