package realclient

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"
)

// glance is how often the terminal's mode is looked at.
const glance = 20 * time.Millisecond

// colours matches what changes the look of text on a terminal.
var colours = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// Turn is what a person does once the terminal shows something.
type Turn struct {
	Shown string // what is waited for
	// Silent waits, too, until the terminal no longer shows what is typed, as where
	// keys or a password are read: the client drops what was typed before.
	Silent bool
	Do     func() // happens then, unless nil
	Type   string // is typed then; "\r" is the key Return
}

// Converse runs `bentoml ARGS...` on a terminal to its end and takes the turns, each
// when its text was shown after that of the one before. What the terminal showed is
// the Result's Stdout, without colours. The test fails where a turn never came.
func (c Client) Converse(tb testing.TB, turns []Turn, args ...string) Result {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	cmd := c.command(ctx, args)
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 200})
	if err != nil {
		tb.Fatalf("starting bentoml on a terminal: %v", err)
	}
	defer func() { _ = terminal.Close() }() // The program is gone.
	shown, left, err := take(terminal, turns)
	var ended *exec.ExitError
	if waited := cmd.Wait(); waited != nil && !errors.As(waited, &ended) {
		err = errors.Join(err, waited)
	}
	if err = errors.Join(err, ctx.Err()); err != nil {
		tb.Fatalf("bentoml %s: %v; the terminal showed %q", args[0], err, shown)
	}
	if len(left) > 0 {
		tb.Fatalf("bentoml %s: the terminal never showed %q, but %q", args[0], left[0].Shown, shown)
	}
	return Result{Stdout: colours.ReplaceAllString(shown, ""), Code: cmd.ProcessState.ExitCode()}
}

// take takes the turns until the terminal ends, and returns what it showed and the
// turns that never came.
func take(terminal *os.File, turns []Turn) (shown string, left []Turn, err error) {
	usual, err := term.GetState(int(terminal.Fd()))
	if err != nil {
		return "", turns, err
	}
	parts := make(chan string)
	go read(terminal, parts)
	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	seen := 0
	for {
		select {
		case part, more := <-parts:
			if !more {
				return shown, turns, err
			}
			shown += part
		case <-ticker.C:
		}
		if len(turns) == 0 || !turns[0].ready(shown[seen:], terminal, *usual) {
			continue
		}
		seen = len(shown)
		if turns[0].Do != nil {
			turns[0].Do()
		}
		_, typed := terminal.WriteString(turns[0].Type)
		err = errors.Join(err, typed)
		turns = turns[1:]
	}
}

// read sends what a terminal shows until it ends, which is an error of its own.
func read(terminal *os.File, parts chan<- string) {
	defer close(parts)
	part := make([]byte, 4096)
	for {
		n, err := terminal.Read(part)
		parts <- string(part[:n])
		if err != nil {
			return
		}
	}
}

// ready reports whether it is a person's turn, after the terminal showed text.
func (t Turn) ready(text string, terminal *os.File, usual term.State) bool {
	if !strings.Contains(text, t.Shown) || !t.Silent {
		return strings.Contains(text, t.Shown)
	}
	mode, err := term.GetState(int(terminal.Fd()))
	return err == nil && *mode != usual
}
