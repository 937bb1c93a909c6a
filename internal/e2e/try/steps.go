package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// step is one command of the story.
type step struct {
	why     string
	command string // for sh
	want    string // what its output must hold
}

// steps is the story.
var steps = []step{
	{
		why: "Log in: a token from standard input is verified and goes into the store, once.",
		command: `printf %s "$DEVELOPER_TOKEN" | bento-cred login --api-token-stdin \
    --endpoint "$CLOUD" --access developer`,
		want: `Successfully logged in as user "ada" in organization "acme".`,
	},
	{
		why: "The main job: any shell gets the token and the endpoint, for what BentoML's tools read.",
		command: `eval $(bento-cred env)
echo "endpoint: $BENTO_CLOUD_API_ENDPOINT"
echo "key:      ${BENTO_CLOUD_API_KEY:+is set}"`,
		want: "is set",
	},
	{
		why: "A program with that environment calls the management API, as BentoML's client does.",
		command: `eval $(bento-cred env)
` + clientName + ` deployments`,
		want: deployment,
	},
	{
		why:     "The context, as BentoML's own command prints it to a pipe (the token is masked only here).",
		command: "bento-cred current-context | cat",
		want:    `"endpoint"`,
	},
	{
		why: "A second token, for one protected endpoint alone, joins the context.",
		command: `printf %s "$ENDPOINTS_TOKEN" | bento-cred login --api-token-stdin \
    --endpoint "$CLOUD" --access endpoints:` + deployment,
		want: "Context: default",
	},
	{
		why:     "One command gets the token, and the shell never sees it.",
		command: "bento-cred exec --access endpoints:" + deployment + " -- " + clientName + ` call "$DEPLOYMENT/hello"`,
		want:    "ada",
	},
	{
		why:     "What is running, where the tokens are, and why there.",
		command: "bento-cred status",
		want:    "ready",
	},
	{
		why:     "Forget it all.",
		command: "bento-cred logout --all",
		want:    "Logged out",
	},
	{
		why:     "Now nothing is handed out, and the failure is one the shell sees.",
		command: `eval $(bento-cred env) || echo "status $?"`,
		want:    "status 3",
	},
	{
		why:     "Stop the daemon; the next command would start a new one.",
		command: "bento-cred stop",
		want:    "stop",
	},
}

// stepTime bounds one command.
const stepTime = time.Minute

// show prints the command, runs it and prints what it said, the tokens masked.
func (s step) show(ctx context.Context, h home, stdout io.Writer) error {
	indented := strings.ReplaceAll(s.command, "\n", "\n  ")
	if _, err := fmt.Fprintf(stdout, "\n# %s\n$ %s\n", s.why, indented); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", s.command)
	cmd.Env, cmd.Dir = h.environ, h.dir
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	text := strings.NewReplacer(tokenDeveloper, "********", tokenEndpoints, "********").Replace(said.String())
	if _, err := io.WriteString(stdout, text); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	if !strings.Contains(text, s.want) {
		return fmt.Errorf("its output does not have %q", s.want)
	}
	return nil
}
