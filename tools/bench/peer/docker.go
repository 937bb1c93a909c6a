package peer

import (
	"context"
	"fmt"
	"os/exec"

	"github.com/bento-cred/bento-cred/tools/bench/measure"
	"github.com/bento-cred/bento-cred/tools/bench/place"
)

// dockerHost is what Docker's helpers keep the secret for.
const dockerHost = "https://made-up.example"

// docker keeps the secret with one of Docker's helpers and returns the case that gets it.
func docker(ctx context.Context, h *Home, name, program string, every int, env []string) ([]measure.Case, error) {
	kept, err := h.write("kept", fmt.Sprintf(`{"ServerURL":%q,"Username":"ada","Secret":%q}`, dockerHost, secret))
	if err != nil {
		return nil, err
	}
	asked, err := h.write("asked", dockerHost)
	if err != nil {
		return nil, err
	}
	keep := measure.Command{Args: []string{program, "store"}, Env: env, Dir: h.Dir, Stdin: kept}
	if _, err := keep.Check(ctx); err != nil {
		return nil, err
	}
	get := measure.Command{Args: []string{program, "get"}, Env: env, Dir: h.Dir, Stdin: asked}
	one, err := ready(ctx, name, every, get, secret)
	return []measure.Case{one}, err
}

// secretService sets up a keyring on a bus of its own, and Docker's helper for it.
func secretService(ctx context.Context, h *Home) ([]measure.Case, error) {
	program, err := find("docker-credential-secretservice")
	if err != nil {
		return nil, err
	}
	keyring, err := place.StartKeyring(h.Dir)
	if err != nil {
		return nil, err
	}
	h.atEnd(keyring.End)
	return docker(ctx, h, SecretService, program, 2, keyring.Environ)
}

// pass sets up pass with a key that wants no passphrase, and Docker's helper for it.
func pass(ctx context.Context, h *Home) ([]measure.Case, error) {
	for _, name := range []string{"pass", "gpg", "gpgconf"} {
		if _, err := find(name); err != nil {
			return nil, err
		}
	}
	program, err := find("docker-credential-pass")
	if err != nil {
		return nil, err
	}
	env := h.environ("GNUPGHOME=" + h.Dir)
	// gpg starts an agent that stays.
	h.atEnd(func() {
		cmd := exec.Command("gpgconf", "--kill", "all") //nolint:noctx // It is what ends.
		cmd.Env = env
		_ = cmd.Run() // there may be none
	})
	for _, words := range [][]string{
		{"gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", "", "--quick-generate-key", "made-up@example", "default", "default", "never"},
		{"pass", "init", "made-up@example"},
	} {
		cmd := exec.CommandContext(ctx, words[0], words[1:]...)
		cmd.Env, cmd.Dir = env, h.Dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("running %s: %w: %s", words[0], err, out)
		}
	}
	return docker(ctx, h, Pass, program, 5, env)
}
