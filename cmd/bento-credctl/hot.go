package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/bento-cred/bento-cred/helper/protocol/shell"
	"github.com/bento-cred/bento-cred/ipc"
)

// The hot verbs are bento-cred's own. They are declared here for the help and for
// completion; should one be run through this program, it becomes bento-cred.

func (a *app) envCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print shell code that exports the token and its endpoint",
		Long: `Print code for a shell that exports BENTO_CLOUD_API_KEY and BENTO_CLOUD_API_ENDPOINT
together, so that bentoml and its clients use the context's token.

The shell is guessed from the program that runs bento-cred. On failure the code makes
the eval itself fail, and the reason stands on standard error.`,
		Example: `  eval $(bento-cred env)                          # bash, zsh, sh, ksh
  bento-cred env | source                         # fish
  eval $(bento-cred env --context staging)
  bento-cred env --shell dotenv > .env            # a file with a secret in it
  eval $(bento-cred env --unset)                  # take both variables back
  eval $(bento-cred env --for openai --deployment llama)   # OPENAI_API_KEY, OPENAI_BASE_URL`,
		Args: noArguments,
		RunE: a.runHelper,
	}
	a.hotFlags(cmd)
	cmd.Flags().String("shell", "", "the shell to write for, where the guess is wrong")
	register(cmd, "shell", cobra.FixedCompletions(shell.Names(), cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().Bool("unset", false, "print code that takes the variables out of the environment")
	cmd.Flags().Bool("hook", false, "print what brings the variables in step, as the shell's hook needs it")
	cmd.Flags().String("for", "", `export what other clients read: "openai", with --deployment`)
	register(cmd, "for", cobra.FixedCompletions([]string{"openai"}, cobra.ShellCompDirectiveNoFileComp))
	a.deploymentFlag(cmd, "the deployment to call, with --for")
	return cmd
}

func (a *app) tokenCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Print the token alone",
		Long: `Print the value of the token and nothing else: on a terminal as a line, into a pipe
without a newline. With --for it is the token that a URL needs, if its host is one of a
context's: so tools that run a command for their API key get it, and for no other host.`,
		Example: `  curl -H "X-YATAI-API-TOKEN: $(bento-cred token)" https://cloud.bentoml.com/api/v1/auth/current
  bento-cred token --access endpoints:summarizer
  bento-cred token --for https://summarizer-acme.example/v1`,
		Args: noArguments,
		RunE: a.runHelper,
	}
	a.hotFlags(cmd)
	a.forFlag(cmd)
	return cmd
}

// unlimited is more arguments than any command line has.
const unlimited = 1 << 30

// hotFlags gives cmd the flags that all hot verbs have.
func (a *app) hotFlags(cmd *cobra.Command) {
	a.contextFlag(cmd, "the context to use (default: the directory's, else the current one)")
	cmd.Flags().String("access", "", "what the token must open: developer, endpoints or endpoints:DEPLOYMENT (default: developer)")
	register(cmd, "access", completeAccess)
	waitFlag(cmd)
}

// waitFlag gives cmd the flag that makes it wait for a locked store.
func waitFlag(cmd *cobra.Command) {
	cmd.Flags().Duration("wait", 0, "how long to wait for a locked store to be unlocked, at most 4m50s")
	register(cmd, "wait", cobra.NoFileCompletions)
}

// runHelper becomes bento-cred. The arguments are written anew, the verb first: as they
// were they might lead bento-cred here again.
func (a *app) runHelper(cmd *cobra.Command, args []string) error {
	words := append([]string{ipc.ProgramHelper, cmd.Name()}, flagWords(cmd)...)
	if len(args) > 0 {
		words = append(append(words, "--"), args...)
	}
	return a.becomeHelper(words)
}

// flagWords returns the flags that were given, as another program of ours reads them.
func flagWords(cmd *cobra.Command) []string {
	var words []string
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		word := "--" + flag.Name + "=" + flag.Value.String()
		words = append(words, strings.TrimSuffix(word, "=true")) // --unset takes no value
	})
	return words
}
