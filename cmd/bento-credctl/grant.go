package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/internal/endpoint"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// grantTime is how long a grant holds of which nobody says it.
const grantTime = 30 * time.Minute

func (a *app) grantCommand() *cobra.Command {
	wish := management.GrantWish{}
	cmd := &cobra.Command{
		Use:   "grant [flags] -- COMMAND [ARGUMENT...]",
		Short: "Give a script or an agent leave for some tokens, and for no others",
		Long: `Run a command that may have tokens of one context, for some hosts, for some time, so and
so often, as may all that it starts. They get nothing else from bento-cred: no other
context's tokens, no logins, no changes.

Where a rule would have you asked about a token, you are asked about the grant, once, and
then no more; a rule with verb = "grant" decides without asking. A rule that denies is
stronger than any grant.

The grant ends with the command. What the command started and left behind is on its own
then, as any program. A token that it was given stays good until it expires.`,
		Example: `  bento-cred grant --ttl 1h --uses 20 -- claude
  bento-cred grant --context ci --host summarizer-acme.example -- ./smoke-test.sh
  bento-cred grant list`,
		DisableFlagsInUseLine: true,
		Args:                  arguments(1, unlimited, "a command to run"),
	}
	context := a.contextFlag(cmd, "the context whose tokens it may have")
	cmd.Flags().StringSliceVar(&wish.Hosts, "host", nil, "a host it may have a token for; may be repeated (default: all of the context's)")
	register(cmd, "host", cobra.NoFileCompletions)
	cmd.Flags().DurationVar(&wish.TTL, "ttl", grantTime, "for how long")
	register(cmd, "ttl", cobra.NoFileCompletions)
	cmd.Flags().IntVar(&wish.Uses, "uses", 0, "how often (default: any number of times)")
	register(cmd, "uses", cobra.NoFileCompletions)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if cmd.Flags().Changed("uses") && wish.Uses <= 0 {
			return usage(cmd, "--uses is a number from 1")
		}
		wish.Selection = a.selection(*context)
		for i, host := range wish.Hosts {
			wish.Hosts[i] = hostName(host)
		}
		return a.runGranted(cmd, wish, args)
	}
	cmd.Flags().SetInterspersed(false) // flags behind the command are the command's
	cmd.AddCommand(a.grantListCommand())
	return cmd
}

// hostName returns the host, and the port, of what may be typed as a URL.
func hostName(text string) string {
	if origin, err := endpoint.Origin(text); err == nil {
		_, text, _ = strings.Cut(origin, "://")
	}
	return strings.ToLower(text)
}

// runGranted runs a command below a grant. The grant is bound to this process, which adopts
// what the command leaves behind, so that nothing slips out of it while the command runs.
func (a *app) runGranted(cmd *cobra.Command, wish management.GrantWish, command []string) error {
	if err := adoptOrphans(); err != nil {
		a.say("warning: " + err.Error() + "; what the command starts and leaves to itself is not held by the grant")
	}
	agent, err := a.agent(cmd.Context())
	if err != nil {
		return err
	}
	given, err := agent.Grant(cmd.Context(), wish)
	if err != nil {
		return err
	}
	a.close() // the daemon need not wait for the command
	// Its own environment must not lead it elsewhere, nor bring a token along.
	environ := append(ipc.WithoutToken(a.environ), ipc.SourceVariable+"="+given.Context)
	running, err := a.start(command, environ, a.out, a.err)
	if err != nil {
		return err
	}
	defer reapOrphans(running.command.Process.Pid)()
	status := running.wait()
	if agent, err := a.running(context.WithoutCancel(cmd.Context())); err == nil {
		_ = agent.EndGrant(cmd.Context(), given.ID) // it ends with this process, too
	}
	return status
}

func (a *app) grantListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the grants in force",
		Long:    "List the grants whose commands are running.",
		Example: "  bento-cred grant list -o json",
		Args:    noArguments,
	}
	format := formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		agent, err := a.agent(cmd.Context())
		if err != nil {
			return err
		}
		grants, err := agent.Grants(cmd.Context())
		if err != nil {
			return err
		}
		return a.show(cmd, *format, grants, a.grantsView(grants))
	}
	return cmd
}

func (a *app) grantsView(grants []management.Grant) output.View {
	view := output.View{
		Header: []string{"GRANT", "CONTEXT", "HOSTS", "USES LEFT", "EXPIRES", "PID"},
		Empty:  "No grant is in force.",
	}
	for _, g := range grants {
		hosts, left := "all of the context's", "any number"
		if len(g.Hosts) > 0 {
			hosts = strings.Join(g.Hosts, ", ")
		}
		if g.Limited {
			left = strconv.Itoa(g.Left)
		}
		view.Rows = append(view.Rows, []output.Cell{
			{Text: g.ID, Style: output.Strong},
			output.Text(g.Context), output.Text(hosts), output.Text(left),
			output.Text(a.expiry(g.Expires)), output.Text(strconv.Itoa(g.PID)),
		})
	}
	return view
}
