package helper

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/bento-cred/bento-cred/helper/protocol/shell"
)

// seen is what /proc shows of one process.
type seen struct {
	exe  string // empty: it cannot be read
	stat string // empty: there is no such process
}

func TestGuess(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no /proc to make up")
	}
	tests := map[string]struct {
		processes map[int]seen
		parent    int
		shell     string // SHELL
		want      shell.Dialect
	}{
		"the parent": {
			processes: map[int]seen{9: {exe: "/usr/bin/fish", stat: "9 (fish) S 8 9 9"}},
			parent:    9, shell: "/bin/bash", want: shell.Fish,
		},
		"a script's name does not count": {
			processes: map[int]seen{9: {exe: "/usr/bin/bash", stat: "9 (fish) S 8 9 9"}},
			parent:    9, want: shell.Bash,
		},
		"a shell that is a script": {
			processes: map[int]seen{9: {exe: "/usr/bin/python3.11", stat: "9 (xonsh) S 8 9 9"}},
			parent:    9, want: shell.Xonsh,
		},
		"an upgraded shell": {
			processes: map[int]seen{9: {exe: "/usr/bin/elvish (deleted)", stat: "9 (x) S 8 9 9"}},
			parent:    9, want: shell.Elvish,
		},
		"make between": {
			processes: map[int]seen{
				9: {exe: "/usr/bin/make", stat: "9 (make) S 8 9 9"},
				8: {exe: "/usr/bin/node", stat: "8 (npm run (x) y) S 7 9 9"},
				7: {exe: "/usr/bin/tcsh", stat: "7 (tcsh) S 1 9 9"},
			},
			parent: 9, shell: "/bin/bash", want: shell.Tcsh,
		},
		"a shell that is process 1": {
			processes: map[int]seen{1: {exe: "/bin/busybox", stat: "1 (sh) S 0 1 1"}},
			parent:    1, shell: "/bin/fish", want: shell.Sh,
		},
		"a program called cmd": {
			processes: map[int]seen{
				9: {exe: "/srv/cmd", stat: "9 (cmd) S 8 9 9"},
				8: {exe: "/bin/zsh", stat: "8 (zsh) S 1 9 9"},
			},
			parent: 9, want: shell.Bash,
		},
		"another user's process": {
			processes: map[int]seen{9: {stat: "9 (yash) S 8 9 9"}},
			parent:    9, want: shell.Yash,
		},
		"no shell above": {
			processes: map[int]seen{
				9: {exe: "/usr/bin/make", stat: "9 (make) S 1 9 9"},
				1: {exe: "/sbin/init", stat: "1 (init) S 0 9 9"},
			},
			parent: 9, shell: "/usr/bin/fish", want: shell.Fish,
		},
		"an endless line": {
			processes: map[int]seen{9: {exe: "/usr/bin/make", stat: "9 (make) S 9 9 9"}},
			parent:    9, shell: "/bin/nu", want: shell.JSON,
		},
		"a line that is none": {
			processes: map[int]seen{9: {exe: "/usr/bin/make", stat: "9 )make( S"}},
			parent:    9, shell: "/bin/tcsh", want: shell.Tcsh,
		},
		"a line cut short": {
			processes: map[int]seen{9: {exe: "/usr/bin/make", stat: "9 (make) S x"}},
			parent:    9, shell: "/bin/tcsh", want: shell.Tcsh,
		},
		"no /proc":           {parent: 9, shell: "/bin/zsh", want: shell.Bash},
		"no /proc, no shell": {parent: 9, shell: "/usr/sbin/nologin", want: shell.Sh},
		"nothing":            {parent: 0, want: shell.Sh},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			proc := t.TempDir()
			for pid, p := range test.processes {
				dir := filepath.Join(proc, strconv.Itoa(pid))
				makeProcess(t, dir, p)
			}
			getenv := func(string) string { return test.shell }
			if got := guess(proc, test.parent, getenv); got != test.want {
				t.Errorf("guessed %v, want %v", got, test.want)
			}
		})
	}
}

func makeProcess(t *testing.T, dir string, p seen) {
	t.Helper()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "stat"), []byte(p.stat+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if p.exe == "" {
		return
	}
	if err := os.Symlink(p.exe, filepath.Join(dir, "exe")); err != nil {
		t.Fatal(err)
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add("7 (name) S 6 7 7")
	f.Add("7 (a ) b ( c) S 6")
	f.Add("7 )(")
	f.Add("7 (x) S 99999999999999999999")
	f.Fuzz(func(t *testing.T, line string) {
		name, parent := parseStat(line)
		if parent == 0 && name == "" {
			return
		}
		again, above := parseStat("1 (" + name + ") S " + strconv.Itoa(parent) + " 0")
		if again != name || above != parent {
			t.Errorf("%q gave %q, %d, which gives %q, %d", line, name, parent, again, above)
		}
	})
}
