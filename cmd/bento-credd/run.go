package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/bento-cred/bento-cred/cmd/bento-credd/internal/systemlog"
	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/daemon"
	"github.com/bento-cred/bento-cred/internal/dbusenv"
	"github.com/bento-cred/bento-cred/internal/version/buildinfo"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/server"
)

const usage = `bento-credd holds BentoCloud tokens and serves them over a Unix socket.

Usage:
  bento-credd run [--on-demand]   serve until told to stop; with --on-demand, also
                                  until nobody has asked for a while
  bento-credd start               start "run --on-demand" in the background, and return
                                  when it answers
  bento-credd service COMMAND     have the system keep the daemon running; see
                                  "bento-cred service --help"
  bento-credd version             print the version

It is started by bento-cred when it is needed. See "bento-cred --help".
`

// Main runs the daemon and returns its exit status.
func Main(args, environ []string, stdin io.Reader, stdout io.Writer, stderr *os.File) int {
	if len(args) < 2 {
		_, _ = io.WriteString(stderr, usage) // there is nowhere else to say that it failed
		return ipc.Usage.ExitStatus()
	}
	switch verb, flags := args[1], args[2:]; {
	case verb == daemon.WorkerVerb && len(flags) == 0:
		if err := closeToOthers(); err != nil {
			_, _ = fmt.Fprintln(stderr, err) // the daemon logs it
			return ipc.Internal.ExitStatus()
		}
		return daemon.RunWorker(stdin, stdout, stderr)
	case verb == "start" && len(flags) == 0:
		return start(environ, stderr)
	case verb == readyVerb && len(flags) == 0:
		return runReady(environ, stderr)
	case verb == "service":
		return serviceVerb(flags, environ, stdout, stderr)
	case verb == "run" && len(flags) == 0:
		return run(environ, stderr, runOptions{})
	case verb == "run" && len(flags) == 1 && flags[0] == "--on-demand":
		return run(environ, stderr, runOptions{onDemand: true})
	case verb == "version" || verb == "--version":
		_, _ = fmt.Fprintln(stdout, "bento-credd", buildinfo.Version()) // as above
		return 0
	case verb == "help" || verb == "--help" || verb == "-h":
		_, _ = io.WriteString(stdout, usage) // as above
		return 0
	default:
		_, _ = fmt.Fprintf(stderr, "bento-credd: %q is not understood\n\n%s", args[1:], usage) // as above
		return ipc.Usage.ExitStatus()
	}
}

// runOptions say how a daemon came to be started.
type runOptions struct {
	onDemand bool
	ready    func() // called when peers can connect; nil: nobody waits for that
}

// run serves, and tells on stderr how that ended.
func run(environ []string, stderr *os.File, options runOptions) int {
	level := &slog.LevelVar{}
	log := slog.New(systemlog.New(stderr, level))
	config, err := configure(environ)
	if err == nil {
		err = closeToOthers()
	}
	if err == nil {
		config.OnDemand, config.Ready = options.onDemand, options.ready
		config.Log, config.Level = log, level
		if !options.onDemand {
			err = underManager(&config)
		}
	}
	if err == nil {
		beModest(ipc.Lookup(environ))
		err = serve(config)
	}
	if errors.Is(err, server.ErrRunning) && options.onDemand {
		return 0 // whoever started us is served
	}
	if errors.Is(err, daemon.ErrLocked) {
		err = nil // whoever asks next brings up one that knows nothing
		if !options.onDemand && config.Inherited == nil {
			err = again(config.Executable, environ)
		}
	}
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "bento-credd: %v\n", err) // there is nowhere else to say it
		return ipc.ExitStatus(err)
	}
	return 0
}

// underManager has a daemon that a service manager may have started take over the socket
// which that one opened, and tell it when peers are answered.
func underManager(config *daemon.Config) error {
	inherited, err := managersSocket()
	if err != nil {
		return err
	}
	if inherited != nil {
		config.Inherited, config.Socket = inherited, inherited.Path()
	}
	config.Ready = func() {
		if err := tellManager(); err != nil {
			config.Log.Warn("the service manager may take us for hung", "error", err)
		}
	}
	config.Environ = slices.DeleteFunc(config.Environ, func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return slices.Contains(managerVariables(), name)
	})
	return nil
}

// oneIn is which part of the processors the daemon uses. What it does for a request takes some
// microseconds, and handing a part of that to another processor takes longer; a helper waits
// for one thread. Those who ask need the other processors to be started on.
const oneIn = 4

// beModest keeps the daemon to its part of the processors, unless somebody said how many.
func beModest(getenv func(string) string) {
	if getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(max(1, runtime.GOMAXPROCS(0)/oneIn))
	}
}

// serve runs the daemon until it is told to end.
func serve(config daemon.Config) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	d, err := daemon.New(config)
	if err != nil {
		return err
	}
	return d.Run(ctx)
}

// configure finds the daemon's places in environ.
func configure(environ []string) (daemon.Config, error) {
	getenv := ipc.Lookup(environ)
	socket, err := ipc.SocketPath(getenv)
	if err != nil {
		return daemon.Config{}, err
	}
	configFile, err := configs.Path(getenv, runtime.GOOS)
	if err != nil {
		return daemon.Config{}, err
	}
	data, err := dataDir(getenv, runtime.GOOS)
	if err != nil {
		return daemon.Config{}, err
	}
	executable, err := os.Executable()
	if err != nil {
		return daemon.Config{}, fmt.Errorf("finding this program: %w", err)
	}
	passphraseFile := getenv(passphraseVariable)
	if passphraseFile != "" && !filepath.IsAbs(passphraseFile) {
		return daemon.Config{}, &ipc.Error{
			Code:    ipc.Usage,
			Message: fmt.Sprintf("%s=%q is not an absolute path", passphraseVariable, passphraseFile),
		}
	}
	return daemon.Config{
		Version:        buildinfo.Version(),
		Socket:         socket,
		ConfigFile:     configFile,
		StateFile:      filepath.Join(data, "state.json"),
		DataDir:        data,
		PassphraseFile: passphraseFile,
		Executable:     executable,
		Args:           []string{daemon.WorkerVerb},
		Environ:        environ,
		Bus:            dbusenv.Address,
		SystemBus:      func() string { return systemBus(getenv) },
		Now:            time.Now,
	}, nil
}

// passphraseVariable names the file that holds the file store's passphrase.
const passphraseVariable = "BENTO_CRED_PASSPHRASE_FILE"
