package main

import (
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

func (a *app) importCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:   "import",
		Short: "Take over the tokens another program keeps",
	}, a.importBentoMLCommand())
}

func (a *app) importBentoMLCommand() *cobra.Command {
	var request management.Import
	cmd := &cobra.Command{
		Use:   "bentoml",
		Short: "Take over the contexts of BentoML's own context file",
		Long: `Take over every context of the file in which BentoML keeps its tokens in clear text:
$BENTOML_HOME/.yatai.yaml, or ~/bentoml/.yatai.yaml.

With --scrub the tokens are removed from the file once they have been read back from
the keychain. bentoml itself then finds its token in the environment; see
"bento-cred env" and "bento-cred exec".`,
		Example: `  bento-cred import bentoml --dry-run
  bento-cred import bentoml --scrub`,
		Args: noArguments,
	}
	f := cmd.Flags()
	f.BoolVar(&request.Scrub, "scrub", false, "remove the tokens from the file once they are safe in the keychain")
	f.BoolVar(&request.DryRun, "dry-run", false, "only tell what would be done")
	f.StringVar(&request.Path, "file", "", "the file to read")
	format := formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		path, err := a.bentoMLFile(request.Path)
		if err != nil {
			return err
		}
		request.Path = path
		return a.importBentoML(cmd, request, *format)
	}
	return cmd
}

// bentoMLFile returns the path of BentoML's context file: the one named, else where
// BentoML itself looks.
func (a *app) bentoMLFile(named string) (string, error) {
	if named != "" {
		return a.absolute(named), nil
	}
	const file = ".yatai.yaml"
	if home := a.getenv("BENTOML_HOME"); home != "" {
		return a.absolute(filepath.Join(home, file)), nil
	}
	variable := "HOME"
	if runtime.GOOS == "windows" {
		variable = "USERPROFILE"
	}
	home := a.getenv(variable)
	if home == "" {
		return "", &ipc.Error{
			Code:    ipc.Usage,
			Message: variable + " is not set, so BentoML's context file cannot be found",
			Hint:    "name it with --file",
		}
	}
	return a.absolute(filepath.Join(home, "bentoml", file)), nil
}

func (a *app) importBentoML(cmd *cobra.Command, request management.Import, format string) error {
	agent, err := a.agent(cmd.Context())
	if err != nil {
		return err
	}
	imported, err := agent.Import(cmd.Context(), request)
	if err != nil {
		return err
	}
	if err := a.show(cmd, format, imported, importView(imported, request.DryRun)); err != nil {
		return err
	}
	a.remarkOnFile(imported, request)
	return nil
}

func importView(imported management.Imported, dryRun bool) output.View {
	view := output.View{
		Header: []string{"CONTEXT", "RESULT", "ENDPOINT OR REASON"},
		Empty:  "There is no context in " + imported.Path + ".",
	}
	taken := output.Cell{Text: "taken", Style: output.Good}
	if dryRun {
		taken.Text = "would be taken"
	}
	for _, c := range imported.Taken {
		view.Rows = append(view.Rows, []output.Cell{output.Text(c.Name), taken, output.Text(c.Endpoint)})
	}
	for _, skipped := range imported.Skipped {
		view.Rows = append(view.Rows, []output.Cell{
			output.Text(skipped.Name), {Text: "skipped", Style: output.Warning}, output.Text(skipped.Reason),
		})
	}
	return view
}

// remarkOnFile says what still stands in the file, and who can read it.
func (a *app) remarkOnFile(imported management.Imported, request management.Import) {
	switch {
	case imported.Scrubbed:
		a.say("the tokens that were taken are no longer in " + imported.Path)
	case len(imported.Taken) > 0:
		a.say("the tokens still stand in clear text in " + imported.Path + "; `bento-cred import bentoml --scrub` removes them")
	}
	// Scrubbing writes the file anew, for its owner alone.
	if imported.Readable && !imported.Scrubbed {
		a.say("other users can read that file; `chmod 600 " + shellWord(imported.Path) + "` keeps them out")
	}
	if request.DryRun {
		a.say("nothing was changed: it was a dry run")
	}
}
