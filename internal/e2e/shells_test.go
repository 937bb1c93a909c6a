//go:build unix

package e2e_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/realpart"
	"github.com/bento-cred/bento-cred/ipc"
)

// nastyTokens are tokens that a header can carry and that shells are known to damage.
var nastyTokens = []string{
	"made-up-plain_1.0/a:b=c@d,e+f",
	"two  spaces,   three",
	"it's",
	`say "hi"`,
	"*",
	"a * ? b",
	"[ab] c",
	"{a,b}",
	"$HOME ${HOME} $(id) $$",
	"`id`",
	`back\slash \n \\ \`,
	"grüße, 世界 😀",
	"curly ‘’ “quotes”",
	"~/x ~root",
	"!history !! !x",
	"# no comment; a & b | c < d > e (f)",
	"%s %d 100% %PATH% ^&",
	"-n",
}

// evaluator is a shell and the ways to evaluate in it what the helper prints, which
// has to find out by itself what shell it is.
type evaluator struct {
	command []string
	ways    []string
}

// sh are the ways of the POSIX shells.
var sh = []string{
	"eval $(bento-cred env)",
	`eval "$(bento-cred env)"`,
	"eval `bento-cred env`",
}

var evaluators = map[string]evaluator{
	"dash":    {[]string{"dash"}, sh},
	"bash":    {[]string{"bash"}, sh},
	"zsh":     {[]string{"zsh", "-f"}, sh},
	"ksh93":   {[]string{"ksh93"}, sh},
	"mksh":    {[]string{"mksh"}, sh},
	"yash":    {[]string{"yash"}, sh},
	"busybox": {[]string{"busybox", "sh"}, sh},
	"fish":    {[]string{"fish", "-N"}, []string{"eval (bento-cred env)", "bento-cred env | source"}},
	"tcsh":    {[]string{"tcsh", "-f"}, []string{"eval `bento-cred env`", "eval \"`bento-cred env`\""}},
	"elvish":  {[]string{"elvish", "-norc"}, []string{"eval (bento-cred env | slurp)", "eval (bento-cred env)"}},
	"nu":      {[]string{"nu", "-n"}, []string{"bento-cred env | from json | load-env"}},
	"xonsh":   {[]string{"xonsh", "--no-rc"}, []string{"execx($(bento-cred env))"}},
}

// TestShells logs in with every nasty token and lets every shell there is evaluate
// what the helper prints for each.
func TestShells(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	p, err := newPlace(programs(t), home)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	})
	cloud := cloudtest.New(t, cloudtest.Config{})
	for i, token := range nastyTokens {
		cloud.AddToken(cloudtest.Token{Value: token, Developer: true})
		p.login(t, cloud.URL(), "c"+strconv.Itoa(i), token)
	}
	t.Run("shell", func(t *testing.T) {
		for name, e := range evaluators {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				realpart.Need(t, e.command[0])
				for _, way := range e.ways {
					p.evaluate(t, e.command, way, cloud.URL())
				}
			})
		}
	})
}

// evaluate has a shell evaluate, in one way, what the helper prints for each context.
func (p *place) evaluate(t *testing.T, command []string, way, endpoint string) {
	t.Helper()
	dir := t.TempDir()
	for _, bait := range []string{"a", "b", "ab", "x", "-n", "two", "export", "it's"} {
		if err := os.WriteFile(filepath.Join(dir, bait), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var script strings.Builder
	for i := range nastyTokens {
		script.WriteString(strings.ReplaceAll(way, "bento-cred env", "bento-cred env -c c"+strconv.Itoa(i)))
		script.WriteString("\ndump BENTO_CLOUD_API_KEY BENTO_CLOUD_API_ENDPOINT\n")
	}
	file := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(file, []byte(script.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	out := strings.Split(p.run(t, dir, "", append(command[:len(command):len(command)], file)...), "\n")
	for i, token := range nastyTokens {
		want := []string{"BENTO_CLOUD_API_KEY=" + strconv.Quote(token), "BENTO_CLOUD_API_ENDPOINT=" + strconv.Quote(endpoint)}
		for n, line := range want {
			if at := 2*i + n; at >= len(out) || out[at] != line {
				t.Errorf("%s: a line is missing or other than %s; the output is %q", way, line, out)
				return
			}
		}
	}
}

// login logs in with a token on standard input.
func (p *place) login(t *testing.T, endpoint, name, token string) {
	t.Helper()
	p.run(t, p.home, token, ipc.ProgramHelper, "login", "--api-token-stdin", "--endpoint", endpoint, "-c", name)
}

// run runs a program that must succeed, and returns what it printed.
func (p *place) run(t *testing.T, dir, stdin string, command ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	defer cancel()
	cmd := p.command(ctx, command...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(stdin)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command[0], err, complaint.String())
	}
	return string(out)
}

// command returns a program in the environment of the place, ours found before any
// other.
func (p *place) command(ctx context.Context, words ...string) *exec.Cmd {
	path := words[0]
	if own := filepath.Join(p.root, "bin", path); fileExists(own) {
		path = own
	}
	cmd := exec.CommandContext(ctx, path, words[1:]...)
	cmd.Env = p.environ()
	return cmd
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
