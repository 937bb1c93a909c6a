package main

import (
	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

func (a *app) configCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:   "config",
		Short: "Find and check the settings file",
	}, a.configPathCommand(), a.configCheckCommand())
}

func (a *app) configPathCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "path",
		Short:   "Print the path of the settings file",
		Long:    "Print the path of the settings file, which need not be there.",
		Example: `  ${EDITOR:-vi} "$(bento-cred config path)"`,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			state, err := a.configState(cmd, "")
			if err != nil {
				return err
			}
			return a.print(state.Path)
		},
	}
}

func (a *app) configCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check [FILE]",
		Short: "Check a settings file",
		Long: `Check the settings file in use, or FILE. What is wrong with it is shown with its line;
the exit status is then 12.`,
		Example: "  bento-cred config check",
		Args:    arguments(0, 1, "at most one file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := ""
			if len(args) > 0 {
				path = a.absolute(args[0])
			}
			state, err := a.configState(cmd, path)
			if err != nil {
				return err
			}
			switch {
			case !state.Exists && path != "":
				return &ipc.Error{Code: ipc.BadConfig, Message: "there is no file " + quoted(path), Hint: "look at its name"}
			case state.Error != "":
				return badConfig(state)
			case !state.Exists:
				return a.print(state.Path + ": not there, so the defaults are in force")
			default:
				return a.print(state.Path + ": fine")
			}
		},
	}
}

// configState asks about a settings file.
func (a *app) configState(cmd *cobra.Command, path string) (management.ConfigState, error) {
	agent, err := a.agent(cmd.Context())
	if err != nil {
		return management.ConfigState{}, err
	}
	return agent.CheckConfig(cmd.Context(), path)
}

// badConfig returns the error of a settings file that cannot be used, with its line and
// caret.
func badConfig(state management.ConfigState) error {
	if state.Detail != "" {
		return &ipc.Error{Code: ipc.BadConfig, Message: state.Detail}
	}
	return &ipc.Error{Code: ipc.BadConfig, Message: state.Error}
}
