package main

import (
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// Words of decisions.
const (
	answerAllow = "allow"
	answerDeny  = "deny"
	answerAsk   = "ask"
)

func (a *app) policyCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:   "policy",
		Short: "See what the rules decide",
		Long: `See what the rules decide. Rules stand in the settings, as tables [rule.NAME]; the first
one that fits decides, and without one everything is allowed. "bento-cred config default"
shows what a rule can say.`,
	}, a.policyTestCommand())
}

func (a *app) policyTestCommand() *cobra.Command {
	var url, verb string
	cmd := &cobra.Command{
		Use:   "test [flags] [--] [COMMAND]",
		Short: "Tell what would be decided if a command asked for a token",
		Long: `Tell what would be decided if a command, started here, asked for a token, and by which
rule. Nothing is run, given out or asked. Without a COMMAND it is about this shell.

The exit status is 0 where the answer is yes, or a person would be asked, and 7 where it is
no.`,
		Example: `  bento-cred policy test -- claude
  bento-cred policy test --context production --verb exec -- python train.py
  bento-cred policy test --url https://summarizer-acme.example -- curl`,
		DisableFlagsInUseLine: true,
	}
	context := a.contextFlag(cmd, "the context it would ask for")
	cmd.Flags().StringVar(&url, "url", "", "the URL it would ask for")
	register(cmd, "url", cobra.NoFileCompletions)
	cmd.Flags().StringVar(&verb, "verb", "", `what it would ask with: env, token, exec, ... (default "get")`)
	register(cmd, "verb", cobra.NoFileCompletions)
	format := formatFlag(cmd)
	cmd.Flags().SetInterspersed(false) // flags behind the command are the command's
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		test := management.PolicyTest{Request: ipc.Request{Selection: a.selection(*context), URL: url, Verb: verb}}
		if len(args) > 0 {
			program, err := a.program(args[0])
			if err != nil {
				return err
			}
			test.Program = program
		}
		agent, err := a.agent(cmd.Context())
		if err != nil {
			return err
		}
		told, err := agent.TestPolicy(cmd.Context(), test)
		if err != nil {
			return err
		}
		if err := a.show(cmd, *format, told, explanationView(told)); err != nil {
			return err
		}
		if told.Answer == answerDeny {
			return commandError{ipc.Denied.ExitStatus()}
		}
		return nil
	}
	return cmd
}

// program returns the path of a program as the kernel would tell it.
func (a *app) program(name string) (string, error) {
	found, err := exec.LookPath(name)
	if err == nil {
		found, err = filepath.EvalSymlinks(a.absolute(found))
	}
	if err != nil {
		return "", &ipc.Error{Code: ipc.Usage, Message: "finding the program: " + err.Error(), Hint: "look at its name and PATH"}
	}
	return found, nil
}

// explanationView shows a decision, and what it was made of.
func explanationView(told management.Explanation) output.View {
	styles := map[string]output.Style{answerAllow: output.Good, answerAsk: output.Warning, answerDeny: output.Bad}
	why := "no rule fits"
	switch {
	case told.Grant != "":
		why = "grant " + told.Grant
	case told.Rule != "":
		why = "rule " + quoted(told.Rule)
	}
	var view output.View
	view.Add("answer", output.Cell{Text: told.Answer, Style: styles[told.Answer]})
	view.Add("because of", output.Text(why))
	view.Add("reason", output.Text(told.Reason))
	view.Add("verb", output.Text(told.Verb))
	view.Add("context", output.Text(told.Context))
	view.Add("host", output.Text(told.Host))
	view.Add("programs", output.Text(strings.Join(told.Executables, " < ")))
	view.Add("directory", output.Text(told.Directory))
	if told.Contained {
		view.Add("contained", output.Text("true"))
	}
	return view
}
