package ipc_test

import (
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// TestCredentialEnviron holds what a command gets to what it must not inherit.
func TestCredentialEnviron(t *testing.T) {
	t.Parallel()
	c := ipc.Credential{Context: "work", Endpoint: "https://acme.example", Value: credential.NewSecret("made-up")}
	inherited := []string{"A=b=c", "BENTO_CLOUD_API_KEY=x", "BENTOML_CLOUD_CONTEXT=x", "BENTO_CLOUD_ENDPOINT=x", "BENTO_CRED_CONTEXT=x", "BENTO_CLOUD_API_ENDPOINT=x"}
	want := "A=b=c BENTO_CLOUD_API_KEY=made-up BENTO_CLOUD_API_ENDPOINT=https://acme.example BENTO_CRED_CONTEXT=work"
	if got := strings.Join(c.Environ(inherited), " "); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
