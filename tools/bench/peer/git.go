package peer

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/bento-cred/bento-cred/tools/bench/measure"
	"github.com/bento-cred/bento-cred/tools/bench/place"
)

// secret is what the peers keep.
const secret = "made-up-secret-of-forty-characters-12345"

// git sets up git's cache of credentials: as git's users have it, and the cache alone.
func git(ctx context.Context, h *Home) ([]measure.Case, error) {
	program, err := find("git")
	if err != nil {
		return nil, err
	}
	said, err := exec.CommandContext(ctx, program, "--exec-path").Output()
	if err != nil {
		return nil, err
	}
	cache := filepath.Join(strings.TrimSpace(string(said)), "git-credential-cache")
	socket := filepath.Join(h.Dir, "cache")
	daemon, err := place.StartChild(exec.Command(cache+"--daemon", "--debug", socket)) //nolint:noctx // It is ended.
	if err != nil {
		return nil, err
	}
	h.atEnd(daemon.End)
	if err := daemon.Await(func() bool { return place.Listens(socket) }); err != nil {
		return nil, err
	}
	if _, err := h.write(".gitconfig", "[credential]\n\thelper = cache --timeout=86400 --socket="+socket+"\n"); err != nil {
		return nil, err
	}
	what := "protocol=https\nhost=made-up.example\n"
	approved, err := h.write("approved", what+"username=ada\npassword="+secret+"\n\n")
	if err != nil {
		return nil, err
	}
	asked, err := h.write("asked", what+"\n")
	if err != nil {
		return nil, err
	}
	env := h.environ("GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_NOSYSTEM=1")
	keep := measure.Command{Args: []string{program, "credential", "approve"}, Env: env, Dir: h.Dir, Stdin: approved}
	if _, err := keep.Check(ctx); err != nil {
		return nil, err
	}
	fill, err := ready(ctx, GitFill, 1, measure.Command{
		Args: []string{program, "credential", "fill"}, Env: env, Dir: h.Dir, Stdin: asked,
	}, secret)
	if err != nil {
		return nil, err
	}
	bare, err := ready(ctx, GitCache, 1, measure.Command{
		Args: []string{cache, "--socket=" + socket, "get"}, Env: env, Dir: h.Dir, Stdin: asked,
	}, secret)
	return []measure.Case{fill, bare}, err
}

// ssh sets up an agent with one key.
func ssh(ctx context.Context, h *Home) ([]measure.Case, error) {
	add, err := find("ssh-add")
	if err != nil {
		return nil, err
	}
	agent, err := StartSSHAgent(filepath.Join(h.Dir, "agent"))
	if err != nil {
		return nil, err
	}
	h.atEnd(agent.End)
	key := filepath.Join(h.Dir, "key")
	env := h.environ("SSH_AUTH_SOCK=" + filepath.Join(h.Dir, "agent"))
	for _, words := range [][]string{
		{"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "made-up-key", "-f", key},
		{"ssh-add", "-q", key},
	} {
		cmd := exec.CommandContext(ctx, words[0], words[1:]...)
		cmd.Env = env
		if err := cmd.Run(); err != nil {
			return nil, err
		}
	}
	list, err := ready(ctx, SSHAdd, 1, measure.Command{Args: []string{add, "-l"}, Env: env, Dir: h.Dir}, "made-up-key")
	return []measure.Case{list}, err
}

// StartSSHAgent starts an agent that stays a child, and returns when it listens.
func StartSSHAgent(socket string) (*place.Child, error) {
	program, err := find("ssh-agent")
	if err != nil {
		return nil, err
	}
	child, err := place.StartChild(exec.Command(program, "-D", "-a", socket)) //nolint:noctx // It is ended.
	if err != nil {
		return nil, err
	}
	if err := child.Await(func() bool { return place.Listens(socket) }); err != nil {
		child.End()
		return nil, err
	}
	return child, nil
}
