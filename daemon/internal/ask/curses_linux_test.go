package ask_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/bento-cred/bento-cred/daemon/internal/ask"
	"github.com/bento-cred/bento-cred/internal/realpart"
)

// terminal is one that a person could sit at.
type terminal struct {
	t      *testing.T
	person *os.File
	name   string
	before unix.Termios

	mu     sync.Mutex
	screen bytes.Buffer // guarded by mu
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	person, device, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(device, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	s := &terminal{t: t, person: person, name: device.Name()}
	s.before = s.state()
	var reading sync.WaitGroup
	reading.Go(func() {
		buffer := make([]byte, 4<<10)
		for {
			n, err := person.Read(buffer)
			s.mu.Lock()
			s.screen.Write(buffer[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	})
	t.Cleanup(func() {
		_ = device.Close()
		_ = person.Close()
		reading.Wait()
	})
	return s
}

// state returns how the terminal is set: whether it echoes, and the like.
func (s *terminal) state() unix.Termios {
	s.t.Helper()
	device, err := os.OpenFile(s.name, os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = device.Close() }()
	state, err := unix.IoctlGetTermios(int(device.Fd()), unix.TCGETS)
	if err != nil {
		s.t.Fatal(err)
	}
	return *state
}

func (s *terminal) shown() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.screen.String()
}

func (s *terminal) awaits(text string) {
	s.t.Helper()
	for late := time.Now().Add(20 * time.Second); !strings.Contains(s.shown(), text); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(late) {
			s.t.Fatalf("the terminal never shows %q; it shows %q", text, s.shown())
		}
	}
}

func (s *terminal) typed(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.person, keys); err != nil {
		s.t.Fatal(err)
	}
}

// isAsBefore looks whether the person got the terminal back.
func (s *terminal) isAsBefore() {
	s.t.Helper()
	if after := s.state(); after != s.before {
		s.t.Errorf("the terminal is left as %+v, was %+v", after, s.before)
	}
	s.awaits("\x1b[?1049l") // back to the screen that was there before
}

// question is one there, by a requester with a locale that has every letter.
func (s *terminal) question() ask.Question {
	return ask.Question{
		Title: "bento-cred", Text: "May 100% of\n/usr/bin/prögram have it?", Terminal: s.name,
		Environ: []string{"TERM=xterm", "LANG=C.UTF-8"},
	}
}

// realDesk is a Desk with a real pinentry.
func realDesk(t *testing.T, program string, timeout time.Duration) *stage {
	t.Helper()
	realpart.Need(t, program)
	return newStage(t, "", func(c *ask.Config) { c.Program, c.Timeout = program, timeout })
}

func TestCurses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		keys string
		yes  bool
	}{
		"enter is yes":      {"\r", true},
		"one further is no": {"\t\r", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, terminal := realDesk(t, "pinentry-curses", time.Minute), newTerminal(t)
			done := s.ask(t.Context(), "key", terminal.question())
			terminal.awaits("<Deny>")
			for _, text := range []string{"May 100% of", "/usr/bin/prögram have it?", "<Allow>"} {
				terminal.awaits(text)
			}
			terminal.typed(test.keys)
			want(t, done, test.yes, nil)
			terminal.isAsBefore()
		})
	}
}

// TestCursesIsTakenDown by its own time-out, and when whoever asked goes.
func TestCursesIsTakenDown(t *testing.T) {
	t.Parallel()
	gone := errors.New("gone")
	for name, timeout := range map[string]time.Duration{"nobody answers": 5 * time.Second, "nobody waits": time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, terminal := realDesk(t, "pinentry-curses", timeout), newTerminal(t)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			done := s.ask(ctx, "key", terminal.question())
			terminal.awaits("<Deny>")
			result := ask.ErrTimedOut
			if timeout == time.Minute {
				cancel(gone)
				result = gone
			}
			want(t, done, false, result)
			s.Close() // who gives up does not wait for the dialog's end
			terminal.isAsBefore()
		})
	}
}

// TestCursesWithoutLocale: a server that has none installed can ask all the same.
func TestCursesWithoutLocale(t *testing.T) {
	t.Parallel()
	for _, locale := range []string{"LANG=C", "LANG=xx_XX.UTF-8", "LANG="} {
		t.Run(locale, func(t *testing.T) {
			t.Parallel()
			s, terminal := realDesk(t, "pinentry-curses", time.Minute), newTerminal(t)
			q := terminal.question()
			q.Environ = []string{"TERM=xterm", locale}
			done := s.ask(t.Context(), "key", q)
			terminal.awaits(`/usr/bin/pr\u00f6gram have it?`)
			terminal.awaits("<Deny>")
			terminal.typed("\r")
			want(t, done, true, nil)
		})
	}
}

// TestTypedAhead: what a person typed for the shell before the question came is no answer.
func TestTypedAhead(t *testing.T) {
	t.Parallel()
	s, terminal := realDesk(t, "pinentry-curses", time.Minute), newTerminal(t)
	terminal.typed("ls\r\r\r")
	done := s.ask(t.Context(), "key", terminal.question())
	terminal.awaits("<Deny>")
	select {
	case got := <-done:
		t.Fatalf("Ask = %v, %v, before anything was typed for it", got.yes, got.err)
	case <-time.After(time.Second):
	}
	terminal.typed("\t\r")
	want(t, done, false, nil)
}

func TestCursesCannot(t *testing.T) {
	t.Parallel()
	terminal := newTerminal(t)
	small := newTerminal(t)
	if err := pty.Setsize(small.person, &pty.Winsize{Rows: 3, Cols: 10}); err != nil {
		t.Fatal(err)
	}
	question := terminal.question()
	tests := map[string]struct {
		change func(*ask.Question)
		words  string
	}{
		"an unknown terminal":  {func(q *ask.Question) { q.Environ = []string{"TERM=nosuch"} }, "too small"},
		"a small terminal":     {func(q *ask.Question) { q.Terminal = small.name }, "too small"},
		"a text that is large": {func(q *ask.Question) { q.Text = strings.Repeat("a\n", 200) }, "too small"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, q := realDesk(t, "pinentry-curses", time.Minute), question
			test.change(&q)
			_, err := s.Ask(t.Context(), "key", q)
			if !errors.Is(err, ask.ErrNoWay) || !strings.Contains(err.Error(), test.words) {
				t.Errorf("Ask = %v, want %q in it", err, test.words)
			}
		})
	}
}

// TestLongestText is shown, to its last character: pinentry does not find it too long.
func TestLongestText(t *testing.T) {
	t.Parallel()
	s, terminal := realDesk(t, "pinentry-curses", time.Minute), newTerminal(t)
	q := terminal.question()
	q.Text = strings.Repeat("abcdefghi ", 200)
	done := s.ask(t.Context(), "key", q)
	terminal.awaits("...")
	terminal.awaits("<Deny>")
	terminal.typed("\r")
	want(t, done, true, nil)
}
