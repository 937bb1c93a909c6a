package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/hook"
	"github.com/bento-cred/bento-cred/ipc"
)

func (a *app) hookCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hook SHELL",
		Short: "Keep a shell's variables in step with the context",
		Long: `Print code for a shell's start-up file. From then on BENTO_CLOUD_API_KEY and
BENTO_CLOUD_API_ENDPOINT follow the context at each prompt: another one is chosen, a token
is renewed or taken back, you log out, or the directory has a context of its own that you
allowed. Where nothing changed, no program is run. A key that you set by hand stays.

BENTO_CRED_ACTIVE has the context's name, for a prompt.`,
		Example: `  eval "$(bento-cred hook bash)"                               # ~/.bashrc
  eval "$(bento-cred hook zsh)"                                # ~/.zshrc
  bento-cred hook fish | source                                # ~/.config/fish/config.fish
  bento-cred hook pwsh | Out-String | Invoke-Expression        # $PROFILE
  PS1='${BENTO_CRED_ACTIVE:+($BENTO_CRED_ACTIVE) }\$ '         # bash, after the hook`,
		Args:              arguments(1, 1, "the name of a shell: "+strings.Join(hook.Shells(), ", ")),
		ValidArgsFunction: cobra.FixedCompletions(hook.Shells(), cobra.ShellCompDirectiveNoFileComp),
	}
	context := a.contextFlag(cmd, "stay with this context")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		socket, err := ipc.SocketPath(a.getenv)
		if err != nil {
			return err
		}
		program, err := ipc.FindProgram(ipc.ProgramHelper, a.getenv)
		if err != nil {
			return err
		}
		code, known := hook.Code(args[0], hook.Config{Program: program, Stamp: ipc.StampPath(socket), Context: *context})
		if !known {
			return usage(cmd, "there is a hook for "+strings.Join(hook.Shells(), ", "))
		}
		_, err = io.WriteString(a.out, code)
		return err
	}
	return cmd
}

func (a *app) promptCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "prompt",
		Short: "Print the context in force here, for a prompt",
		Long: `Print the name of the context that a command would use here, and nothing where there is
none, or no daemon runs: none is started for a prompt. With the hook, BENTO_CRED_ACTIVE has
the name without a program being run.`,
		Example: `  PS1='$(bento-cred prompt) \$ '`,
		Args:    noArguments,
	}
	context := a.contextFlag(cmd, "the context to name")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		agent, err := a.running(cmd.Context())
		if err != nil {
			return nil //nolint:nilerr // a prompt is no place for a failure
		}
		shown, err := agent.Context(cmd.Context(), a.selection(*context))
		if err != nil {
			return nil //nolint:nilerr // as above
		}
		return a.print(shown.Name)
	}
	return cmd
}
