// Package realclient runs BentoML's own command line, as PyPI has it, for tests that
// ask it what it makes of our servers and our files. It is a package of its own
// because tests of several rooms ask, and the stand-in they ask about must not
// depend on it.
//
// A Client has a home of its own and nothing of the tester's environment but PATH. It
// runs without a terminal, or on one that is made for it and types what a person would.
package realclient

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/realpart"
)

// timeout is long because the Python client takes seconds to start.
const timeout = 2 * time.Minute

// Client is BentoML's command line.
type Client struct {
	// File is where it keeps its contexts. It need not be there yet.
	File string
	// Browser is the program that it opens addresses with on a terminal; if empty,
	// one that does nothing.
	Browser string
	home    string
}

// Result is what a command did.
type Result struct {
	Stdout string
	Stderr string
	Code   int
}

// New returns a Client, or skips the test where BentoML is not installed.
func New(tb testing.TB) Client {
	tb.Helper()
	realpart.Need(tb, "bentoml")
	home := tb.TempDir()
	return Client{File: filepath.Join(home, ".yatai.yaml"), home: home}
}

// Run runs `bentoml ARGS...` to its end.
func (c Client) Run(tb testing.TB, args ...string) Result {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	cmd := c.command(ctx, args)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if ctx.Err() != nil || cmd.ProcessState == nil {
		tb.Fatalf("running bentoml %s: %v", args[0], err)
	}
	return Result{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode()}
}

// command returns the command with the Client's environment.
func (c Client) command(ctx context.Context, args []string) *exec.Cmd {
	browser := c.Browser
	if browser == "" {
		browser = "true"
	}
	cmd := exec.CommandContext(ctx, "bentoml", args...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + c.home, "BENTOML_HOME=" + c.home, "BENTOML_DO_NOT_TRACK=True",
		"DBUS_SESSION_BUS_ADDRESS=disabled:", "COLUMNS=200", "LC_ALL=C.UTF-8", "TERM=xterm", "BROWSER=" + browser,
	}
	return cmd
}

// Write puts text where the Client keeps its contexts.
func (c Client) Write(tb testing.TB, text string) {
	tb.Helper()
	if err := os.WriteFile(c.File, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
}
