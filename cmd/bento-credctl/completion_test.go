//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/internal/realpart"
)

// onPath returns environ with this test's program on PATH as bento-cred.
func onPath(t *testing.T, environ []string) []string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "bento-cred")); err != nil {
		t.Fatal(err)
	}
	return append(environ, asProgram+"=1", "PATH="+dir+":"+os.Getenv("PATH"))
}

// script writes the completion script for shell to a file and returns its path.
func script(t *testing.T, shell string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), shell)
	if err := os.WriteFile(path, []byte(ok(t, noDaemon(t), "completion", shell)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// completions is what a line before the cursor completes to: some of the words.
var completions = map[string][]string{
	"bento-cred con":                     {"context", "config"},
	"bento-cred en":                      {"env"},
	"bento-cred exe":                     {"exec"},
	"bento-cred context use ":            {"default", "staging"},
	"bento-cred context use s":           {"staging"},
	"bento-cred env --context st":        {"staging"},
	"bento-cred env --sh":                {"--shell"},
	"bento-cred exec --ma":               {"--mask"},
	"bento-cred env --shell z":           {"zsh"},
	"bento-cred store migrate sec":       {"secret-service"},
	"bento-cred cloud current-context -": {"--show-token"},
}

func wantWords(t *testing.T, line, words string, want []string) {
	t.Helper()
	got := strings.Fields(words)
	for _, word := range want {
		if !slices.Contains(got, word) {
			t.Errorf("%q completes to %q, want %q among it", line, words, want)
		}
	}
}

func TestFishCompletion(t *testing.T) {
	t.Parallel()
	realpart.Need(t, "fish")
	environ := onPath(t, serve(t, withContexts(t, "default", "staging")))
	path := script(t, "fish")
	for line, want := range completions {
		cmd := exec.CommandContext(t.Context(), "fish", "--no-config", "-c", `source $argv[1]; complete -C $argv[2]`, path, line)
		cmd.Env = environ
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		wantWords(t, line, string(out), want)
	}
}

// bashDriver loads the script, and the package bash-completion where its second
// argument names it, and completes a line that has its words in the others.
const bashDriver = `
source "$1" || exit 3
if [ -n "$2" ]; then source "$2"; fi
COMP_LINE=$3 COMP_POINT=${#3}
shift 3
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_TYPE=9
__start_bento-cred || exit 4
printf '%s\n' "${COMPREPLY[@]}"
`

func TestBashCompletion(t *testing.T) {
	t.Parallel()
	realpart.Need(t, "bash")
	environ := onPath(t, serve(t, withContexts(t, "default", "staging")))
	path := script(t, "bash")
	libraries := map[string]string{"bash alone": ""}
	const library = "/usr/share/bash-completion/bash_completion"
	if _, err := os.Stat(library); err == nil {
		libraries["with bash-completion"] = library
	}
	for name, library := range libraries {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for line, want := range completions {
				args := []string{"--norc", "-c", bashDriver, "bash", path, library, line}
				cmd := exec.CommandContext(t.Context(), "bash", append(args, strings.Split(line, " ")...)...)
				cmd.Env = environ
				out, err := cmd.CombinedOutput()
				if err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				wantWords(t, line, string(out), want)
			}
		})
	}
}

// TestZshCompletion presses the Tab key: zsh completes nowhere but in its line editor.
func TestZshCompletion(t *testing.T) {
	t.Parallel()
	realpart.Need(t, "zsh")
	environ := onPath(t, serve(t, withContexts(t, "default", "staging")))
	cmd := exec.CommandContext(t.Context(), "zsh", "-f", "-i")
	cmd.Env = append(environ, "TERM=dumb", "PS1=ready> ")
	s := start(t, cmd)
	s.await("ready> ")
	s.typed("autoload -U compinit && compinit -u -D && source " + script(t, "zsh") + " && echo loa''ded\n")
	s.await("loaded")
	s.typed("bento-cred cont\t")
	s.await("context")
	s.typed("us\t")
	s.await("use ")
	s.typed("st\t")
	s.await("staging ")
	s.typed("\x15bento-cred con\t\t")
	s.await("Find and check the settings file")
	s.typed("\x15exit\n")
	s.status()
}

func TestPowerShellCompletionIsWritten(t *testing.T) {
	t.Parallel()
	out := ok(t, noDaemon(t), "completion", "powershell")
	if !strings.Contains(out, "Register-ArgumentCompleter -CommandName 'bento-cred'") {
		t.Error("the script registers nothing for bento-cred")
	}
}

func TestCompletionRefuses(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"completion"}, {"completion", "tcsh"}} {
		if got := run(t, noDaemon(t), args...); got.status != 2 || got.out != "" {
			t.Errorf("%q: %+v", args, got)
		}
	}
}

// TestCompletionStartsNoDaemon has a daemon's program in reach that must not be run.
func TestCompletionStartsNoDaemon(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	witness := filepath.Join(dir, "witness")
	daemon := "#!/bin/sh\ntouch " + witness + "\n"
	if err := os.WriteFile(filepath.Join(dir, "bento-credd"), []byte(daemon), 0o700); err != nil {
		t.Fatal(err)
	}
	environ := append(noDaemon(t), "BENTO_CRED_AUTOSTART=", "PATH="+dir+":/usr/bin:/bin")
	got := run(t, environ, "__complete", "context", "use", "")
	if got.status != 0 || !strings.HasPrefix(got.out, ":4\n") {
		t.Errorf("got %+v", got)
	}
	if _, err := os.Stat(witness); err == nil {
		t.Error("a daemon was started")
	}
}
