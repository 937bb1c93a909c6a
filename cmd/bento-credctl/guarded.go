package main

import (
	"context"
	"fmt"
	"strings"
	"sync"

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

// guarded runs a command that has, in place of the token, a capability for local
// addresses which add it: of the context's endpoint, and of each deployment that is named.
// It is worth nothing elsewhere, and nothing at all when the command has ended.
func (a *app) guarded(cmd *cobra.Command, request ipc.Request, deployments, command []string) error {
	// What a person types at the terminal is for the command, which may well go on after it.
	ctx, cancel := context.WithCancel(context.WithoutCancel(cmd.Context()))
	defer cancel()
	guard := guardedCommand{app: a}
	developer := request
	developer.Access = "developer"
	key, address, err := guard.serve(ctx, developer, credential.Secret{})
	if err != nil {
		return err
	}
	environ := []string{keyVariable + "=" + key.Reveal(), endpointVariable + "=" + address}
	for _, name := range deployments {
		_, address, err := guard.serve(ctx, requestFor(verbExec, name, request.Selection), key)
		if err != nil {
			return err
		}
		environ = append(environ, variableOf(name)+"="+address)
	}
	running, err := a.start(command, append(ipc.WithoutToken(a.environ), environ...), a.out, a.err)
	if err == nil {
		err = running.wait()
	}
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
