package main

import (
	"io"
	"os"
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

// program returns the path of a program as the kernel would tell it: of a script, that of its
// interpreter.
func (a *app) program(name string) (string, error) {
	found, err := a.programFile(name)
	for depth := 0; err == nil && depth < 4; depth++ { // as deep as the kernel goes
		interpreter := interpreterOf(found)
		if interpreter == "" {
			break
		}
		found, err = a.programFile(interpreter)
	}
	if err != nil {
		return "", &ipc.Error{Code: ipc.Usage, Message: "finding the program: " + err.Error(), Hint: "look at its name and PATH"}
	}
	return found, nil
}

// programFile returns the path of a program's file, links followed.
func (a *app) programFile(name string) (string, error) {
	found, err := exec.LookPath(name)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(a.absolute(found))
}

// interpreterOf returns the interpreter that a script names, also by env(1); empty where the
// file is no script.
func interpreterOf(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return "" // it can be run and not read
	}
	defer func() { _ = file.Close() }() // it was only read from
	head := make([]byte, 256)
	n, _ := io.ReadFull(file, head) // a short file is read as well
	line, isScript := strings.CutPrefix(string(head[:n]), "#!")
	line, _, _ = strings.Cut(line, "\n")
	words := strings.Fields(line)
	if !isScript || len(words) == 0 {
		return ""
	}
	if filepath.Base(words[0]) == "env" {
		for _, word := range words[1:] {
			if !strings.HasPrefix(word, "-") && !strings.Contains(word, "=") {
				return word
			}
		}
	}
	return words[0]
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
