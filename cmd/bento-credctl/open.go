package main

import (
	"errors"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/browser"
	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/proxy"
	"github.com/bento-cred/bento-cred/ipc"
)

func (a *app) openCommand() *cobra.Command {
	var noOpen bool
	cmd := &cobra.Command{
		Use:   "open DEPLOYMENT|URL",
		Short: "Open a protected deployment in the browser",
		Long: `Open a protected deployment in the browser, at a local address that adds the token. Runs
until it is interrupted.

The link that is opened works once and for a minute. It gives the browser a cookie that is
good for this address alone; the page never has the token, and no other page gets in.`,
		Example: `  bento-cred open summarizer
  bento-cred open https://llama-acme.example --no-open`,
		Args:              arguments(1, 1, "the name of a deployment, or a URL"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Flags().BoolVar(&noOpen, "no-open", false, "only print the link")
	context := a.contextFlag(cmd, "the context that has the deployment")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		up, err := a.upstream(ctx, requestFor(cmd.Name(), args[0], a.selection(*context)))
		if err != nil {
			return err
		}
		p, err := proxy.New(proxy.Config{Upstream: up.origin, Inject: up.inject, Observe: a.observer()})
		if err != nil {
			return err
		}
		listener, err := proxy.Listen(ctx, 0)
		if err != nil {
			return &ipc.Error{Code: ipc.Internal, Message: err.Error(), Hint: "try again"}
		}
		link, err := p.Link(listener.Port())
		if err != nil {
			return err
		}
		a.say(up.origin + " is at " + p.Address(listener.Port()) + " until Ctrl-C")
		ended := make(chan error, 1)
		go func() { ended <- p.Serve(ctx, listener) }()
		if noOpen {
			err = a.print(link.Reveal())
		} else {
			err = a.openLink(cmd, link.Reveal())
		}
		return errors.Join(err, <-ended)
	}
	return cmd
}

// openLink opens the link in the browser, or prints it where there is none.
func (a *app) openLink(cmd *cobra.Command, link string) error {
	opener := browser.Opener{Getenv: a.getenv, Environ: a.environ, System: runtime.GOOS}
	if err := opener.Open(cmd.Context(), link); err != nil && cmd.Context().Err() == nil {
		a.say("the browser could not be opened; open this link within a minute:")
		return a.print(link)
	}
	return nil
}
