package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/terminal"
	"github.com/bento-cred/bento-cred/internal/version/buildinfo"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// statusInterrupted is the exit status of a program that a person interrupted, as
// shells count it: 128 and the number of SIGINT.
const statusInterrupted = 130

// errFindings ends doctor with status 1 where everything was said already.
var errFindings = errors.New("something is to be mended")

// app is one run of the program.
type app struct {
	process
	getenv func(string) string
	client *ipc.Client // nil until a command needs it
	become func(path string, args, environ []string) error
}

func newApp(p process) *app {
	return &app{process: p, getenv: ipc.Lookup(p.environ), become: become}
}

// agent returns the daemon, which is started where none runs.
func (a *app) agent(ctx context.Context) (management.Agent, error) {
	if a.client != nil {
		return management.Client{Client: a.client}, nil
	}
	return a.dial(ctx, a.say)
}

// silent returns the daemon for somebody who shows by other means what is waited for.
func (a *app) silent(ctx context.Context) (management.Agent, error) {
	return a.dial(ctx, nil)
}

// dial connects to the daemon anew. What is waited for is told to notice.
func (a *app) dial(ctx context.Context, notice func(string)) (management.Agent, error) {
	config, err := ipc.ConfigFromEnvironment(a.environ, buildinfo.Version(), notice)
	if err != nil {
		return nil, err
	}
	return a.connect(ctx, config)
}

// running returns the daemon where one runs, and starts none.
func (a *app) running(ctx context.Context) (management.Agent, error) {
	config, err := ipc.ConfigFromEnvironment(a.environ, buildinfo.Version(), nil)
	if err != nil {
		return nil, err
	}
	config.Start = nil
	return a.connect(ctx, config)
}

// connect takes a new connection in place of the one there was.
func (a *app) connect(ctx context.Context, config ipc.Config) (management.Agent, error) {
	client, err := ipc.Dial(ctx, config)
	if err != nil {
		return nil, err
	}
	a.close()
	a.client = client
	return management.Client{Client: client}, nil
}

// close ends the conversation with the daemon.
func (a *app) close() {
	if a.client != nil {
		_ = a.client.Close() // every request was answered
		a.client = nil
	}
}

// status shows err to the person, with its next step, and returns the exit status of
// the program.
func (a *app) status(ctx context.Context, err error) int {
	var command commandError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errFindings):
		return 1
	case errors.As(err, &command):
		return command.status
	case ctx.Err() != nil, errors.Is(err, terminal.ErrGivenUp):
		return statusInterrupted
	}
	failed := ipc.AsError(err)
	lines := strings.Split(strings.TrimRight(failed.Message, "\n"), "\n")
	a.say(lines[0])
	for _, line := range lines[1:] {
		a.tell(line)
	}
	if failed.Hint != "" {
		a.tell("  " + failed.Hint)
	}
	return failed.Code.ExitStatus()
}

// say writes a line for the person to standard error.
func (a *app) say(line string) { a.tell(ipc.ProgramHelper + ": " + line) }

// warn shows warnings to the person.
func (a *app) warn(warnings []string) {
	for _, warning := range warnings {
		a.say("warning: " + warning)
	}
}

// tell writes a line to standard error as it is, but for control characters.
func (a *app) tell(line string) {
	// Where standard error cannot be written to, there is nobody left to tell.
	_, _ = io.WriteString(a.err, output.Clean(line)+"\n")
}

// print writes lines to standard output.
func (a *app) print(lines ...string) error {
	var text strings.Builder
	for _, line := range lines {
		text.WriteString(output.Clean(line) + "\n")
	}
	_, err := io.WriteString(a.out, text.String())
	return err
}

// printer returns the Printer of standard output.
func (a *app) printer(format output.Format) output.Printer {
	onTerminal := terminal.Is(a.out)
	wanted := a.getenv("NO_COLOR") == "" && a.getenv("CLICOLOR") != "0" && !a.dumb()
	return output.Printer{
		Out: a.out, Format: format, Terminal: onTerminal, Colour: onTerminal && wanted, Width: terminal.Width(a.out),
	}
}

// dumb reports whether the terminal understands no more than lines of text.
func (a *app) dumb() bool { return a.getenv("TERM") == "dumb" }

// unicode reports whether the terminal shows more than ASCII, as the locale says.
func (a *app) unicode() bool {
	if a.dumb() {
		return false
	}
	locale := cmp.Or(a.getenv("LC_ALL"), a.getenv("LC_CTYPE"), a.getenv("LANG"))
	if locale == "" {
		return runtime.GOOS == "windows" // whose console has no locale
	}
	locale = strings.ToLower(locale)
	return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
}

// selection returns the context that the person means whose --context flag is flag.
func (a *app) selection(flag string) ipc.Selection {
	return ipc.Select(flag, a.directory, a.getenv)
}

// absolute returns path as the daemon, which runs in another directory, can use it.
func (a *app) absolute(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(a.directory, path)
}

// usage returns an error about the command line of cmd.
func usage(cmd *cobra.Command, message string) error {
	return &ipc.Error{Code: ipc.Usage, Message: message, Hint: "see `" + cmd.CommandPath() + " --help`"}
}
