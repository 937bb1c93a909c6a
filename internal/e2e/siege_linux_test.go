package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/ipc"
)

// siegeVariable is how long the daemon is laid siege to, as in `make siege`; without it each
// siege is short, to show that it still can be laid.
const siegeVariable = "BENTO_CRED_SIEGE"

// siegeTime returns how long a siege lasts, and whether it is a real one.
func siegeTime(t *testing.T) (time.Duration, bool) {
	t.Helper()
	text := os.Getenv(siegeVariable)
	if text == "" {
		return 3 * time.Second, false
	}
	lasts, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return lasts, true
}

// burden is what a process takes of the system.
type burden struct {
	memory      int // resident, in KiB
	descriptors int
	threads     int
}

// burdenOf returns the burden of the process with that id.
func burdenOf(t *testing.T, pid int) burden {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	number := func(name string) int {
		_, rest, _ := strings.Cut(string(status), "\n"+name+":")
		n, _ := strconv.Atoi(strings.Fields(rest + " 0")[0]) // 0 where it is not told
		return n
	}
	files, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid)) // none for who may not look
	return burden{memory: number("VmRSS"), descriptors: len(files), threads: number("Threads")}
}

// besiege has many helpers ask for the token, each again and again, until ctx ends, and
// returns how often they were answered and what went wrong.
func besiege(ctx context.Context, p *place, helpers int) (answered int64, failures []string) {
	var count atomic.Int64
	var mu sync.Mutex
	var all sync.WaitGroup
	for range helpers {
		all.Go(func() {
			for ctx.Err() == nil {
				cmd := p.command(context.WithoutCancel(ctx), ipc.ProgramHelper, "token")
				var complaint strings.Builder
				cmd.Stderr = &complaint
				out, err := cmd.Output()
				if err == nil && string(out) == tokenDeveloper {
					count.Add(1)
					continue
				}
				mu.Lock()
				failures = append(failures, fmt.Sprintf("%v, %d bytes: %s", err, len(out), complaint.String()))
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return count.Load(), failures
}

// TestSiege has a thousand helpers ask at the same time, again and again: each is answered,
// and the daemon takes no more of the system at the end than when it was warm.
func TestSiege(t *testing.T) {
	lasts, real := siegeTime(t)
	helpers := 100
	if real {
		helpers = 1000
	}
	p, cloud := newHome(t)
	p.login(t, cloud.URL(), "default", tokenDeveloper)
	pid, err := pidAt(filepath.Join(p.root, "s"))
	if err != nil {
		t.Fatal(err)
	}
	lay := func(lasts time.Duration) int64 {
		ctx, cancel := context.WithTimeout(t.Context(), lasts)
		defer cancel()
		answered, failures := besiege(ctx, p, helpers)
		for i, failure := range failures {
			if i < 5 {
				t.Errorf("a helper was not answered: %s", failure)
			}
		}
		return answered
	}
	lay(lasts / 3)
	time.Sleep(time.Second) // for what is quiet to be closed
	warm := burdenOf(t, pid)
	answered := lay(lasts)
	time.Sleep(time.Second)
	after := burdenOf(t, pid)
	t.Logf("%d helpers at a time, %v: %d answered; warm %+v, after %+v", helpers, lasts, answered, warm, after)
	if now, err := pidAt(filepath.Join(p.root, "s")); err != nil || now != pid {
		t.Errorf("it is another daemon by now: %d, not %d: %v", now, pid, err)
	}
	if after.descriptors > warm.descriptors+2 {
		t.Errorf("descriptors grew: %+v, then %+v", warm, after)
	}
	if after.memory > warm.memory*3/2+4096 {
		t.Errorf("memory grew: %+v, then %+v", warm, after)
	}
	if n := goroutines(t, p, pid); n > mostGoroutines {
		t.Errorf("%d goroutines are left, want at most %d", n, mostGoroutines)
	}
}

// mostGoroutines is more than an idle daemon has, and less than would be left if each of a
// hundred helpers left one.
const mostGoroutines = 40

// goroutines returns how many goroutines a daemon has, which ends by that: its runtime says so
// in the log. No token may stand there.
func goroutines(t *testing.T, p *place, pid int) int {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	if !awaitEnd(pid) {
		t.Fatal("it does not end")
	}
	text, err := os.ReadFile(ipc.LogPath(filepath.Join(p.root, "s")))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), tokenDeveloper) {
		t.Error("the stacks show a token")
	}
	n := len(regexp.MustCompile(`(?m)^goroutine \d+ .*\[`).FindAll(text, -1))
	if n == 0 {
		t.Error("the log has no stacks")
	}
	return n
}

// TestSiegeOfTenThousand has ten thousand connections made and held open, silent: the daemon
// lets go of the quietest, and who asks is answered all the same.
func TestSiegeOfTenThousand(t *testing.T) {
	const connections = 10_000
	allowFiles(t, connections+1000)
	p, cloud := newHome(t)
	p.login(t, cloud.URL(), "default", tokenDeveloper)
	socket := filepath.Join(p.root, "s")
	pid, err := pidAt(socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	type outcome struct {
		answered int64
		failures []string
	}
	asked := make(chan outcome, 1)
	go func() {
		answered, failures := besiege(ctx, p, 4)
		asked <- outcome{answered, failures}
	}()
	var held []net.Conn
	for late := time.Now().Add(patience); len(held) < connections; {
		conn, err := net.Dial("unix", socket)
		if errors.Is(err, syscall.EAGAIN) && time.Now().Before(late) {
			time.Sleep(time.Millisecond) // so many wait at the door that the kernel takes no more
			continue
		}
		if err != nil {
			t.Errorf("after %d: %v", len(held), err)
			break
		}
		held = append(held, conn)
	}
	for range 20 {
		p.token(t, "with ten thousand at the door")
	}
	cancel()
	got := <-asked
	for _, conn := range held {
		_ = conn.Close() // it was only held
	}
	t.Logf("%d connections; meanwhile %d helpers were answered", len(held), got.answered)
	if len(got.failures) > 0 {
		t.Errorf("%d helpers were not answered: %s", len(got.failures), got.failures[0])
	}
	if now, err := pidAt(socket); err != nil || now != pid {
		t.Errorf("it is another daemon by now: %v", err)
	}
	after := burdenOf(t, pid)
	for late := time.Now().Add(patience); after.descriptors > 100 && time.Now().Before(late); time.Sleep(pause) {
		after = burdenOf(t, pid) // it learns of each that is gone, and that takes a while
	}
	if after.descriptors > 100 {
		t.Errorf("after all are gone: %+v", after)
	}
}

// allowFiles raises the number of files that this process may have open.
func allowFiles(t *testing.T, n uint64) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if limit.Max < n {
		t.Skipf("no more than %d files may be open here", limit.Max)
	}
	if limit.Cur < n {
		limit.Cur = n
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSiegeWithKills kills the daemon at random moments while helpers ask: whoever gets an
// answer gets the right one, nothing that was kept is lost, and the record of decisions goes
// on without a break.
func TestSiegeWithKills(t *testing.T) {
	kills := 10
	if _, real := siegeTime(t); real {
		kills = 200
	}
	p, cloud := newHome(t)
	p.login(t, cloud.URL(), "default", tokenDeveloper)
	p.login(t, cloud.URL(), "other", tokenDeveloper)
	p.run(t, p.root, "", ipc.ProgramHelper, "context", "use", "default")
	socket := filepath.Join(p.root, "s")
	ctx, cancel := context.WithCancel(t.Context())
	type outcome struct {
		answered int64
		failures []string
	}
	asked := make(chan outcome, 1)
	go func() {
		answered, failures := besiege(ctx, p, 16)
		asked <- outcome{answered, failures}
	}()
	random := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	killed := 0
	for killed < kills && ctx.Err() == nil {
		time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
		pid, err := pidAt(socket)
		if err != nil {
			continue // the next one is on its way
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err == nil {
			killed++
		} else if !errors.Is(err, syscall.ESRCH) {
			t.Fatal(err)
		}
	}
	cancel()
	got := <-asked
	t.Logf("killed %d times; %d helpers were answered, %d were not", killed, got.answered, len(got.failures))
	if len(got.failures) > 0 {
		t.Errorf("%d helpers were not answered, though another daemon came: %s", len(got.failures), got.failures[0])
	}
	p.compare(t, map[string]bool{"default": true, "other": true})
	if out := p.run(t, p.root, "", ipc.ProgramHelper, "log", "verify"); !strings.Contains(out, "whole\tyes") {
		t.Errorf("the record is not whole: %s", out)
	}
	if left, err := exec.Command("find", p.home, "-name", ".new-*").Output(); err == nil && len(left) > 0 {
		t.Logf("half-written files that nobody reads: %s", left)
	}
}
