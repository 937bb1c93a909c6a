//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// maskedRun runs a shell script with a mask, in a process of its own: signals are a
// process's.
func maskedRun(t *testing.T, environ []string, script string, flags ...string) result {
	t.Helper()
	args := append(append([]string{"exec", "--mask"}, flags...), "--", "sh", "-c", script)
	cmd := program(t, environ, args...)
	var errs strings.Builder
	cmd.Stderr = &errs
	cmd.Stdin = strings.NewReader("typed")
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{status: cmd.ProcessState.ExitCode(), out: string(out), err: errs.String()}
}

func TestMasked(t *testing.T) {
	t.Parallel()
	environ := append(serve(t, withContexts(t, "default", "work")), "BENTO_CLOUD_API_KEY=made-up-other", "BENTO_CLOUD_ENDPOINT=https://other.example")
	tests := map[string]struct {
		script string
		flags  []string
		want   result
	}{
		"both streams":    {script: `echo "$BENTO_CLOUD_API_KEY"; echo "no $BENTO_CLOUD_API_KEY" >&2`, want: result{out: "[secret]\n", err: "no [secret]\n"}},
		"standard input":  {script: "cat", want: result{out: "typed"}},
		"environment":     {script: `echo "$BENTO_CLOUD_API_ENDPOINT $BENTO_CRED_CONTEXT $BENTO_CLOUD_ENDPOINT"`, flags: []string{"-c", "work"}, want: result{out: madeUpEndpoint + " work \n"}},
		"status":          {script: "exit 7", want: result{status: 7}},
		"signal":          {script: "kill -TERM $$", want: result{status: 143}},
		"no newline":      {script: "printf made-up-c1", want: result{out: "made-up-c1"}},
		"access":          {script: "echo ran", flags: []string{"--access", "endpoints"}, want: result{status: 5, err: "bento-cred: "}},
		"no such access":  {script: "echo ran", flags: []string{"--access", "secret"}, want: result{status: 2, err: "bento-cred: "}},
		"empty access":    {script: "echo ran", flags: []string{"--access="}, want: result{status: 2, err: "bento-cred: --access needs a value"}},
		"empty context":   {script: "echo ran", flags: []string{"--context="}, want: result{status: 2, err: "bento-cred: --context needs a value"}},
		"no such context": {script: "echo ran", flags: []string{"-c", "nobody"}, want: result{status: 3, err: "bento-cred: "}},
		"guarded":         {script: "echo ran", flags: []string{"--guarded"}, want: result{status: 2, err: "bento-cred: --guarded and --mask exclude each other"}},
		"deployment":      {script: "echo ran", flags: []string{"--deployment", "a"}, want: result{status: 2, err: "bento-cred: --deployment goes with --guarded"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := maskedRun(t, environ, test.script, test.flags...)
			if strings.HasPrefix(test.want.err, "bento-cred: ") && strings.HasPrefix(got.err, test.want.err) {
				got.err = test.want.err
			}
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestMaskedCommandThatDoesNotRun(t *testing.T) {
	t.Parallel()
	environ := serve(t, withContexts(t, "default"))
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for command, want := range map[string]int{"nobody-has-this": 127, "/nowhere/at/all": 127, plain: 126} {
		got := run(t, environ, "exec", "--mask", "--", command)
		if got.status != want || !strings.HasPrefix(got.err, "bento-cred: running ") {
			t.Errorf("%s: %+v, want status %d", command, got, want)
		}
	}
}

// TestMaskedOneStream has both streams lead to one file, into which the token is written by
// halves.
func TestMaskedOneStream(t *testing.T) {
	t.Parallel()
	environ := serve(t, withContexts(t, "default"))
	begin, end := madeUpToken[:9], madeUpToken[9:]
	cmd := program(t, environ, "exec", "--mask", "--", "sh", "-c", "echo 1; echo 2 >&2; printf "+begin+"; printf "+end+" >&2; echo")
	out, err := cmd.CombinedOutput()
	if want := "1\n2\n[secret]\n"; err != nil || string(out) != want {
		t.Errorf("%v: got %q, want %q", err, out, want)
	}
}

// TestMaskedLeavesSomethingBehind has a command end while what it started holds its output.
func TestMaskedLeavesSomethingBehind(t *testing.T) {
	t.Parallel()
	environ := serve(t, withContexts(t, "default"))
	begun := time.Now()
	got := maskedRun(t, environ, `sleep 600 & echo $!; exit 5`)
	pid, err := strconv.Atoi(strings.TrimSpace(got.out))
	if err != nil {
		t.Fatalf("%+v: %v", got, err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Errorf("ending what was left behind: %v", err)
	}
	if got.status != 5 || !strings.Contains(got.err, `something that "sh" started still writes`) {
		t.Errorf("got %+v", got)
	}
	if took := time.Since(begun); took < grace || took > grace+patience {
		t.Errorf("it took %v", took)
	}
}

// TestMaskedShowsAQuestion has a command ask, at a terminal, and wait.
func TestMaskedShowsAQuestion(t *testing.T) {
	t.Parallel()
	environ := serve(t, withContexts(t, "default"))
	s := start(t, program(t, environ, "exec", "--mask", "--", "sh", "-c", `printf 'Sure? '; read answer; echo "$answer: $BENTO_CLOUD_API_KEY"`))
	s.await("Sure? ")
	s.typed("yes\n")
	s.await("yes: [secret]")
	if status := s.status(); status != 0 {
		t.Errorf("status %d", status)
	}
}

// TestMaskedSignal passes a signal on, and waits for what the command makes of it.
func TestMaskedSignal(t *testing.T) {
	t.Parallel()
	environ := serve(t, withContexts(t, "default"))
	cmd := program(t, environ, "exec", "--mask", "--", "sh", "-c",
		`trap 'echo "ended $BENTO_CLOUD_API_KEY"; exit 9' TERM; echo up; while :; do sleep 0.05; done`)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	up := make([]byte, len("up\n"))
	if _, err := io.ReadFull(out, up); err != nil {
		t.Error(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	rest, err := io.ReadAll(out)
	if err != nil || !bytes.Equal(rest, []byte("ended [secret]\n")) {
		t.Errorf("%v: %q", err, rest)
	}
	_ = cmd.Wait() // the status is looked at below
	if status := cmd.ProcessState.ExitCode(); status != 9 {
		t.Errorf("status %d, want that of the command", status)
	}
}
