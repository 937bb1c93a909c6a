//go:build unix

package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

// cmdTerminal runs a program on a terminal of its own, types, and shows on standard
// output all that the terminal showed.
//
//	terminal [-status=N] PROGRAM [ARGUMENT…] [-- PATTERN TEXT]…
//
// Once the terminal shows PATTERN, TEXT is typed, with the key Return behind it.
func cmdTerminal(ts *testscript.TestScript, neg bool, args []string) {
	want := 0
	if len(args) > 0 && strings.HasPrefix(args[0], "-status=") {
		n, err := strconv.Atoi(strings.TrimPrefix(args[0], "-status="))
		ts.Check(err)
		want, args = n, args[1:]
	}
	args, dialog := cutDialog(args)
	if neg || len(args) == 0 || len(dialog)%2 != 0 {
		ts.Fatalf("usage: terminal [-status=N] PROGRAM [ARGUMENT…] [-- PATTERN TEXT…]")
	}
	cmd := command(ts, args[0], args[1:])
	master, err := pty.Start(cmd)
	ts.Check(err)
	shown, err := converse(sceneOf(ts).test, cmd, master, dialog)
	_, writeErr := io.WriteString(ts.Stdout(), strings.ReplaceAll(shown, "\r\n", "\n"))
	ts.Check(errors.Join(err, writeErr))
	if got := cmd.ProcessState.ExitCode(); got != want {
		ts.Fatalf("%s ended with status %d, want %d; the terminal showed %q", args[0], got, want, shown)
	}
}

// cutDialog parts a command from the last "--" that begins a dialog.
func cutDialog(args []string) (command, dialog []string) {
	for i := len(args) - 1; i >= 0; i-- {
		if args[i] == "--" {
			return args[:i], args[i+1:]
		}
	}
	return args, nil
}

// converse holds a dialog on a terminal and returns what it showed when the program
// has ended.
func converse(tb testing.TB, cmd *exec.Cmd, master *os.File, dialog []string) (string, error) {
	tb.Helper()
	defer func() { _ = master.Close() }() // the program is gone
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = syscall.Kill(cmd.Process.Pid, syscall.SIGKILL) })
	defer stop()
	var shown bytes.Buffer
	seen, part := 0, make([]byte, 1024)
	for {
		n, err := master.Read(part)
		shown.Write(part[:n])
		for len(dialog) > 0 {
			pattern, err := regexp.Compile(dialog[0])
			if err != nil {
				return shown.String(), err
			}
			if !pattern.Match(shown.Bytes()[seen:]) {
				break
			}
			seen = shown.Len()
			if _, err := io.WriteString(master, dialog[1]+"\r"); err != nil {
				return shown.String(), err
			}
			dialog = dialog[2:]
		}
		if err != nil {
			break // the end of a terminal is an error of its own
		}
	}
	var ended *exec.ExitError
	err := cmd.Wait()
	if ctx.Err() != nil || (err != nil && !errors.As(err, &ended)) {
		return shown.String(), fmt.Errorf("the program did not end, and showed %q", shown.String())
	}
	if len(dialog) > 0 {
		return shown.String(), fmt.Errorf("the terminal never showed %q, but %q", dialog[0], shown.String())
	}
	return shown.String(), nil
}
