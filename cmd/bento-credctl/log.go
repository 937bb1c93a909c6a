package main

import (
	"encoding/json"
	"path"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// followTime is how long the daemon keeps a question for news before it answers that there
// are none.
const followTime = 30 * time.Second

func (a *app) logCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "log",
		Short: "Show who got what, and who did not",
		Long: `Show the record of decisions: when, who asked, for what, and the answer. Each is written
down before a token is given out; none holds a token or a command line.

With --follow it goes on with what is decided from now on. As JSON that is one object a line.`,
		Example: `  bento-cred log
  bento-cred log --context production -o json | jq -r '.[].executable'
  bento-cred log --follow`,
		Args: noArguments,
	}
	var limit int
	context := a.contextFlag(cmd, "only what is about this context")
	follow := cmd.Flags().BoolP("follow", "f", false, "go on with what is decided from now on")
	cmd.Flags().IntVarP(&limit, "lines", "n", 20, "how many of the newest to show; 0: as many as are sent at once")
	register(cmd, "lines", cobra.NoFileCompletions)
	format := formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if limit < 0 {
			return usage(cmd, "--lines is a number of lines")
		}
		query := management.LogQuery{Context: *context, Limit: limit}
		agent, err := a.agent(cmd.Context())
		if err != nil {
			return err
		}
		if !*follow {
			records, err := agent.Log(cmd.Context(), query)
			if err != nil {
				return err
			}
			return a.show(cmd, *format, records, a.recordsView(records))
		}
		return a.follow(cmd, agent, query, *format)
	}
	cmd.AddCommand(a.logVerifyCommand())
	return cmd
}

// follow shows records, and then those that come, until somebody interrupts it.
func (a *app) follow(cmd *cobra.Command, agent management.Agent, query management.LogQuery, format string) error {
	ctx := cmd.Context()
	newest, err := agent.Log(ctx, management.LogQuery{Limit: 1}) // which may be about another context
	if err != nil {
		return err
	}
	records, err := agent.Log(ctx, query) // after that, or what comes between would be missed
	if err != nil {
		return err
	}
	for _, record := range newest {
		query.After = record.Seq
	}
	query.Limit, query.Wait = 0, followTime
	for {
		for _, record := range records {
			if err := a.showRecord(cmd, record, format); err != nil {
				return err
			}
			query.After = max(query.After, record.Seq)
		}
		if records, err = agent.Log(ctx, query); err != nil {
			return err
		}
	}
}

// showRecord shows one record as a line.
func (a *app) showRecord(cmd *cobra.Command, record management.LogRecord, format string) error {
	if format == string(output.JSON) {
		text, err := json.Marshal(record)
		if err != nil {
			return err
		}
		return a.print(string(text))
	}
	return a.show(cmd, format, record, a.recordsView([]management.LogRecord{record}))
}

// recordsView shows records, the oldest first.
func (a *app) recordsView(records []management.LogRecord) output.View {
	view := output.View{
		Header: []string{"NUMBER", "TIME", "ANSWER", "VERB", "CONTEXT", "HOST", "PROGRAM", "PID", "BECAUSE OF"},
		Empty:  "Nothing has been decided yet.",
	}
	for _, r := range records {
		style := output.Good
		if r.Answer == answerDeny {
			style = output.Bad
		}
		why := r.Rule
		if r.Grant != "" {
			why = "grant " + r.Grant
		}
		if r.Reason != "" {
			why += " (" + r.Reason + ")"
		}
		view.Rows = append(view.Rows, []output.Cell{
			{Text: strconv.FormatUint(r.Seq, 10), Style: output.Faint},
			output.Text(r.Time.Local().Format(time.DateTime)),
			{Text: r.Answer, Style: style},
			output.Text(r.Verb), output.Text(r.Context), output.Text(r.Host),
			output.Text(programOf(r)), output.Text(strconv.Itoa(r.PID)), output.Text(why),
		})
	}
	return view
}

// programOf returns the name of the program that asked: of our own ones, who ran it.
func programOf(r management.LogRecord) string {
	for _, program := range append([]string{r.Executable}, r.Chain...) {
		name := path.Base(program)
		if program != "" && name != ipc.ProgramHelper && name != ipc.ProgramFace {
			return name
		}
	}
	return ""
}

func (a *app) logVerifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Tell whether the record of decisions is whole",
		Long: `Tell whether the record of decisions is whole. Each record holds the digest of the one
before it, so that one which was changed, taken away or put in shows. What was cut off at
the very end shows only to who has noted the digest of the newest record, or looks for it in
the daemon's log. The exit status is 1 where the record is not whole.`,
		Example: "  bento-cred log verify -o json | jq -r .head",
		Args:    noArguments,
	}
	format := formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		agent, err := a.agent(cmd.Context())
		if err != nil {
			return err
		}
		check, err := agent.VerifyLog(cmd.Context())
		if err != nil {
			return err
		}
		if err := a.show(cmd, *format, check, checkView(check)); err != nil {
			return err
		}
		if !check.Whole {
			return errFindings
		}
		return nil
	}
	return cmd
}

func checkView(check management.LogCheck) output.View {
	var view output.View
	state := output.Cell{Text: "yes", Style: output.Good}
	if !check.Whole {
		state = output.Cell{Text: "no", Style: output.Bad}
	}
	view.Add("whole", state)
	view.Add("trouble", output.Text(check.Trouble))
	view.Add("records", output.Text(strconv.FormatUint(check.Records, 10)))
	view.Add("files", output.Text(strconv.Itoa(check.Files)))
	if check.Records > 0 {
		view.Add("from number", output.Text(strconv.FormatUint(check.First, 10)))
		view.Add("to number", output.Text(strconv.FormatUint(check.Last, 10)))
		view.Add("head", output.Text(check.Head))
	}
	return view
}
