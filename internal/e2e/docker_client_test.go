//go:build unix

package e2e_test

import (
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/docker/docker-credential-helpers/client"
	"github.com/docker/docker-credential-helpers/credentials"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/ipc"
)

// dockerHelper runs docker-credential-bento in a place, as the client of
// docker-credential-helpers wants it.
type dockerHelper struct {
	cmd *exec.Cmd
}

// Output implements client.Program.
func (d *dockerHelper) Output() ([]byte, error) { return d.cmd.Output() }

// Input implements client.Program.
func (d *dockerHelper) Input(in io.Reader) { d.cmd.Stdin = in }

// TestDockersOwnClient has the client library that Docker uses ask.
func TestDockersOwnClient(t *testing.T) {
	t.Parallel()
	n := newTenant(t)
	n.cloud.AddToken(cloudtest.Token{Value: tokenEndpoints, Name: "endpoints", AllEndpoints: true})
	login := n.command(t.Context(), ipc.ProgramHelper, "login", "--api-token-stdin", "--access", "endpoints", "--endpoint", n.cloud.URL())
	login.Stdin = strings.NewReader(tokenEndpoints)
	if out, err := login.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	const registry = "https://registry.acme.example"
	n.run(t, n.home, "", ipc.ProgramHelper, "host", "add", registry)
	program := func(args ...string) client.Program {
		return &dockerHelper{n.command(t.Context(), append([]string{"docker-credential-bento"}, args...)...)}
	}
	got, err := client.Get(program, registry)
	if err != nil || got.Secret != tokenEndpoints || got.Username == "" || got.ServerURL != registry {
		t.Errorf("Get() of %q for user %q, %v", got.ServerURL, got.Username, err)
	}
	if _, err := client.Get(program, "https://index.docker.io/v1/"); !credentials.IsErrCredentialsNotFound(err) {
		t.Errorf("of another registry: %v, want that none is found", err)
	}
	if err := client.Store(program, &credentials.Credentials{ServerURL: registry, Username: "u", Secret: "made-up"}); err == nil {
		t.Error("a password is stored")
	}
	if err := client.Erase(program, registry); err != nil {
		t.Errorf("Erase(): %v", err)
	}
	if list, err := client.List(program); err != nil || len(list) != 0 {
		t.Errorf("List() = %v, %v", list, err)
	}
	if got, err := client.Get(program, registry); err != nil || got.Secret != tokenEndpoints {
		t.Errorf("after that: %v", err)
	}
}
