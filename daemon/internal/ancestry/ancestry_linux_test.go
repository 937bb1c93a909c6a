package ancestry

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

func TestParse(t *testing.T) {
	t.Parallel()
	const rest = ") S 41 42 43 34817 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000 10\n"
	tests := map[string]struct {
		stat string
		want Process
		ok   bool
	}{
		"plain":             {"77 (sh" + rest, Process{PID: 77, Started: 98765, Terminal: 34817, parent: 41, session: 43}, true},
		"brackets":          {"77 (a) S 1 1 (b" + rest, Process{PID: 77, Started: 98765, Terminal: 34817, parent: 41, session: 43}, true},
		"a line feed":       {"77 (a\nb" + rest, Process{PID: 77, Started: 98765, Terminal: 34817, parent: 41, session: 43}, true},
		"nothing":           {"", Process{}, false},
		"no name":           {"77 S 1 2 3", Process{}, false},
		"brackets reversed": {")(", Process{}, false},
		"cut off":           {"77 (sh) S 41 42 43", Process{}, false},
		"no number":         {strings.Replace("77 (sh"+rest, "98765", "x", 1), Process{}, false},
		"a session's manager": {
			"77 (systemd" + strings.Replace(rest, " 41 ", " 1 ", 1),
			Process{PID: 77, Started: 98765, Terminal: 34817, parent: 1, session: 43, manager: true},
			true,
		},
	}
	for name, test := range tests {
		got, ok := parse(77, []byte(test.stat))
		if ok != test.ok || got != test.want {
			t.Errorf("%s: %+v, %t; want %+v, %t", name, got, ok, test.want, test.ok)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("77 (sh) S 41 42 43 34817 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000"))
	f.Add([]byte(")("))
	f.Fuzz(func(t *testing.T, stat []byte) {
		if p, ok := parse(5, stat); ok && p.PID != 5 {
			t.Errorf("%+v", p)
		}
	})
}

func TestTerminal(t *testing.T) {
	t.Parallel()
	for number, want := range map[uint64]string{
		0: "", 136<<8 | 3: "/dev/pts/3", 137<<8 | 1: "/dev/pts/257", 4<<8 | 1: "/dev/tty1", 4<<8 | 64: "/dev/ttyS0", 5 << 8: "",
	} {
		if got := terminal(Process{Terminal: number}); got != want {
			t.Errorf("%#x is %q, want %q", number, got, want)
		}
	}
}

// start starts a shell that runs another one, on a terminal of its own or on none, and
// returns the number of the inner one.
func start(t *testing.T, onTerminal bool) (outer, inner int, dir string) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/bin/sh", "-c", `/bin/sh -c 'echo $$ >pid; mv pid told; sleep 60; :'; :`)
	cmd.Dir = dir
	if onTerminal {
		master, err := pty.Start(cmd)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = master.Close() })
	} else {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it leads a session
		_ = cmd.Wait()
	})
	return cmd.Process.Pid, awaitNumber(t, filepath.Join(dir, "told")), dir
}

func TestOf(t *testing.T) {
	t.Parallel()
	for name, onTerminal := range map[string]bool{"on a terminal": true, "on none": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			outer, inner, dir := start(t, onTerminal)
			found := new(Family).Whole(inner)
			if len(found.Chain) < 3 {
				t.Fatalf("%+v", found)
			}
			shell, err := filepath.EvalSymlinks("/bin/sh")
			if err != nil {
				t.Fatal(err)
			}
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range []Process{
				{PID: inner, Executable: shell}, {PID: outer, Executable: shell}, {PID: os.Getpid(), Executable: self},
			} {
				if got := found.Chain[i]; got.PID != want.PID || got.Executable != want.Executable || got.Started == 0 {
					t.Errorf("process %d is %+v, want %+v", i, got, want)
				}
			}
			if found.Directory != dir {
				t.Errorf("directory %q, want %q", found.Directory, dir)
			}
			if strings.HasPrefix(found.Terminal, "/dev/pts/") != onTerminal {
				t.Errorf("terminal %q", found.Terminal)
			}
			tree := found.Chain[len(found.Chain)-1].PID
			if onTerminal {
				tree = outer
			}
			if found.Tree().PID != tree {
				t.Errorf("the tree is that of %+v, want %d", found.Tree(), tree)
			}
			if !Running(found.Chain[0]) {
				t.Error("the process is said not to run")
			}
			if other := found.Chain[0]; Running(Process{PID: other.PID, Started: other.Started + 1}) {
				t.Error("another process of that number is taken for it")
			}
		})
	}
}

// TestLongChain: what descends from too many is told to.
func TestLongChain(t *testing.T) {
	t.Parallel()
	for depth, incomplete := range map[int]bool{40: false, maxChain + 10: true} {
		dir := t.TempDir()
		script := filepath.Join(dir, "deep")
		if err := os.WriteFile(script, []byte(`if [ $1 -eq 0 ]; then echo $$ >pid; mv pid told; sleep 60; exit; fi
sh "$0" $(($1 - 1)); :
`), 0o600); err != nil {
			t.Fatal(err)
		}
		startSession(t, dir, "/bin/sh", script, strconv.Itoa(depth))
		found := new(Family).Whole(awaitNumber(t, filepath.Join(dir, "told")))
		if errors.Is(found.Trouble, ErrLong) != incomplete || len(found.Chain) < min(depth, maxChain) {
			t.Errorf("%d deep: %d are told, trouble %v", depth, len(found.Chain), found.Trouble)
		}
	}
}

// startSession starts a command in a session of its own, which ends with the test.
func startSession(t *testing.T, dir, program string, args ...string) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it leads a session
		_ = cmd.Wait()
	})
}

// TestNobody: a process that is not there has no ancestry.
func TestNobody(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("/bin/true")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	gone := new(Family).Whole(cmd.Process.Pid)
	if gone.Trouble != nil || len(gone.Chain) > 0 || gone.Tree() != (Process{}) || gone.Directory != "" {
		t.Errorf("%+v", gone)
	}
}

// BenchmarkOf tells what a credential pays for it.
func BenchmarkOf(b *testing.B) {
	for name, family := range map[string]func() *Family{
		"remembered": sync.OnceValue(func() *Family { return new(Family) }),
		"anew":       func() *Family { return new(Family) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f := family()
				f.Whole(os.Getpid())
				if name == "anew" {
					f.Close()
				}
			}
		})
	}
}

// awaitNumber returns the number in a file that is about to be there.
func awaitNumber(t *testing.T, path string) int {
	t.Helper()
	for late := time.Now().Add(20 * time.Second); time.Now().Before(late); time.Sleep(5 * time.Millisecond) {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		number, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		return number
	}
	t.Fatal("the shell did not say its number")
	return 0
}
