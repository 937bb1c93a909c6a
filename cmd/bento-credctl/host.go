package main

import (
	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/ipc/management"
)

func (a *app) hostCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:   "host",
		Short: "Say which hosts a context's tokens may be sent to",
		Long: `Say which hosts a context's tokens may be sent to.

A context's own are its endpoint and the addresses of its deployments, as BentoCloud tells
them. A gateway or a domain of your own is bound by hand. Scheme, host and port have to be
exactly those; nothing is guessed from a part of a name.`,
	}, a.hostAddCommand(), a.hostListCommand(), a.hostRemoveCommand())
}

func (a *app) hostAddCommand() *cobra.Command {
	var deployment string
	cmd := &cobra.Command{
		Use:   "add URL",
		Short: "Bind a host to a context",
		Long: `Bind a host to a context: its tokens may be sent there from then on. With --deployment a
token for that deployment alone is enough, without it takes one for all of them.`,
		Example: `  bento-cred host add https://ai.acme.example
  bento-cred host add https://llama.acme.example --deployment llama --context acme`,
		Args:              arguments(1, 1, "a URL"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Flags().StringVar(&deployment, "deployment", "", "the deployment that answers there")
	register(cmd, "deployment", cobra.NoFileCompletions)
	context := a.contextFlag(cmd, "the context to bind it to")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		agent, err := a.agent(cmd.Context())
		if err != nil {
			return err
		}
		host, err := agent.AddHost(cmd.Context(), management.Binding{
			Selection: a.selection(*context), URL: args[0], Deployment: deployment,
		})
		if err != nil {
			return err
		}
		return a.print("Tokens of context " + quoted(host.Context) + " for " + quoted(host.Access) + " may be sent to " + host.URL + ".")
	}
	return cmd
}

func (a *app) hostListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the hosts of the contexts",
		Long: `List the hosts that tokens may be sent to: of one context, or of all. BentoCloud is not
asked: a deployment is listed once something was asked of it.`,
		Example: `  bento-cred host list
  bento-cred host list --context acme -o json | jq -r '.[].url'`,
		Args: noArguments,
	}
	context := a.contextFlag(cmd, "the context whose hosts to list (default: all)")
	format := formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		agent, err := a.agent(cmd.Context())
		if err != nil {
			return err
		}
		selection := a.selection(*context)
		if *context == "" {
			selection.Context, selection.Source = "", "" // the environment chooses for one, and this is about all
		}
		hosts, err := agent.Hosts(cmd.Context(), selection)
		if err != nil {
			return err
		}
		return a.show(cmd, *format, hosts, hostsView(hosts))
	}
	return cmd
}

func hostsView(hosts []management.Host) output.View {
	view := output.View{
		Header: []string{"URL", "CONTEXT", "DEPLOYMENT", "BECAUSE", "HEADER", "ACCESS"},
		Empty:  "There is no context yet; `bento-cred login` makes one.",
	}
	for _, h := range hosts {
		access := output.Text(h.Access)
		if h.Public {
			access = output.Cell{Text: "none needed", Style: output.Faint}
		}
		view.Rows = append(view.Rows, []output.Cell{
			{Text: h.URL, Style: output.Strong},
			output.Text(h.Context), output.Text(h.Deployment),
			output.Text(h.Origin), output.Text(h.Header), access,
		})
	}
	return view
}

func (a *app) hostRemoveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:               "remove URL",
		Short:             "Take back what host add did",
		Long:              "Take back what `bento-cred host add` did: no token is sent there any more.",
		Example:           "  bento-cred host remove https://ai.acme.example",
		Args:              arguments(1, 1, "a URL"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	context := a.contextFlag(cmd, "the context it is bound to")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		agent, err := a.agent(cmd.Context())
		if err != nil {
			return err
		}
		host, err := agent.RemoveHost(cmd.Context(), management.Binding{Selection: a.selection(*context), URL: args[0]})
		if err != nil {
			return err
		}
		return a.print("No token of context " + quoted(host.Context) + " is sent to " + host.URL + " any more.")
	}
	return cmd
}
