package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/checkup"
	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/internal/version/buildinfo"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

func (a *app) doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look for what is wrong, and say how to mend it",
		Long: `Look for what keeps programs from their token, or gives them another one than you
believe: in the environment, at the socket, in the daemon, the store, the settings and
the contexts, and in BentoML's own context file. Each finding comes with the one
command that mends it. The exit status is 1 where something is to be mended.

A token in the history of your shell is not looked for: doctor does not read what you
have typed.`,
		Example: `  bento-cred doctor
  bento-cred doctor -o json | jq -r '.[].mend'`,
		Args: noArguments,
	}
	format := formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		found := a.checkup(cmd.Context())
		if err := cmd.Context().Err(); err != nil {
			return err
		}
		if err := a.show(cmd, *format, found, findingsView(found)); err != nil {
			return err
		}
		if checkup.Problems(found) > 0 {
			return errFindings
		}
		return nil
	}
	return cmd
}

// checkup looks at everything. What cannot be asked because something else is wrong is
// left out: that is a finding already.
func (a *app) checkup(ctx context.Context) []checkup.Finding {
	executable, err := os.Executable()
	if err != nil {
		executable = ""
	}
	found := append([]checkup.Finding{}, checkup.Environment(a.environ, executable)...)
	config, err := ipc.ConfigFromEnvironment(a.environ, buildinfo.Version(), nil)
	if err != nil {
		return found
	}
	atSocket, answers := checkup.Socket(ctx, config)
	found = append(found, atSocket...)
	if !answers {
		return found
	}
	agent, err := a.agent(ctx)
	if err != nil {
		return append(found, checkup.Failed(err))
	}
	status, err := agent.Status(ctx)
	if err != nil {
		return append(found, checkup.Failed(err))
	}
	found = append(found, checkup.State(status, buildinfo.Version(), a.now())...)
	if status.Store.State == stateReady {
		found = append(found, checkup.Selection(a.selection(""), status.Contexts)...)
	}
	return append(found, a.bentoMLCheckup(ctx, agent)...)
}

// bentoMLCheckup looks at BentoML's file where there is one.
func (a *app) bentoMLCheckup(ctx context.Context, agent management.Agent) []checkup.Finding {
	path, err := a.bentoMLFile("")
	if err != nil {
		return nil
	}
	if _, err := os.Stat(path); err != nil {
		return nil
	}
	file, err := agent.Import(ctx, management.Import{Path: path, DryRun: true})
	switch {
	case errors.Is(err, ipc.NotFound):
		return nil
	case err != nil:
		return []checkup.Finding{{
			Name:    "bentoml-file",
			Problem: err.Error(),
			Mend:    "${EDITOR:-vi} " + shellWord(path),
			Note:    true, // BentoML leaves such a file behind while it writes one
		}}
	}
	return checkup.BentoML(file)
}

// findingsView shows each finding and, below it, its mend.
func findingsView(found []checkup.Finding) output.View {
	view := output.View{Plain: [][]output.Cell{}}
	if len(found) == 0 {
		view.Empty = "Everything is fine."
	}
	for _, finding := range found {
		kind := "problem"
		if finding.Note {
			kind = "note"
		}
		view.Plain = append(view.Plain, []output.Cell{
			output.Text(kind), output.Text(finding.Name), output.Text(finding.Problem), output.Text(finding.Mend),
		})
		name := kind
		for line := range strings.SplitSeq(finding.Problem, "\n") {
			view.Add(name, output.Text(line))
			name = ""
		}
		if finding.Mend != "" {
			view.Add("", output.Cell{Text: "mend: " + finding.Mend, Style: output.Good})
		}
	}
	return view
}
