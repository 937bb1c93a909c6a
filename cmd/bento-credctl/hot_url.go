package main

import (
	"strconv"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/ipc"
)

// forFlag gives cmd the flags that say where a token is to be sent.
func (a *app) forFlag(cmd *cobra.Command) {
	cmd.Flags().String("for", "", "the URL that the token is to be sent to")
	register(cmd, "for", cobra.NoFileCompletions)
	a.deploymentFlag(cmd, "the deployment that the token is to be sent to")
}

// deploymentFlag gives cmd the flag --deployment.
func (a *app) deploymentFlag(cmd *cobra.Command, help string) {
	cmd.Flags().String("deployment", "", help)
	register(cmd, "deployment", cobra.NoFileCompletions)
}

func (a *app) headerCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "header URL",
		Short: "Print the header that a URL needs",
		Long: `Print the header that a URL needs, as a line: X-YATAI-API-TOKEN for the management API
of a context, Authorization for a protected deployment, nothing for a public one.

The host has to be one of a context's: its endpoint, the address of one of its
deployments, or one that was bound to it with ` + "`bento-cred host add`" + `. For any other
nothing is printed, and the command fails.`,
		Example: `  curl -H @<(bento-cred header https://summarizer-acme.example/run) https://summarizer-acme.example/run
  bento-cred header --deployment summarizer`,
		Args:              arguments(0, 1, "one URL, or --deployment"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              a.runHelper,
	}
	a.contextFlag(cmd, "the context that has to own the host")
	a.deploymentFlag(cmd, "the deployment, in place of a URL")
	return cmd
}

func (a *app) curlCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "curl [--context NAME] [CURL ARGUMENT...] URL",
		Short: "Run curl with the header that the URL needs",
		Long: `Run the real curl with the header that the URL needs, which has to be the last argument.
The header goes through a pipe: it stands in no argument and in no file.

All of curl's connections are led to the URL's own host: what follows a redirect, or is
another URL of the same command line, gets no further than there. With -v curl itself
shows the header.`,
		Example: `  bento-cred curl -sS https://cloud.bentoml.com/api/v1/auth/current
  bento-cred curl --context staging -N -d @question.json https://llama-acme.example/v1/chat/completions`,
		DisableFlagParsing:    true, // they are curl's
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && args[0] == "--help" {
				return cmd.Help()
			}
			return a.becomeHelper(append([]string{ipc.ProgramHelper, cmd.Name()}, args...))
		},
	}
}

func (a *app) getCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "get",
		Short: "Answer a tool that speaks the credential-helper specification",
		Long: `Answer a tool that speaks the credential-helper specification, such as Bazel: read
{"uri":"URL"} from standard input and print which headers the URL needs, and until when.
https://github.com/EngFlow/credential-helper-spec`,
		Example: `  echo '{"uri":"https://summarizer-acme.example"}' | bento-cred get
  bazel build --credential_helper=summarizer-acme.example=bento-cred //...`,
		RunE: a.runHelper,
	}
	a.contextFlag(cmd, "the context that has to own the host")
	return cmd
}

func (a *app) credentialProcessCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "credential-process",
		Short: "Print a token as a JSON document, for tools that run a command",
		Long: `Print a token as one JSON document in the shape of AWS's credential_process: Version,
Endpoint, Header, Scheme, Token and Expiration. Without --for and --deployment it is the
token for the management API of the context.`,
		Example: `  bento-cred credential-process
  bento-cred credential-process --deployment summarizer | jq -r .Token`,
		Args: noArguments,
		RunE: a.runHelper,
	}
	a.hotFlags(cmd)
	a.forFlag(cmd)
	return cmd
}

func (a *app) kubectlCredentialCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "kubectl-credential",
		Short: "Be an exec credential plugin of kubectl",
		Long: `Answer kubectl, and whatever else uses client-go, as an exec credential plugin. The host
is the cluster's, where the kubeconfig has provideClusterInfo, or that of --for.

In the kubeconfig:

  users:
  - name: acme
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1
        command: bento-cred
        args: [kubectl-credential]
        interactiveMode: Never
        provideClusterInfo: true`,
		Example: "  bento-cred kubectl-credential --for https://gateway.acme.example",
		Args:    noArguments,
		RunE:    a.runHelper,
	}
	a.contextFlag(cmd, "the context that has to own the host")
	a.forFlag(cmd)
	return cmd
}

// becomeHelper becomes bento-cred with words as its arguments.
func (a *app) becomeHelper(words []string) error {
	path, err := ipc.FindProgram(ipc.ProgramHelper, a.getenv)
	if err != nil {
		return &ipc.Error{
			Code:    ipc.Internal,
			Message: err.Error(),
			Hint:    "install " + ipc.ProgramHelper + " beside " + ipc.ProgramFace + ", or on PATH",
		}
	}
	if err := a.become(path, words, a.environ); err != nil {
		return &ipc.Error{Code: ipc.Internal, Message: "running " + strconv.Quote(path) + ": " + err.Error(), Hint: "install it again"}
	}
	return nil
}
