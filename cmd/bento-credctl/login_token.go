package main

import (
	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/terminal"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// tokenToKeep returns the token from where the person wants to give it.
func (a *app) tokenToKeep(cmd *cobra.Command, flags loginFlags) (credential.Secret, error) {
	given := cmd.Flags().Changed("api-token")
	switch {
	case given && flags.token == "":
		return credential.Secret{}, usage(cmd, "--api-token needs a value")
	case given:
		a.say("warning: other users can see a token on the command line, and the shell's history keeps it; prefer --api-token-stdin")
		return credential.NewSecret(flags.token), nil
	case flags.fromStdin:
		return a.secretFromStdin(cmd.Context(), "token")
	case !terminal.Is(a.in):
		return credential.Secret{}, a.nobodyToAsk()
	}
	token, err := a.askSecret(cmd.Context(), "token", "API token (not shown): ")
	if err == nil && token.IsZero() {
		return token, &ipc.Error{Code: ipc.Denied, Message: "no token was typed", Hint: "paste it, then press Enter"}
	}
	return token, err
}

// nobodyToAsk is the error of a login without a terminal and without a word about how.
func (a *app) nobodyToAsk() error {
	failed := &ipc.Error{
		Code:    ipc.Usage,
		Message: "there is no terminal to ask for the token",
		Hint: "give --browser to make one in a browser; or write the token to standard input and give --api-token-stdin " +
			"(or give --api-token, which other users can see)",
	}
	if a.getenv(keyVariable) != "" {
		failed.Hint = `to keep the token of the environment: printf %s "$` + keyVariable + `" | bento-cred login --api-token-stdin; to make one in a browser: --browser`
	}
	return failed
}
