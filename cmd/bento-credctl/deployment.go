package main

import (
	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/ipc/management"
)

func (a *app) deploymentCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:   "deployment",
		Short: "Show deployments, and which token each would get",
		Long: `Show the deployments that BentoCloud shows to a context: whether they want a token, where
they answer, and which token of the context would be sent there.`,
	}, a.deploymentListCommand(), a.deploymentGetCommand())
}

func (a *app) deploymentListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the deployments of a context",
		Long:  "List the deployments that BentoCloud shows to a context.",
		Example: `  bento-cred deployment list
  bento-cred deployment list --context staging -o json | jq -r '.[] | select(.protected).name'`,
		Args: noArguments,
	}
	context := a.contextFlag(cmd, "the context whose token asks")
	format := formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		agent, err := a.agent(cmd.Context())
		if err != nil {
			return err
		}
		list, err := agent.Deployments(cmd.Context(), a.selection(*context))
		if err != nil {
			return err
		}
		return a.show(cmd, *format, list, deploymentsView(list))
	}
	return cmd
}

func deploymentsView(list []management.Deployment) output.View {
	view := output.View{
		Header: []string{"NAME", "STATUS", "PROTECTED", "URL", "TOKEN"},
		Empty:  "There is no deployment.",
	}
	for _, d := range list {
		view.Rows = append(view.Rows, []output.Cell{
			{Text: d.Name, Style: output.Strong},
			output.Text(d.Status), protectedCell(d),
			output.Text(joined(" ", d.URLs...)), usedCell(d),
		})
	}
	return view
}

func protectedCell(d management.Deployment) output.Cell {
	if d.Protected {
		return output.Text("yes")
	}
	return output.Cell{Text: "no", Style: output.Faint}
}

// usedCell tells which token a deployment would get.
func usedCell(d management.Deployment) output.Cell {
	switch {
	case !d.Protected:
		return output.Cell{Text: "none needed", Style: output.Faint}
	case d.Token == nil:
		return output.Cell{Text: "none: " + d.Missing, Style: output.Bad}
	}
	name := d.Token.Name
	if name == "" {
		name = d.Token.UID
	}
	if name == "" {
		name = d.Token.Kind
	}
	return output.Text(name + ", " + accessText(d.Token.Access))
}

func (a *app) deploymentGetCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:               "get NAME",
		Short:             "Show one deployment",
		Long:              "Show one deployment of a context.",
		Example:           "  bento-cred deployment get summarizer -o yaml",
		Args:              arguments(1, 1, "the name of a deployment"),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	context := a.contextFlag(cmd, "the context whose token asks")
	format := formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		agent, err := a.agent(cmd.Context())
		if err != nil {
			return err
		}
		d, err := agent.Deployment(cmd.Context(), a.selection(*context), args[0])
		if err != nil {
			return err
		}
		return a.show(cmd, *format, d, deploymentView(d))
	}
	return cmd
}

func deploymentView(d management.Deployment) output.View {
	var view output.View
	view.Add("name", output.Cell{Text: d.Name, Style: output.Strong})
	view.Add("context", output.Text(d.Context))
	view.Add("cluster", output.Text(d.Cluster))
	view.Add("status", output.Text(d.Status))
	view.Add("protected", protectedCell(d))
	for _, url := range d.URLs {
		view.Add("url", output.Text(url))
	}
	view.Add("token", usedCell(d))
	return view
}
