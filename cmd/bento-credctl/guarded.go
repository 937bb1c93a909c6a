package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/proxy"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// The variables of a guarded command.
const (
	// deploymentVariable begins the name of the variable with a deployment's local address:
	// BENTO_DEPLOYMENT_SUMMARIZER_URL.
	deploymentVariable = "BENTO_DEPLOYMENT_"
	managementHeader   = "X-Yatai-Api-Token"
)

// Exit statuses of a command that does not run, as in env(1).
const (
	statusCannotRun = 126
	statusNotFound  = 127
)

// commandError ends this program with the status of a command that it ran.
type commandError struct{ status int }

// Error implements error.
func (e commandError) Error() string {
	return fmt.Sprintf("the command ended with status %d", e.status)
}

// guarded runs a command that has, in place of the token, a capability for local
// addresses which add it: of the context's endpoint, and of each deployment that is named.
// It is worth nothing elsewhere, and nothing at all when the command has ended.
func (a *app) guarded(cmd *cobra.Command, selection ipc.Selection, deployments, command []string) error {
	// What a person types at the terminal is for the command, which may well go on after it.
	ctx, cancel := context.WithCancel(context.WithoutCancel(cmd.Context()))
	defer cancel()
	guard := guardedCommand{app: a}
	key, address, err := guard.serve(ctx, ipc.Request{Selection: selection, Access: "developer"}, credential.Secret{})
	if err != nil {
		return err
	}
	environ := []string{keyVariable + "=" + key.Reveal(), endpointVariable + "=" + address}
	for _, name := range deployments {
		_, address, err := guard.serve(ctx, requestFor(name, selection), key)
		if err != nil {
			return err
		}
		environ = append(environ, variableOf(name)+"="+address)
	}
	err = guard.run(command, environ)
	cancel()
	guard.serving.Wait()
	return err
}

// guardedCommand is a command with its proxies.
type guardedCommand struct {
	app     *app
	serving sync.WaitGroup // has one for each proxy
}

// serve starts a proxy for a request and returns its capability, which is key if there is
// one, and its address.
func (g *guardedCommand) serve(ctx context.Context, request ipc.Request, key credential.Secret) (credential.Secret, string, error) {
	up, err := g.app.upstream(ctx, request)
	if err != nil {
		return key, "", err
	}
	p, err := proxy.New(proxy.Config{
		Upstream: up.origin, Inject: up.inject, Capability: key, Accept: []string{managementHeader},
	})
	if err != nil {
		return key, "", err
	}
	listener, err := proxy.Listen(ctx, 0)
	if err != nil {
		return key, "", &ipc.Error{Code: ipc.Internal, Message: err.Error(), Hint: "try again"}
	}
	g.serving.Go(func() {
		if err := p.Serve(ctx, listener); err != nil {
			g.app.say("passing requests on to " + up.origin + ": " + err.Error())
		}
	})
	return p.Capability(), fmt.Sprintf("http://127.0.0.1:%d", listener.Port()), nil
}

// run runs the command and returns an error with its status, unless that is 0. An interrupt
// from the terminal reaches the command by itself; what is sent to this program alone is
// passed on.
func (g *guardedCommand) run(command, environ []string) error {
	child := exec.Command(command[0], command[1:]...) //nolint:noctx // it ends when it wants to
	child.Env = append(withoutTokens(g.app.environ), environ...)
	child.Dir = g.app.directory
	child.Stdin, child.Stdout, child.Stderr = g.app.in, g.app.out, g.app.err
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	err := child.Start()
	if err == nil {
		ended := make(chan struct{})
		go passOn(signals, child.Process, ended)
		err = child.Wait()
		close(ended)
	}
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &exit):
		return commandError{statusOf(exit.ProcessState)}
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, os.ErrNotExist):
		g.app.say("running " + quoted(command[0]) + ": it is not there; look at its name and PATH")
		return commandError{statusNotFound}
	default:
		g.app.say("running " + quoted(command[0]) + ": " + err.Error())
		return commandError{statusCannotRun}
	}
}

// passOn passes signals on to a process until it has ended.
func passOn(signals <-chan os.Signal, process *os.Process, ended <-chan struct{}) {
	for {
		select {
		case got := <-signals:
			if got != os.Interrupt {
				_ = process.Signal(got) // it may have ended by itself
			}
		case <-ended:
			return
		}
	}
}

// withoutTokens returns environ without what would lead a command past its guard.
func withoutTokens(environ []string) []string {
	kept := make([]string, 0, len(environ))
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		switch name {
		case keyVariable, endpointVariable, ipc.SourceVariable, ipc.SourceBentoML, "BENTO_CLOUD_ENDPOINT":
		default:
			kept = append(kept, variable)
		}
	}
	return kept
}

// variableOf returns the name of the variable with the local address of a deployment.
func variableOf(deployment string) string {
	name := strings.Map(func(r rune) rune {
		if (r >= 'A' && r <= 'Z') || (r >= '0' && r <= '9') {
			return r
		}
		return '_'
	}, strings.ToUpper(deployment))
	return deploymentVariable + name + "_URL"
}
