package ancestry

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// family returns a Family that is closed when the test ends.
func family(t *testing.T) *Family {
	t.Helper()
	f := new(Family)
	t.Cleanup(f.Close)
	return f
}

// TestRemembered: what is remembered is what would be found.
func TestRemembered(t *testing.T) {
	t.Parallel()
	outer, inner, _ := start(t, false)
	f := family(t)
	anew := f.Whole(inner)
	if f.elders.them[outer] == nil {
		t.Fatalf("%d is not remembered: %+v", outer, anew)
	}
	if _, known := f.elders.above(anew.Chain[0]); !known {
		t.Error("what it descends from is not known")
	}
	if again := f.Whole(inner); !reflect.DeepEqual(again, anew) {
		t.Errorf("remembered: %+v\nanew: %+v", again, anew)
	}
	f.Close()
	if again := f.Whole(inner); !reflect.DeepEqual(again, anew) {
		t.Errorf("after it was forgotten: %+v\nbefore: %+v", again, anew)
	}
}

// TestRememberedProgram: a process that becomes another program is told as that.
func TestRememberedProgram(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script := `/bin/sh -c 'echo $$ >pid; mv pid told; sleep 60; :' & read word <turn; exec /bin/sleep 60`
	if err := syscall.Mkfifo(filepath.Join(dir, "turn"), 0o600); err != nil {
		t.Fatal(err)
	}
	startSession(t, dir, "/bin/sh", "-c", script)
	inner := awaitNumber(t, filepath.Join(dir, "told"))
	f := family(t)
	before := f.Whole(inner).Chain[1]
	if err := os.WriteFile(filepath.Join(dir, "turn"), []byte("now\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for late := time.Now().Add(10 * time.Second); time.Now().Before(late); time.Sleep(5 * time.Millisecond) {
		after := f.Whole(inner).Chain[1]
		if !after.Same(before) {
			t.Fatalf("%+v is not %+v", after, before)
		}
		if after.Executable != before.Executable && filepath.Base(after.Executable) != "" {
			return
		}
	}
	t.Errorf("it is told to run %s still", before.Executable)
}

// TestRememberedParentEnds: who descends from one that has ended is looked up anew, and told to
// descend from who adopted it.
func TestRememberedParentEnds(t *testing.T) {
	t.Parallel()
	outer, inner, _ := start(t, false)
	f := family(t)
	if chain := f.Whole(inner).Chain; chain[1].PID != outer {
		t.Fatalf("%+v", chain)
	}
	if err := syscall.Kill(outer, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for late := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		chain := f.Whole(inner).Chain
		if len(chain) == 1 || len(chain) > 1 && chain[1].PID != outer {
			break // nobody waited for it yet, so its number is still its own
		}
		if time.Now().After(late) {
			t.Fatalf("it is still told to descend from %d: %+v", outer, chain)
		}
	}
	_ = syscall.Kill(inner, syscall.SIGKILL)
}

// TestRememberedNumber: a number that is another process's by now is not taken for the one that
// had it.
func TestRememberedNumber(t *testing.T) {
	t.Parallel()
	outer, inner, _ := start(t, false)
	f := family(t)
	f.Whole(inner)
	ended := exec.Command("/bin/sleep", "60")
	if err := ended.Start(); err != nil {
		t.Fatal(err)
	}
	stranger, err := process(ended.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	held := hold(stranger, nil)
	if held == nil {
		t.Fatal("it cannot be held")
	}
	_ = ended.Process.Kill()
	_ = ended.Wait()
	// As if outer's number had been the stranger's.
	f.elders.them[outer].close()
	held.PID, held.Started = outer, 1
	f.elders.them[outer] = held
	chain := f.Whole(inner).Chain
	if len(chain) < 3 || chain[1].PID != outer || chain[1].Started == 1 {
		t.Errorf("%+v", chain)
	}
	if kept := f.elders.them[outer]; kept == nil || kept.Started == 1 {
		t.Errorf("%+v is remembered", kept)
	}
}

// TestRememberedByMany has many look up at the same time, while everything is forgotten again
// and again.
func TestRememberedByMany(t *testing.T) {
	t.Parallel()
	_, inner, _ := start(t, false)
	f := family(t)
	want := f.Whole(inner)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				if got := f.Whole(inner); !reflect.DeepEqual(got, want) {
					t.Errorf("%+v, want %+v", got, want)
					return
				}
			}
		})
	}
	for range 200 {
		f.Close()
	}
	all.Wait()
}

// TestBrief: what is told briefly is what is told at length, but for what is left out.
func TestBrief(t *testing.T) {
	t.Parallel()
	outer, inner, _ := start(t, false)
	pidfd, err := unix.PidfdOpen(inner, 0)
	if err != nil {
		t.Skip("no pidfds here: ", err)
	}
	defer func() { _ = unix.Close(pidfd) }()
	var info unix.PidfdInfo
	if err := unix.IoctlPidfdInfo(pidfd, &info); err != nil {
		t.Skip("a pidfd does not tell the parent here: ", err)
	}
	f := family(t)
	first := f.Of(inner, pidfd)
	if first.Brief || len(first.Chain) < 3 {
		t.Fatalf("of what nothing is remembered: %+v", first)
	}
	want := first
	want.Brief, want.Terminal = true, ""
	self := first.Chain[0]
	want.Chain = append([]Process{{PID: inner, Executable: self.Executable, parent: outer}}, first.Chain[1:]...)
	if got := f.Of(inner, pidfd); !reflect.DeepEqual(got, want) {
		t.Errorf("briefly: %+v\nwant: %+v", got, want)
	}
	if got := f.Of(inner, -1); !reflect.DeepEqual(got, first) {
		t.Errorf("without a pidfd: %+v\nwant: %+v", got, first)
	}
	if err := syscall.Kill(outer, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for late := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		chain := f.Of(inner, pidfd).Chain
		if len(chain) < 2 || chain[1].PID != outer {
			break
		}
		if time.Now().After(late) {
			t.Fatalf("it is still told to descend from %d: %+v", outer, chain)
		}
	}
	_ = syscall.Kill(inner, syscall.SIGKILL)
}
