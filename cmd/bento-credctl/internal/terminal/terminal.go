// Package terminal asks a person at a terminal: for a secret, which is not shown while
// it is typed, for a yes, for one of some answers; and shows how long something takes.
//
// A question goes to standard error, or to the terminal itself where standard error is
// redirected; standard output belongs to the answer of the command. Where standard
// input is no terminal nobody is asked: the caller has a flag for that.
package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Is reports whether stream, a reader or a writer, is a terminal.
func Is(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// ReadSecret shows question and reads a line from in, a terminal, without echo. The
// terminal gets its echo back in every case: also when ctx ends, which is how an
// interrupt by the person arrives here.
func ReadSecret(ctx context.Context, in *os.File, stderr io.Writer, question string) (string, error) {
	fd := int(in.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("reading the terminal's state: %w", err)
	}
	// Before the question is seen: who pastes at once must not see it either.
	if err := hush(fd); err != nil {
		return "", fmt.Errorf("turning the terminal's echo off: %w", err)
	}
	defer func() { _ = term.Restore(fd, before) }() // nothing more can be done for it
	to := asker(in, stderr)
	if _, err := io.WriteString(to, question); err != nil {
		return "", fmt.Errorf("asking on the terminal: %w", err)
	}
	typed := make(chan answer, 1)
	go func() {
		text, err := term.ReadPassword(fd)
		typed <- answer{string(text), err}
	}()
	select {
	case got := <-typed:
		_, _ = io.WriteString(to, "\n") // in place of the one that was not shown
		if errors.Is(got.err, io.EOF) { // it ends the line
			got.err = nil
		}
		return got.text, got.err
	case <-ctx.Done():
		_, _ = io.WriteString(to, "\n")
		return "", context.Cause(ctx)
	}
}

type answer struct {
	text string
	err  error
}

// asker returns where a question is seen.
func asker(in *os.File, stderr io.Writer) io.Writer {
	if Is(stderr) {
		return stderr
	}
	return in
}

// Confirm shows question and reports whether a person at in, a terminal, says yes to
// it.
func Confirm(ctx context.Context, in *os.File, stderr io.Writer, question string) (bool, error) {
	text, err := ask(ctx, in, asker(in, stderr), question+" [y/N] ")
	if errors.Is(err, io.EOF) {
		return false, nil // who says nothing does not say yes
	}
	said := strings.ToLower(strings.TrimSpace(text))
	return said == "y" || said == "yes", err
}

// ask shows question and returns the line a person types at in. Its error is io.EOF
// where the input ended without one.
func ask(ctx context.Context, in *os.File, to io.Writer, question string) (string, error) {
	if _, err := io.WriteString(to, question); err != nil {
		return "", fmt.Errorf("asking on the terminal: %w", err)
	}
	typed := make(chan answer, 1)
	go func() {
		text, err := readLine(in)
		typed <- answer{text, err}
	}()
	select {
	case got := <-typed:
		return got.text, got.err
	case <-ctx.Done():
		_, _ = io.WriteString(to, "\n")
		return "", context.Cause(ctx)
	}
}

// maxLine bounds the answer to a question.
const maxLine = 4 << 10

// readLine reads one line and nothing behind it. The end of the input ends the line; an
// input that ends before it begins is io.EOF.
func readLine(r io.Reader) (string, error) {
	var line []byte
	one := make([]byte, 1)
	for len(line) < maxLine {
		n, err := r.Read(one)
		switch {
		case n == 1 && one[0] == '\n', errors.Is(err, io.EOF) && len(line) > 0:
			return string(line), nil
		case errors.Is(err, io.EOF):
			return "", io.EOF
		case err != nil:
			return "", fmt.Errorf("reading the answer: %w", err)
		}
		line = append(line, one[:n]...)
	}
	return string(line), nil
}
