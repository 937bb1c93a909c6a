// Package browser opens a page in the browser of the person at this computer.
//
// Which program that is, BROWSER says first, as it does to xdg-open and to Python's
// webbrowser: commands with colons between (on Windows semicolons), each split at its
// spaces, the address in place of %s or behind the command. No shell reads any of it.
// Without the variable the system's own opener is run.
//
// A browser is somebody else's program and may be a long-lived one. It gets neither our
// terminal nor our streams, it is out of reach of the Ctrl-C typed at us, and it is
// waited for no longer than it takes to see that it failed.
//
// The libraries for this (github.com/cli/browser, github.com/pkg/browser) read no
// BROWSER, wait until the command ends, and leave it among the processes of our
// terminal; what is left to take from them are the names of three commands.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// ErrNowhere is the error of a computer on which no page can be shown.
var ErrNowhere = errors.New("there is no display here to open a browser on")

// grace is how long a command may take to fail. One that still runs then has opened the
// page, or is about to.
const grace = 3 * time.Second

// systemWindows is the System that has drives, and so colons, in its paths.
const systemWindows = "windows"

// Opener opens pages.
type Opener struct {
	Getenv  func(string) string
	Environ []string // of the browser
	System  string   // as runtime.GOOS has it
}

// Open opens page, whose address must be safe to give to a command: one that begins
// with its scheme. It returns once a command has ended well, or has run for a while.
func (o Opener) Open(ctx context.Context, page string) error {
	commands := o.commands()
	if len(commands) == 0 {
		return ErrNowhere
	}
	var failed []error
	for _, command := range commands {
		err := o.run(ctx, withPage(command, page))
		if err == nil || ctx.Err() != nil {
			return err
		}
		failed = append(failed, fmt.Errorf("%s: %w", command[0], err))
	}
	return errors.Join(failed...)
}

// commands returns what may open a page here, the best first; none where nothing can.
func (o Opener) commands() [][]string {
	var commands [][]string
	separator := ":"
	if o.System == systemWindows {
		separator = ";"
	}
	for command := range strings.SplitSeq(o.Getenv("BROWSER"), separator) {
		if words := strings.Fields(command); len(words) > 0 {
			commands = append(commands, words)
		}
	}
	switch {
	case len(commands) > 0:
		return commands
	case o.System == systemWindows:
		return [][]string{{"rundll32", "url.dll,FileProtocolHandler"}}
	case o.System == "darwin":
		return [][]string{{"open"}}
	case o.Getenv("DISPLAY") == "" && o.Getenv("WAYLAND_DISPLAY") == "":
		return nil // an opener would start a browser for text, or complain
	default:
		return [][]string{{"xdg-open"}, {"x-www-browser"}, {"www-browser"}}
	}
}

// withPage puts page into command.
func withPage(command []string, page string) []string {
	words := make([]string, 0, len(command)+1)
	placed := false
	for i, word := range command {
		if i > 0 && strings.Contains(word, "%s") {
			word, placed = strings.ReplaceAll(word, "%s", page), true
		}
		words = append(words, word)
	}
	if !placed {
		words = append(words, page)
	}
	return words
}

// run starts a command and returns nil when it ends well, or has not ended soon.
func (o Opener) run(ctx context.Context, words []string) error {
	//nolint:noctx // the browser must outlive the login, and the login's end
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Env = o.Environ
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // also so that no zombie is left
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case err := <-ended:
		return err
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
