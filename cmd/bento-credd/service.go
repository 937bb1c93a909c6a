package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	kardianos "github.com/kardianos/service"

	"github.com/bento-cred/bento-cred/cmd/bento-credd/internal/service"
	"github.com/bento-cred/bento-cred/configs/unit"
	"github.com/bento-cred/bento-cred/internal/version/buildinfo"
	"github.com/bento-cred/bento-cred/ipc"
)

// serviceVerb carries out "service COMMAND".
func serviceVerb(args, environ []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	verb, options, err := parseService(args)
	if err == nil {
		var config service.Config
		if config, err = serviceConfig(environ, stdout, stderr); err == nil {
			err = service.Carry(ctx, verb, options, config)
		}
	}
	if err == nil {
		return 0
	}
	failed := ipc.AsError(err)
	_, _ = fmt.Fprintf(stderr, "bento-cred: %s\n", failed.Message) // there is nowhere else to say it
	if failed.Hint != "" {
		_, _ = fmt.Fprintf(stderr, "  %s\n", failed.Hint) // as above
	}
	return failed.Code.ExitStatus()
}

// parseService reads the command and its flags.
func parseService(args []string) (verb string, options service.Options, err error) {
	if len(args) == 0 || !slices.Contains(service.Verbs(), args[0]) {
		return "", options, serviceUsage("say one of " + strings.Join(service.Verbs(), ", "))
	}
	verb = args[0]
	flags := flag.NewFlagSet(verb, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	const defaultLines = 50
	switch verb {
	case "install":
		flags.BoolVar(&options.Linger, "linger", false, "")
	case "logs":
		flags.BoolVar(&options.Follow, "follow", false, "")
		flags.BoolVar(&options.Follow, "f", false, "")
		flags.IntVar(&options.Lines, "lines", defaultLines, "")
		flags.IntVar(&options.Lines, "n", defaultLines, "")
	}
	if err := flags.Parse(args[1:]); err != nil {
		return "", options, serviceUsage(err.Error())
	}
	if flags.NArg() > 0 {
		return "", options, serviceUsage(fmt.Sprintf("%q is not understood", flags.Arg(0)))
	}
	if options.Lines < 0 {
		return "", options, serviceUsage("a number of lines is not negative")
	}
	return verb, options, nil
}

func serviceUsage(message string) error {
	return &ipc.Error{Code: ipc.Usage, Message: "service: " + message, Hint: "run `bento-cred service --help`"}
}

// serviceConfig describes this machine and this user.
func serviceConfig(environ []string, stdout, stderr io.Writer) (service.Config, error) {
	socket, err := ipc.SocketPath(ipc.Lookup(environ))
	if err != nil {
		return service.Config{}, err
	}
	program, err := stableProgram(ipc.Lookup(environ)("PATH"))
	if err != nil {
		return service.Config{}, fmt.Errorf("finding this program: %w", err)
	}
	who, err := user.Current()
	if err != nil {
		return service.Config{}, fmt.Errorf("finding out who you are: %w", err)
	}
	if err := reachManager(ipc.Lookup(environ), os.Getuid()); err != nil {
		return service.Config{}, err
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return service.Config{}, err
	}
	return service.Config{
		GOOS:    runtime.GOOS,
		Program: program,
		Version: buildinfo.Version(),
		Socket:  socket,
		Home:    home,
		UID:     os.Getuid(),
		User:    who.Username,
		Environ: environ,
		Out:     stdout,
		Run:     outputOf,
		Show: func(ctx context.Context, name string, args ...string) error {
			cmd := exec.CommandContext(ctx, name, args...)
			cmd.Stdout, cmd.Stderr = stdout, stderr
			return cmd.Run()
		},
		Library: func(text string) (service.Library, error) { return library(program, text) },
	}, nil
}

// stableProgram returns the path of this program by which an upgrade finds it again: the
// name on PATH where that is this very file, which in a package manager's own directory of
// one version (Homebrew's Cellar, Nix's store) it is not.
func stableProgram(path string) (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	this, err := os.Stat(program)
	if err != nil {
		return "", err
	}
	for _, dir := range filepath.SplitList(path) {
		candidate := filepath.Join(dir, filepath.Base(program))
		if info, err := os.Stat(candidate); filepath.IsAbs(candidate) && err == nil && os.SameFile(info, this) {
			return candidate, nil
		}
	}
	return program, nil
}

// reachManager gives the commands that ask the user's systemd the variable by which they
// find it: shells of su, cron and some IDEs lack it.
func reachManager(getenv func(string) string, uid int) error {
	dir := fmt.Sprintf("/run/user/%d", uid)
	if runtime.GOOS != "linux" || getenv("XDG_RUNTIME_DIR") != "" {
		return nil
	}
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return os.Setenv("XDG_RUNTIME_DIR", dir)
}

// outputOf runs a program and returns its standard output; what it said of a failure stands in
// the error.
func outputOf(ctx context.Context, name string, args ...string) (string, error) {
	var said strings.Builder
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stderr = &said
	out, err := cmd.Output()
	if text := strings.TrimSpace(said.String()); err != nil && text != "" {
		err = fmt.Errorf("%w: %s", err, strings.ReplaceAll(text, "\n", "; "))
	}
	if err != nil {
		return "", fmt.Errorf("running %s: %w", name, err)
	}
	return string(out), nil
}

// library returns the library's service, whose file has the text.
func library(program, text string) (service.Library, error) {
	name := unit.Name
	if runtime.GOOS == "darwin" {
		name = unit.Label
	}
	made, err := kardianos.New(elsewhere{}, &kardianos.Config{
		Name:        name,
		DisplayName: unit.Name,
		Description: "BentoCloud tokens for this user's programs",
		Executable:  program,
		Arguments:   []string{"run"},
		Option: kardianos.KeyValue{
			"UserService":   true,
			"SystemdScript": text,
			"LaunchdConfig": text,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("asking for the system's service manager: %w", err)
	}
	return made, nil
}

// elsewhere is what the library would run, in programs that have it run them. The daemon
// runs itself: the library's way knows no sockets and no readiness.
type elsewhere struct{}

var errElsewhere = errors.New("the daemon is run by bento-credd run")

// Start implements the library's Interface.
func (elsewhere) Start(kardianos.Service) error { return errElsewhere }

// Stop implements the library's Interface.
func (elsewhere) Stop(kardianos.Service) error { return errElsewhere }
