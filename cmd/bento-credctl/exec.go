package main

import (
	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// verbExec is what exec wants a token for, whichever program carries it out.
const verbExec = "exec"

// execFlags are what can be said to exec that is carried out by this program.
type execFlags struct {
	guarded     bool
	mask        bool
	deployments []string
}

func (a *app) execCommand() *cobra.Command {
	var flags execFlags
	cmd := &cobra.Command{
		Use:   "exec [flags] [--] COMMAND [ARGUMENT...]",
		Short: "Run a command with the token in its environment",
		Long: `Run a command with BENTO_CLOUD_API_KEY and BENTO_CLOUD_API_ENDPOINT of a context in
its environment, and in no other program's. The command takes the place of bento-cred:
its exit status, signals and terminal are its own.

With --guarded the command never has the token: BENTO_CLOUD_API_ENDPOINT is a local address
that adds it, and BENTO_CLOUD_API_KEY a capability that is good for that address alone,
while the command runs. For each --deployment there is another address, in a variable such
as BENTO_DEPLOYMENT_SUMMARIZER_URL, which takes the same capability.

With --mask the command has the token, and [secret] stands in its place in what the command
writes to standard output and standard error: as it is, in base64, hexadecimal, and with
characters escaped as in URLs and JSON. The command writes to pipes and not to a terminal,
so it may leave colours out and write later. What it leaves running is heard for 3 more
seconds. This is for logs, against accidents: a token that is cut, compressed, wrapped or
written elsewhere is not found.`,
		Example: `  bento-cred exec -- bentoml deployment list
  bento-cred exec --guarded --deployment summarizer -- python call.py
  bento-cred exec --mask -- make deploy
  bento-cred exec --context staging -- python call.py`,
		DisableFlagsInUseLine: true,
		Args:                  arguments(1, unlimited, "a command to run"),
	}
	a.hotFlags(cmd)
	cmd.Flags().BoolVar(&flags.guarded, "guarded", false, "give the command a local address in place of the token")
	cmd.Flags().StringSliceVar(&flags.deployments, "deployment", nil, "with --guarded: a deployment or URL it may call; may be repeated")
	register(cmd, "deployment", cobra.NoFileCompletions)
	cmd.Flags().BoolVar(&flags.mask, "mask", false, "write [secret] where the command writes the token")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.exec(cmd, flags, args) }
	cmd.Flags().SetInterspersed(false) // flags behind the command are the command's
	return cmd
}

// exec runs a command the way that the flags say.
func (a *app) exec(cmd *cobra.Command, flags execFlags, command []string) error {
	switch {
	case flags.guarded && flags.mask:
		return usage(cmd, "--guarded and --mask exclude each other: a guarded command has no token that could be seen")
	case !flags.guarded && len(flags.deployments) > 0:
		return usage(cmd, "--deployment goes with --guarded")
	case !flags.guarded && !flags.mask:
		return a.runHelper(cmd, command)
	case flags.guarded && cmd.Flags().Changed("access"):
		return usage(cmd, "--access and --guarded exclude each other")
	}
	name, err := given(cmd, "context")
	if err != nil {
		return err
	}
	wait, err := cmd.Flags().GetDuration("wait")
	if err != nil {
		return err
	}
	if wait < 0 || wait > ipc.LongestWait {
		return usage(cmd, "--wait is a time of at most "+ipc.LongestWait.String())
	}
	request := ipc.Request{Selection: a.selection(name), Verb: verbExec, Wait: wait}
	if flags.guarded {
		return a.guarded(cmd, request, flags.deployments, command)
	}
	if request.Access, err = given(cmd, "access"); err != nil {
		return err
	}
	if _, err := credential.ParseAccess(request.Access); request.Access != "" && err != nil {
		return usage(cmd, err.Error())
	}
	return a.masked(cmd, request, command)
}

// given returns the value of a flag. One that was given and is empty is an unset variable in
// somebody's script, and must not quietly become the default, as in the helper.
func given(cmd *cobra.Command, flag string) (string, error) {
	value, err := cmd.Flags().GetString(flag)
	if err == nil && value == "" && cmd.Flags().Changed(flag) {
		err = usage(cmd, "--"+flag+" needs a value")
	}
	return value, err
}
