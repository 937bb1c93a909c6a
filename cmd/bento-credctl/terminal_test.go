//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// session is the program at a terminal.
type session struct {
	t        *testing.T
	cmd      *exec.Cmd
	terminal *os.File
	ended    chan error

	mu     sync.Mutex
	screen bytes.Buffer // guarded by mu
}

// program returns the command that runs this test's program.
func program(t *testing.T, environ []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(environ[:len(environ):len(environ)], asProgram+"=1")
	return cmd
}

// start runs cmd at a new terminal, all three streams.
func start(t *testing.T, cmd *exec.Cmd) *session {
	t.Helper()
	return startSized(t, cmd, pty.Winsize{Rows: 24, Cols: 80})
}

// startSized runs cmd at a new terminal of that size.
func startSized(t *testing.T, cmd *exec.Cmd, size pty.Winsize) *session {
	t.Helper()
	terminal, err := pty.StartWithSize(cmd, &size)
	if err != nil {
		t.Fatal(err)
	}
	s := &session{t: t, cmd: cmd, terminal: terminal, ended: make(chan error, 1)}
	go s.watch()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = terminal.Close()
	})
	return s
}

// watch keeps what the terminal shows until the program ends.
func (s *session) watch() {
	buffer := make([]byte, 4<<10)
	for {
		n, err := s.terminal.Read(buffer)
		s.mu.Lock()
		s.screen.Write(buffer[:n])
		s.mu.Unlock()
		if err != nil { // EIO, where the last program has left the terminal
			s.ended <- s.cmd.Wait()
			return
		}
	}
}

func (s *session) shown() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.screen.String()
}

// await waits until the terminal shows text.
func (s *session) await(text string) {
	s.t.Helper()
	s.awaitTimes(1, text)
}

// awaitTimes waits until the terminal has shown text so many times.
func (s *session) awaitTimes(times int, text string) {
	s.t.Helper()
	for late := time.Now().Add(patience); time.Now().Before(late); time.Sleep(5 * time.Millisecond) {
		if strings.Count(s.shown(), text) >= times {
			return
		}
	}
	s.t.Fatalf("the terminal never shows %q; it shows %q", text, s.shown())
}

func (s *session) typed(text string) {
	s.t.Helper()
	if _, err := io.WriteString(s.terminal, text); err != nil {
		s.t.Fatal(err)
	}
}

// status waits for the end and returns the exit status.
func (s *session) status() int {
	s.t.Helper()
	select {
	case err := <-s.ended:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			s.t.Fatal(err)
		}
		return s.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		s.t.Fatalf("the program does not end; the terminal shows %q", s.shown())
		return 0
	}
}

func TestLoginAtATerminal(t *testing.T) {
	t.Parallel()
	a := newAgent()
	s := start(t, program(t, serve(t, a), "login", "--paste"))
	s.await("API token (not shown): ")
	s.typed(madeUpToken + "\n")
	s.await("Endpoint: ")
	if status := s.status(); status != 0 {
		t.Errorf("status %d", status)
	}
	if strings.Contains(s.shown(), madeUpToken) {
		t.Errorf("the token is shown: %q", s.shown())
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.login.Token.Reveal() != madeUpToken {
		t.Error("another token arrived")
	}
}

func TestNothingTyped(t *testing.T) {
	t.Parallel()
	environ := serve(t, newAgent())
	s := start(t, program(t, environ, "login", "--paste"))
	s.await("API token")
	s.typed("\n")
	if status := s.status(); status != 7 || !strings.Contains(s.shown(), "no token was typed") {
		t.Errorf("status %d, want 7; %q", status, s.shown())
	}
}

// TestInterruptedPrompt types Ctrl-C at the prompt and then looks whether the shell
// below has its echo back.
func TestInterruptedPrompt(t *testing.T) {
	t.Parallel()
	inner := program(t, serve(t, newAgent()), "login", "--paste")
	sh := exec.CommandContext(t.Context(), "sh", "-c", `trap : INT; "$0" login --paste; echo "status $?"; stty -a; echo all of it; read -r line; echo "got $line"`, inner.Path)
	sh.Env = inner.Env
	s := start(t, sh)
	s.await("API token")
	s.typed("half a tok\x03")
	s.await("status 130")
	s.await("all of it\r\n")
	if strings.Contains(s.shown(), "-echo ") {
		t.Errorf("the terminal has no echo: %q", s.shown())
	}
	s.typed("seen\n")
	s.await("got seen")
	if !strings.Contains(s.shown(), "seen\r\ngot seen") || strings.Contains(s.shown(), "half a tok\r") {
		t.Errorf("the terminal shows %q", s.shown())
	}
	s.status()
}

// TestInterruptedInput interrupts a program that waits for the end of its input. It must
// not go on waiting; one that is so early that it has no handler yet dies of the signal.
func TestInterruptedInput(t *testing.T) {
	t.Parallel()
	s := start(t, program(t, noDaemon(t), "login", "--api-token-stdin"))
	s.typed("half a token\n")
	s.await("half a token\r\n") // the terminal's own echo
	time.Sleep(50 * time.Millisecond)
	s.typed("\x03")
	if status := s.status(); status != 130 && status != -1 {
		t.Errorf("status %d: %q", status, s.shown())
	}
}

func TestTokenIsMaskedAtATerminal(t *testing.T) {
	t.Parallel()
	environ := serve(t, withContexts(t, "default"))
	s := start(t, program(t, environ, "current-context"))
	if status := s.status(); status != 0 {
		t.Fatalf("status %d: %q", status, s.shown())
	}
	if strings.Contains(s.shown(), madeUpToken) || !strings.Contains(s.shown(), `"api_token": "********"`) {
		t.Errorf("the terminal shows %q", s.shown())
	}
	s = start(t, program(t, environ, "current-context", "--show-token"))
	if status := s.status(); status != 0 || !strings.Contains(s.shown(), madeUpToken) {
		t.Errorf("with --show-token: status %d, %q", status, s.shown())
	}
}

func TestDeleteAsksAtATerminal(t *testing.T) {
	t.Parallel()
	environ := serve(t, withContexts(t, "default", "staging"))
	for _, test := range []struct {
		answer string
		status int
	}{{"\n", 7}, {"n\n", 7}, {"yes please\n", 7}, {"\x04", 7}, {"y\n", 0}} {
		s := start(t, program(t, environ, "context", "delete", "staging"))
		s.await(`Delete context "staging" and its tokens? [y/N] `)
		s.typed(test.answer)
		if status := s.status(); status != test.status {
			t.Errorf("%q: status %d, want %d; %q", test.answer, status, test.status, s.shown())
		}
	}
	if left := names(t, environ); left != "default\n" {
		t.Errorf("left are %q", left)
	}
}

func TestColoursAtATerminal(t *testing.T) {
	t.Parallel()
	environ := serve(t, withContexts(t, "default"))
	tests := map[string]struct {
		environ []string
		colours bool
	}{
		"by default":   {colours: true},
		"NO_COLOR":     {environ: []string{"NO_COLOR=1"}},
		"CLICOLOR=0":   {environ: []string{"CLICOLOR=0"}},
		"a dumb one":   {environ: []string{"TERM=dumb"}},
		"NO_COLOR, no": {environ: []string{"NO_COLOR="}, colours: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := program(t, append(environ[:len(environ):len(environ)], test.environ...), "list-context")
			s := startSized(t, cmd, pty.Winsize{Rows: 24, Cols: 120})
			if status := s.status(); status != 0 || !strings.Contains(s.shown(), "CONTEXT") {
				t.Fatalf("status %d: %q", status, s.shown())
			}
			if got := strings.Contains(s.shown(), "\x1b["); got != test.colours {
				t.Errorf("colours: %v, want %v: %q", got, test.colours, s.shown())
			}
		})
	}
}

func TestPassphrasesAtATerminal(t *testing.T) {
	t.Parallel()
	a := newAgent()
	environ := serve(t, a)
	s := start(t, program(t, environ, "store", "migrate", "file", "--passphrase"))
	s.await("New passphrase (not shown): ")
	s.typed("made up\n")
	s.await("The same once more: ")
	s.typed("made down\n")
	if status := s.status(); status != 7 {
		t.Errorf("two passphrases: status %d: %q", status, s.shown())
	}
	s = start(t, program(t, environ, "store", "migrate", "file", "--passphrase"))
	s.await("New passphrase (not shown): ")
	s.typed("made up\n")
	s.await("The same once more: ")
	s.typed("made up\n")
	if status := s.status(); status != 0 || strings.Contains(s.shown(), "made up") {
		t.Errorf("status %d: %q", status, s.shown())
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.migration.Passphrase.Reveal() != "made up" {
		t.Error("another passphrase arrived")
	}
}
