//go:build unix

package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// screen80 is the terminal most programs are written for.
var screen80 = pty.Winsize{Rows: 24, Cols: 80}

// TestMenuByArrowKeys chooses each way as a person does.
func TestMenuByArrowKeys(t *testing.T) {
	t.Parallel()
	a := newAgent()
	s := start(t, program(t, append(serve(t, a), "BROWSER=true"), "login", "--endpoint", madeUpEndpoint))
	s.await("> ")
	s.await("Paste an existing API token")
	s.typed("\x1b[B")
	s.await("> \x1b[32mPaste")
	s.typed("\x1b[A")
	s.awaitTimes(2, "> \x1b[32mCreate") // in the line that changed, or in a menu drawn anew
	s.typed("\x1b[B\r")
	s.await("API token (not shown): ")
	s.typed(madeUpToken + "\n")
	if status := s.status(); status != 0 || strings.Contains(s.shown(), madeUpToken) {
		t.Errorf("status %d: %q", status, s.shown())
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.login.Token.Reveal() != madeUpToken {
		t.Error("another token arrived")
	}
}

func TestMenuLeadsToTheBrowser(t *testing.T) {
	t.Parallel()
	a := newAgent()
	s := start(t, program(t, serve(t, a), "login", "--endpoint", madeUpEndpoint))
	s.await("Create a new API token with a web browser")
	s.typed("\r")
	s.await("Open this page to log in:")
	s.await(waiting)
	a.Approve(madeUpEndpoint + "/api_tokens?code=login-1")
	s.await("Successfully logged in as user")
	if status := s.status(); status != 0 {
		t.Errorf("status %d: %q", status, s.shown())
	}
}

// TestMenuLeft leaves the menu, and looks whether the shell below has its terminal back.
func TestMenuLeft(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{"Esc": "\x1b", "Ctrl-C": "\x03"} {
		for size, columns := range map[string]uint16{"drawn": 80, "by numbers": 0} {
			if name == "Esc" && columns == 0 {
				continue // there Esc is a character like any other
			}
			t.Run(name+" "+size, func(t *testing.T) {
				t.Parallel()
				a := newAgent()
				inner := program(t, serve(t, a), "login")
				script := `trap : INT; stty -a >before; "$0" login; echo "status $?"; stty -a >after; cmp before after && echo same`
				sh := exec.CommandContext(t.Context(), "sh", "-c", script, inner.Path)
				sh.Env, sh.Dir = inner.Env, t.TempDir()
				s := startSized(t, sh, pty.Winsize{Rows: 24, Cols: columns})
				s.await("Paste an existing")
				s.typed(key)
				s.await("status 130")
				s.await("same")
				s.status()
				hidden, shown := strings.LastIndex(s.shown(), "\x1b[?25l"), strings.LastIndex(s.shown(), "\x1b[?25h")
				if hidden > shown {
					t.Errorf("the cursor stays hidden: %q", s.shown())
				}
				if contexts, _ := a.Contexts(t.Context()); len(contexts) > 0 {
					t.Errorf("somebody logged in: %v", contexts)
				}
			})
		}
	}
}

// TestMenuByNumbers asks where no menu can be drawn.
func TestMenuByNumbers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		environ string
		size    pty.Winsize
		typed   string
		says    string
	}{
		"a dumb terminal":     {"TERM=dumb", screen80, "2\n", "API token (not shown): "},
		"a terminal too slim": {"", pty.Winsize{Rows: 24, Cols: 10}, "2\n", "API token (not shown): "},
		"one without a size":  {"", pty.Winsize{}, "2\n", "API token (not shown): "},
		"a slip":              {"TERM=dumb", screen80, "3\n2\n", "It is a number from 1 to 2: "},
		"no answer":           {"TERM=dumb", screen80, "\x04", ""},
		"the first":           {"TERM=dumb", screen80, "\n", "Open this page to log in:"},
		"the first by number": {"TERM=dumb", screen80, "1\n", "Open this page to log in:"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			environ := append(serve(t, newAgent()), test.environ)
			s := startSized(t, program(t, environ, "login", "--endpoint", madeUpEndpoint), test.size)
			s.await("A number from 1 to 2 [1]: ")
			s.typed(test.typed)
			if test.says != "" {
				s.await(test.says)
				s.typed("\x03")
			}
			if status := s.status(); status != 130 {
				t.Errorf("status %d: %q", status, s.shown())
			}
			if strings.Contains(s.shown(), "\x1b") {
				t.Errorf("escape sequences are shown: %q", s.shown())
			}
		})
	}
}

// TestMenuAtASlimTerminal has no line wrap, which would be drawn over wrongly.
func TestMenuAtASlimTerminal(t *testing.T) {
	t.Parallel()
	s := startSized(t, program(t, serve(t, newAgent()), "login"), pty.Winsize{Rows: 24, Cols: 30})
	s.await("Paste")
	s.typed("\x1b[B\r")
	s.await("API token (not shown): ")
	s.typed("\x03")
	if status := s.status(); status != 130 {
		t.Errorf("status %d: %q", status, s.shown())
	}
}
