package shell_test

import (
	"encoding/hex"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/helper/protocol/shell"
	"github.com/bento-cred/bento-cred/internal/realpart"
)

// dumpVariable makes the test binary print its environment instead of testing.
const dumpVariable = "SHELL_TEST_DUMP"

func TestMain(m *testing.M) {
	if os.Getenv(dumpVariable) != "" {
		dump()
		return
	}
	os.Exit(m.Run())
}

// dump prints the environment as lines of name=hex, which no value can break.
func dump() {
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		if _, err := os.Stdout.WriteString(name + "=" + hex.EncodeToString([]byte(value)) + "\n"); err != nil {
			os.Exit(1)
		}
	}
}

// realShell is a shell to be run, and the ways to evaluate what ./print prints in it.
type realShell struct {
	command []string // a script is added as the last argument
	dialect string
	// evaluate are the ways, by a name for each.
	evaluate map[string]string
	// status prints the status of the evaluation; empty for a shell that stops at once.
	status string
	// sh is for shells that read the sh dialect too.
	sh bool
}

// posix are the ways that all POSIX shells share; each takes an option more or less.
func posix(more map[string]string) map[string]string {
	ways := map[string]string{
		"unquoted":    "eval $(./print)",
		"quoted":      `eval "$(./print)"`,
		"nounset":     "set -u; eval $(./print)",
		"no IFS":      "IFS=; eval $(./print)",
		"quoted, IFS": `IFS=":/0"; eval "$(./print)"`,
		"backquotes":  "eval `./print`",
		"function":    "f() { eval $(./print); }; f",
	}
	for name, way := range more {
		ways[name] = way
	}
	return ways
}

var realShells = map[string]realShell{
	"dash":  {command: []string{"dash", "-c"}, dialect: "dash", evaluate: posix(nil), status: `echo "$?"`, sh: true},
	"ksh93": {command: []string{"ksh93", "-c"}, dialect: "ksh93", evaluate: posix(nil), status: `echo "$?"`, sh: true},
	"mksh":  {command: []string{"mksh", "-c"}, dialect: "mksh", evaluate: posix(nil), status: `echo "$?"`, sh: true},
	"yash":  {command: []string{"yash", "-c"}, dialect: "yash", evaluate: posix(nil), status: `echo "$?"`},
	"busybox": {
		command: []string{"busybox", "sh", "-c"}, dialect: "busybox", evaluate: posix(nil), status: `echo "$?"`, sh: true,
	},
	"bash": {
		command: []string{"bash", "-c"}, dialect: "bash", status: `echo "$?"`, sh: true,
		evaluate: posix(map[string]string{
			"failglob": "shopt -s failglob; eval $(./print)",
			"nullglob": "shopt -s nullglob extglob globstar; eval $(./print)",
			"posix":    "set -o posix; eval $(./print)",
			"history":  "set -H; eval $(./print)",
		}),
	},
	"zsh": {
		command: []string{"zsh", "-f", "-c"}, dialect: "zsh", status: `echo "$?"`, sh: true,
		evaluate: posix(map[string]string{"sh split": "setopt SH_WORD_SPLIT; eval $(./print)"}),
	},
	"zsh, all globbing": {
		command: []string{"zsh", "-f", "-o", "GLOB_SUBST", "-o", "EXTENDED_GLOB", "-c"}, dialect: "zsh", status: `echo "$?"`,
		evaluate: posix(nil),
	},
	"fish": {
		command: []string{"fish", "-N", "-c"}, dialect: "fish", status: "echo $status",
		evaluate: map[string]string{
			"unquoted": "eval (./print)", "dollar": "eval $(./print)", "quoted": `eval "$(./print)"`, "source": "./print | source",
		},
	},
	"tcsh": {
		command: []string{"tcsh", "-f", "-c"}, dialect: "tcsh", status: "echo $status",
		evaluate: map[string]string{"unquoted": "eval `./print`", "quoted": "eval \"`./print`\""},
	},
	"elvish": {
		command: []string{"elvish", "-norc", "-c"}, dialect: "elvish",
		evaluate: map[string]string{"lines": "eval (./print)", "slurp": "eval (./print | slurp)"},
	},
	"nu": {
		command: []string{"nu", "-n", "-c"}, dialect: "nu",
		evaluate: map[string]string{"load-env": "./print | from json | load-env"},
	},
	"xonsh": {
		command: []string{"xonsh", "--no-rc", "-c"}, dialect: "xonsh",
		evaluate: map[string]string{"execx": "execx($(./print))"},
	},
}

// forEachWay runs test for every way in every shell that is installed, in its own
// dialect, and in sh's where the shell is a POSIX one.
func forEachWay(t *testing.T, test func(t *testing.T, sh realShell, d shell.Dialect, way string)) {
	for name, sh := range realShells {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			realpart.Need(t, sh.command[0])
			dialects := []string{sh.dialect}
			if sh.sh && sh.dialect != "sh" {
				dialects = append(dialects, "sh")
			}
			for _, dialect := range dialects {
				d, _ := shell.Lookup(dialect)
				for name, way := range sh.evaluate {
					t.Run(d.String()+" "+name, func(t *testing.T) { test(t, sh, d, way) })
				}
			}
		})
	}
}

// TestRealExport sets every value in every shell and asks a child process what arrived.
func TestRealExport(t *testing.T) {
	forEachWay(t, func(t *testing.T, sh realShell, d shell.Dialect, way string) {
		vars := carried(d, everyValue())
		code, err := d.AppendExport(nil, vars)
		if err != nil {
			t.Fatal(err)
		}
		out, err := run(t, sh, code, way+"\n./dump", nil)
		if err != nil {
			t.Errorf("running the shell: %v", err)
		}
		compare(t, vars, environment(t, out))
	})
}

func TestRealUnset(t *testing.T) {
	forEachWay(t, func(t *testing.T, sh realShell, d shell.Dialect, way string) {
		code, err := d.AppendUnset(nil, []string{"VA", "VB", "NEVER_SET"})
		if err != nil {
			t.Fatal(err)
		}
		script := way + "\n" + sh.status + "\n./dump"
		out, err := run(t, sh, code, script, []string{"VA=a", "VB=b", "VC=c"})
		if err != nil {
			t.Errorf("running the shell: %v", err)
		}
		if sh.status != "" && !strings.HasPrefix(out, "0\n") {
			t.Errorf("status is not 0: %q", strings.SplitN(out, "\n", 2)[0])
		}
		got := environment(t, out)
		if _, ok := got["VA"]; ok {
			t.Error("VA is still set")
		}
		if _, ok := got["VB"]; ok {
			t.Error("VB is still set")
		}
		if got["VC"] != "c" {
			t.Errorf("VC is %q, want it untouched", got["VC"])
		}
	})
}

// TestRealFailure evaluates the failure text although ./print itself succeeds, so that
// the text alone has to do it.
func TestRealFailure(t *testing.T) {
	forEachWay(t, func(t *testing.T, sh realShell, d shell.Dialect, way string) {
		out, err := run(t, sh, d.AppendFailure(nil, 3), way+"\n"+sh.status+"\necho after", nil)
		if sh.status == "" {
			if err == nil || strings.Contains(out, "after") {
				t.Errorf("the shell went on: error %v, output %q", err, out)
			}
			return
		}
		if want := "3\nafter\n"; out != want {
			t.Errorf("output %q, want %q", out, want)
		}
	})
}

func TestRealFailureStopsErrexit(t *testing.T) {
	for _, name := range []string{"dash", "bash", "zsh", "ksh93", "mksh", "yash", "busybox"} {
		t.Run(name, func(t *testing.T) {
			sh := realShells[name]
			realpart.Need(t, sh.command[0])
			out, err := run(t, sh, shell.Sh.AppendFailure(nil, 3), "set -e; eval $(./print); echo after", nil)
			if err == nil || out != "" {
				t.Errorf("the shell went on: error %v, output %q", err, out)
			}
		})
	}
}

// run evaluates code by script, in a folder full of files for a pattern to find.
func run(t *testing.T, sh realShell, code []byte, script string, env []string) (string, error) {
	t.Helper()
	files := map[string][]byte{"code": code, "print": []byte("#!/bin/sh\nexec cat ./code\n")}
	for _, bait := range []string{"a", "b", "c", "ab", "x", "-n", "one", "space", "export", "A=1", "V0=1", "{a", "[ab]"} {
		files[bait] = nil
	}
	command := append(append([]string{}, sh.command...), script)
	return runIn(t, folder(t, files), command, env)
}

// runIn runs command in dir with little more than env in its environment, and returns
// what it printed.
func runIn(t *testing.T, dir string, command, env []string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Dir = dir
	// A program under the race detector sleeps for a second when it ends, unless told.
	cmd.Env = append([]string{
		"GORACE=atexit_sleep_ms=0",
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8",
		"DBUS_SESSION_BUS_ADDRESS=disabled:", dumpVariable + "=1",
	}, env...)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("stderr: %.2000s", complaint.String())
		}
	})
	out, err := cmd.Output()
	return string(out), err
}

// compare reports every one of vars that is not in env with its value.
func compare(t *testing.T, vars []shell.Variable, env map[string]string) {
	t.Helper()
	for _, v := range vars {
		if value, ok := env[v.Name]; !ok || value != v.Value {
			t.Errorf("%q arrived as %q (there: %v)", v.Value, value, ok)
		}
	}
}

// environment reads what dump printed.
func environment(t *testing.T, out string) map[string]string {
	t.Helper()
	env := map[string]string{}
	for line := range strings.Lines(out) {
		name, encoded, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if !ok {
			continue
		}
		value, err := hex.DecodeString(encoded)
		if err != nil {
			t.Fatalf("reading the dumped environment: %v", err)
		}
		env[name] = string(value)
	}
	return env
}
