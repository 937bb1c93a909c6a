package docker_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/helper/protocol/docker"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

func TestServer(t *testing.T) {
	t.Parallel()
	for input, want := range map[string]string{
		"https://a.example": "https://a.example", "https://a.example/v1/\n": "https://a.example/v1/",
		"a.example": "https://a.example", "a.example:5000\r\n": "https://a.example:5000", "http://localhost:5000": "http://localhost:5000",
	} {
		if got, err := docker.Server([]byte(input)); got != want || err != nil {
			t.Errorf("Server(%q) = %q, %v; want %q", input, got, err, want)
		}
	}
	for _, input := range []string{"", " \n", strings.Repeat("a", 10000)} {
		if _, err := docker.Server([]byte(input)); !errors.Is(err, docker.ErrNoServer) {
			t.Errorf("Server(%.10q): %v", input, err)
		}
	}
}

func TestAppendAnswer(t *testing.T) {
	t.Parallel()
	got := docker.AppendAnswer(nil, "a.example", ipc.Credential{Value: credential.NewSecret("made-up")})
	if want := `{"ServerURL":"a.example","Username":"bento-cred","Secret":"made-up"}` + "\n"; string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
}
