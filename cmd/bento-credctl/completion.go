package main

import (
	"bytes"
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
)

// completionTime is how long a person waits for the Tab key to ask the daemon.
const completionTime = time.Second

// bashFallback makes completion work where the package bash-completion, on which
// Cobra's script relies to take the line apart, is not loaded. It comes behind that
// script and takes the place of its own, shorter fallback.
const bashFallback = `
__bento-cred_init_completion()
{
    COMPREPLY=()
    if declare -F _get_comp_words_by_ref >/dev/null 2>&1; then
        _get_comp_words_by_ref "$@" cur prev words cword
        return
    fi
    words=("${COMP_WORDS[@]}")
    cword=$COMP_CWORD
    cur=${words[cword]}
    prev=${words[cword - 1]}
}
`

func (a *app) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print a script that completes bento-cred in a shell",
		Long: `Print a script for a shell that completes the commands of bento-cred, their flags and
the names of your contexts.`,
		Example: `  source <(bento-cred completion bash)         # in ~/.bashrc
  source <(bento-cred completion zsh)          # in ~/.zshrc, after compinit
  bento-cred completion fish > ~/.config/fish/completions/bento-cred.fish
  bento-cred completion powershell | Out-String | Invoke-Expression`,
		Args:      arguments(1, 1, "the name of a shell: bash, zsh, fish or powershell"),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(cmd *cobra.Command, args []string) error {
			script, err := completionScript(cmd, args[0])
			if err != nil {
				return err
			}
			_, err = a.out.Write(script)
			return err
		},
	}
}

// completionScript returns the script for shell.
func completionScript(cmd *cobra.Command, shell string) ([]byte, error) {
	var script bytes.Buffer
	var err error
	switch root := cmd.Root(); shell {
	case "bash":
		err = root.GenBashCompletionV2(&script, true)
		script.WriteString(bashFallback)
	case "zsh":
		err = root.GenZshCompletion(&script)
	case "fish":
		err = root.GenFishCompletion(&script, true)
	case "powershell":
		err = root.GenPowerShellCompletionWithDesc(&script)
	default:
		err = usage(cmd, "there is completion for bash, zsh, fish and powershell")
	}
	return script.Bytes(), err
}

// completeContexts completes the names of contexts. It asks the daemon that runs and
// starts none: a Tab key must not.
func (a *app) completeContexts(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
	defer cancel()
	agent, err := a.running(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	contexts, err := agent.Contexts(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []cobra.Completion
	for _, c := range contexts {
		names = append(names, cobra.CompletionWithDesc(c.Name, output.Clean(c.Organization+" at "+c.Endpoint)))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeContext completes the name of one context, the first argument.
func (a *app) completeContext(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.completeContexts(cmd, args, word)
}

// completeToken completes the one UID that a command takes, of the tokens that BentoCloud
// shows to the context.
func (a *app) completeToken(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
	defer cancel()
	agent, err := a.running(ctx)
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	tokens, err := agent.Tokens(ctx, a.selection(cmd.Flag("context").Value.String()), "")
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var uids []cobra.Completion
	for _, t := range tokens {
		uids = append(uids, cobra.CompletionWithDesc(t.UID, output.Clean(t.Name)))
	}
	return uids, cobra.ShellCompDirectiveNoFileComp
}

// completeKeptToken completes the UID of a token that a context keeps.
func (a *app) completeKeptToken(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
	defer cancel()
	agent, err := a.running(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	selection, err := a.named(cmd, args, cmd.Flag("context").Value.String())
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	shown, err := agent.Context(ctx, selection)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var uids []cobra.Completion
	for _, t := range shown.Tokens {
		if t.UID != "" {
			uids = append(uids, cobra.CompletionWithDesc(t.UID, output.Clean(t.Name)))
		}
	}
	return uids, cobra.ShellCompDirectiveNoFileComp
}

// completeFormats completes how an answer is written.
func completeFormats() cobra.CompletionFunc {
	return cobra.FixedCompletions([]string{"json", "yaml", "table"}, cobra.ShellCompDirectiveNoFileComp)
}

// completeAccess completes what a token opens; a deployment's name follows the colon.
func completeAccess(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return []cobra.Completion{
		cobra.CompletionWithDesc("developer", "the management API"),
		cobra.CompletionWithDesc("endpoints", "protected endpoints of every deployment"),
		cobra.CompletionWithDesc("endpoints:", "those of one deployment"),
	}, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
