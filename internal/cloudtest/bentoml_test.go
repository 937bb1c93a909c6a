package cloudtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/realpart"
)

// clientTimeout is long because the Python client takes seconds to start.
const clientTimeout = 2 * time.Minute

// client is BentoML's own command line, with a home of its own.
type client struct{ home string }

func newClient(t *testing.T) client {
	t.Helper()
	realpart.Need(t, "bentoml")
	return client{home: t.TempDir()}
}

// run returns what one command printed, and whether it was content.
func (c client) run(t *testing.T, args ...string) (stdout, stderr string, ok bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), clientTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bentoml", args...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + c.home, "BENTOML_HOME=" + c.home, "BENTOML_DO_NOT_TRACK=True",
		"DBUS_SESSION_BUS_ADDRESS=disabled:", "COLUMNS=200", "LC_ALL=C.UTF-8",
	}
	var out, report bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &report
	err := cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("bentoml %s did not end", args[0])
	}
	return out.String(), report.String(), err == nil
}

// TestRealClientAcceptsTheStandIn lets BentoML's own client judge the replies: it
// fails on a field that is missing or has another type.
func TestRealClientAcceptsTheStandIn(t *testing.T) {
	t.Parallel()
	bentoml := newClient(t)
	cloud := cloudtest.New(t, config())

	stdout, stderr, ok := bentoml.run(t, "cloud", "login", "--api-token", tokenDeveloper, "--endpoint", cloud.URL())
	if !ok || !strings.Contains(stdout, "Logged in as ada@acme.example at acme organization") {
		t.Fatalf("login: %s%s", stdout, stderr)
	}
	if _, err := os.Stat(filepath.Join(bentoml.home, ".yatai.yaml")); err != nil {
		t.Error("the client did not use the home it was given")
	}

	var current map[string]any
	bentoml.readJSON(t, &current, "cloud", "current-context")
	want := map[string]any{"name": "default", "endpoint": cloud.URL(), "api_token": tokenDeveloper, "email": "ada@acme.example"}
	if diff := cmp.Diff(want, current); diff != "" {
		t.Errorf("current-context -want +got:\n%s", diff)
	}
	var names []string
	bentoml.readJSON(t, &names, "cloud", "list-context")
	if diff := cmp.Diff([]string{"default"}, names); diff != "" {
		t.Errorf("list-context -want +got:\n%s", diff)
	}
	var deployments []map[string]any
	bentoml.readJSON(t, &deployments, "deployment", "list", "-o", "json")
	if len(deployments) != 2 || deployments[0]["name"] != "summarizer" {
		t.Errorf("deployment list gives %v, want the two deployments", deployments)
	}
	stdout, stderr, ok = bentoml.run(t, "deployment", "get", "summarizer", "-o", "json")
	if !ok || !strings.Contains(stdout, "summarizer") {
		t.Errorf("deployment get: %s%s", stdout, stderr)
	}
	var tokens []map[string]any
	bentoml.readJSON(t, &tokens, "api-token", "list", "-o", "json")
	if len(tokens) != len(config().Tokens) {
		t.Errorf("api-token list gives %d tokens, want %d", len(tokens), len(config().Tokens))
	}
}

// readJSON runs a command that prints JSON.
func (c client) readJSON(t *testing.T, value any, args ...string) {
	t.Helper()
	stdout, stderr, ok := c.run(t, args...)
	if !ok {
		t.Fatalf("bentoml %s: %s%s", strings.Join(args, " "), stdout, stderr)
	}
	if err := json.Unmarshal([]byte(stdout), value); err != nil {
		t.Fatalf("bentoml %s printed %q: %v", strings.Join(args, " "), stdout, err)
	}
}

// TestRealClientUnderstandsRefusals holds each Manner to what the client makes of it.
func TestRealClientUnderstandsRefusals(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		manner cloudtest.Manner
		want   string
	}{
		"yatai":        {cloudtest.Yatai, "Error validating token: HTTP 403"},
		"unauthorized": {cloudtest.Unauthorized, "HTTP 401: Bad credentials"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bentoml := newClient(t)
			cfg := config()
			cfg.Manner = test.manner
			cloud := cloudtest.New(t, cfg)
			stdout, stderr, ok := bentoml.run(t, "cloud", "login", "--api-token", "made-up-nobody", "--endpoint", cloud.URL())
			if ok || !strings.Contains(stderr, test.want) {
				t.Errorf("login: %s%s; want %q", stdout, stderr, test.want)
			}
		})
	}
}
