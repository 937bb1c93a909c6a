// Command try shows the main job of bento-cred, from a login to a call, with the
// programs as they were built: `make try`.
//
// It runs them as a person would, in a home that is thrown away, against a stand-in of
// BentoCloud on this machine, and prints each command with what it said. No keychain of
// the machine's owner is touched: the throwaway home has no message bus, so the tokens
// go into the encrypted file in it. At the end the daemon is stopped, the home removed,
// and it is checked that neither left anything behind. It needs Go and a POSIX shell.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
)

// Nothing of this is real.
const (
	tokenDeveloper = "made-up-developer-token"
	tokenEndpoints = "made-up-endpoints-token"
	deployment     = "summarizer"
)

func main() { os.Exit(Main(os.Args, os.Stdout, os.Stderr)) }

// Main shows everything and returns the exit status: 1 when a step failed.
func Main(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if filepath.Base(args[0]) == clientName {
		return report(stderr, client(ctx, args[1:], stdout))
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.SetOutput(stderr)
	bin := flags.String("bin", "bin", "the directory of the built programs")
	if err := flags.Parse(args[1:]); err != nil {
		return 2
	}
	return report(stderr, try(ctx, *bin, stdout))
}

func report(stderr io.Writer, err error) int {
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprintln(stderr, "try:", err) // there is nowhere else to say it
	return 1
}

// try makes the stand-in and the home, shows the steps, and takes both away.
func try(ctx context.Context, bin string, stdout io.Writer) (err error) {
	cloud := cloudtest.Start(cloudtest.Config{
		Deployments: []cloudtest.Deployment{{Name: deployment}},
		Tokens: []cloudtest.Token{
			{Value: tokenDeveloper, Name: "developer", Developer: true},
			{Value: tokenEndpoints, Name: "endpoints", Deployments: []string{deployment}},
		},
	})
	defer cloud.Close()
	home, err := newHome(bin, cloud)
	if err != nil {
		return fmt.Errorf("making the throwaway home: %w", err)
	}
	defer func() {
		left := home.remove()
		if err = errors.Join(err, left); err == nil {
			_, err = fmt.Fprintln(stdout, "\nDone. The daemon has ended, the throwaway home is gone, and no process was left.")
		}
	}()
	for _, s := range steps {
		if err := s.show(ctx, home, stdout); err != nil {
			return fmt.Errorf("%s: %w", s.command, err)
		}
	}
	return nil
}
