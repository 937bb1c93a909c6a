package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
	"github.com/bento-cred/bento-cred/ipc"
)

// The errors about a command line say what could not be understood and never show a
// value or an argument: somebody may have put a token in the wrong place. Cobra's own
// sentences do show them, so they are not used.

// flagError gives an error of the flags its sentence.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return err
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return usage(cmd, "there is no flag "+strconv.Quote("-"+unknown.GetSpecifiedName()[:1]))
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown.GetSpecifiedName())
	case errors.As(err, &missing):
		return usage(cmd, "--"+missing.GetFlag().Name+" needs a value")
	case errors.As(err, &invalid):
		return usage(cmd, "the value of --"+invalid.GetFlag().Name+" cannot be understood")
	default:
		return usage(cmd, "the flags cannot be understood")
	}
}

// unknownFlag names the flag that was meant where one begins alike.
func unknownFlag(cmd *cobra.Command, name string) error {
	failed := &ipc.Error{
		Code:    ipc.Usage,
		Message: "there is no flag " + strconv.Quote("--"+name),
		Hint:    "see `" + cmd.CommandPath() + " --help`",
	}
	const alike = 3
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if len(name) >= alike && !flag.Hidden && strings.HasPrefix(flag.Name, name[:alike]) {
			failed.Hint = "did you mean --" + flag.Name + "?"
		}
	})
	return failed
}

// arguments returns what refuses any number of arguments but from least to most; what
// they are is said in words.
func arguments(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return usage(cmd, cmd.Name()+" takes "+what)
		}
		return nil
	}
}

// noArguments is for a command that has flags alone.
var noArguments = arguments(0, 0, "no arguments")

// group makes cmd a command whose subcommands do the work. On its own it shows its help.
func group(cmd *cobra.Command, subcommands ...*cobra.Command) *cobra.Command {
	cmd.DisableFlagsInUseLine = true
	cmd.Use += " COMMAND"
	cmd.Args = unknownCommand
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.AddCommand(subcommands...)
	return cmd
}

// unknownCommand refuses what is no subcommand, and offers what may have been meant.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	failed := &ipc.Error{
		Code:    ipc.Usage,
		Message: "there is no command " + strconv.Quote(cmd.CommandPath()+" "+args[0]),
		Hint:    "see `" + cmd.CommandPath() + " --help`",
	}
	const distance = 2
	cmd.SuggestionsMinimumDistance = distance
	if meant := cmd.SuggestionsFor(args[0]); len(meant) > 0 {
		failed.Hint = "did you mean `" + cmd.CommandPath() + " " + strings.Join(meant, "` or `"+cmd.CommandPath()+" ") + "`?"
	}
	return failed
}

// formatFlag gives cmd the flag -o, and returns where its value is.
func formatFlag(cmd *cobra.Command) *string {
	format := cmd.Flags().StringP("output", "o", "", "how to write the answer: json, yaml or table")
	register(cmd, "output", completeFormats())
	return format
}

// contextFlag gives cmd the flag --context, and returns where its value is.
func (a *app) contextFlag(cmd *cobra.Command, text string) *string {
	name := cmd.Flags().StringP("context", "c", "", text)
	register(cmd, "context", a.completeContexts)
	return name
}

// register sets how the values of a flag are completed.
func register(cmd *cobra.Command, flag string, complete cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err) // the flag is not there: a mistake in this program that every run would show
	}
}

// show writes an answer in the format the person named.
func (a *app) show(cmd *cobra.Command, name string, document any, view output.View) error {
	format, err := output.ParseFormat(name)
	if err != nil {
		return usage(cmd, err.Error())
	}
	return a.printer(format).Show(document, view)
}
