package helper_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/helper"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

func TestEnv(t *testing.T) {
	const posix = "export BENTO_CLOUD_API_KEY='" + madeUpToken + "';\nexport BENTO_CLOUD_API_ENDPOINT='" + madeUpEndpoint + "';\n"
	tests := map[string]struct {
		arguments []string
		want      string
	}{
		"sh":    {arguments: []string{"--shell", "sh"}, want: posix},
		"path":  {arguments: []string{"--shell=/bin/zsh"}, want: posix},
		"fish":  {arguments: []string{"--shell=fish"}, want: "set -gx BENTO_CLOUD_API_KEY " + madeUpToken + ";\nset -gx BENTO_CLOUD_API_ENDPOINT " + madeUpEndpoint + ";\n"},
		"json":  {arguments: []string{"--shell=json"}, want: `{"BENTO_CLOUD_API_KEY":"` + madeUpToken + `","BENTO_CLOUD_API_ENDPOINT":"` + madeUpEndpoint + "\"}\n"},
		"unset": {arguments: []string{"--shell=bash", "--unset"}, want: "unset BENTO_CLOUD_API_KEY;\nunset BENTO_CLOUD_API_ENDPOINT;\n"},
	}
	environ := serve(t, &agent{answer: madeUp()})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := run(environ, append([]string{"env"}, test.arguments...)...)
			if diff := cmp.Diff(result{out: test.want}, got, cmp.AllowUnexported(result{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestEnvFails holds every failure to the three things a shell and a person need: text
// that fails when it is evaluated, one line with the next step, and the exit status.
func TestEnvFails(t *testing.T) {
	tests := map[string]struct {
		agent     *agent
		arguments []string
		environ   []string
		status    int
		out, err  string
	}{
		"login required": {
			agent:     &agent{err: &ipc.Error{Code: ipc.LoginRequired, Message: `context "work" has no token`, Hint: "run `bento-cred login`"}},
			arguments: []string{"--shell=sh"},
			status:    4,
			out:       "sh -c \"exit 4\";\n",
			err:       "bento-cred: context \"work\" has no token; run `bento-cred login`\n",
		},
		"no next step known": {
			agent:     &agent{err: errors.New("something broke")},
			arguments: []string{"--shell=sh"},
			status:    1,
			out:       "sh -c \"exit 1\";\n",
			err:       "bento-cred: something broke; run `bento-cred doctor`\n",
		},
		"another dialect": {
			agent:     &agent{err: &ipc.Error{Code: ipc.Locked, Message: "the keychain is locked", Hint: "unlock it"}},
			arguments: []string{"--shell=elvish"},
			status:    6,
			out:       "fail \"bento-cred: exit 6\"\n",
			err:       "bento-cred: the keychain is locked; unlock it\n",
		},
		"a value the shell cannot have": {
			agent:     &agent{answer: ipc.Credential{Endpoint: madeUpEndpoint, Value: credential.NewSecret("100%")}},
			arguments: []string{"--shell=cmd"},
			status:    2,
			out:       "cmd /c exit 2\n",
			err:       "bento-cred: writing \"BENTO_CLOUD_API_KEY\" for cmd: the value cannot pass through cmd.exe unchanged; use another --shell, or `bento-cred exec -- COMMAND`\n",
		},
		"unset in a file": {
			agent:     &agent{},
			arguments: []string{"--shell=dotenv", "--unset"},
			status:    2,
			out:       "sh -c \"exit 2\";\n",
			err:       "bento-cred: writing \"BENTO_CLOUD_API_KEY\" for dotenv: this form can only set variables; use another --shell, or `bento-cred exec -- COMMAND`\n",
		},
		"unknown flag, known shell": {
			agent:     &agent{},
			arguments: []string{"--shell=nu", "--api-token=" + madeUpToken},
			status:    2,
			out:       "} bento-cred: exit 2\n",
			err:       "bento-cred: there is no flag \"--api-token\"; see `bento-cred env --help`\n",
		},
		"no socket": {
			agent:     &agent{},
			arguments: []string{"--shell=sh"},
			environ:   []string{ipc.SocketVariable + "=relative"},
			status:    2,
			out:       "sh -c \"exit 2\";\n",
			err:       "bento-cred: BENTO_CRED_SOCKET=\"relative\" is not an absolute path; set BENTO_CRED_SOCKET to an absolute path, or unset it\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			environ := append(serve(t, test.agent), test.environ...)
			got := run(environ, append([]string{"env"}, test.arguments...)...)
			want := result{status: test.status, out: test.out, err: test.err}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(result{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestEnvUnknownShell(t *testing.T) {
	got := run(noDaemon(t), "env", "--shell=command.com")
	if got.status != 2 || got.out == "" || !strings.HasPrefix(got.err, `bento-cred: there is no shell "command.com"; there are sh, `) {
		t.Errorf("%+v", got)
	}
}

func TestNoDaemon(t *testing.T) {
	environ := noDaemon(t)
	for _, verb := range []string{"env", "token", "exec"} {
		t.Run(verb, func(t *testing.T) {
			arguments := []string{verb}
			if verb == "exec" {
				arguments = append(arguments, "true")
			}
			got := run(environ, arguments...)
			if got.status != 9 || strings.Count(got.err, "\n") != 1 || !strings.Contains(got.err, "; ") {
				t.Errorf("status %d, %q; want 9 and one line with the next step", got.status, got.err)
			}
			if wantCode := verb == "env"; wantCode != (got.out != "") {
				t.Errorf("output %q", got.out)
			}
		})
	}
}

func TestEnvNamesAnotherToken(t *testing.T) {
	const other = "made-up-other-token"
	tests := map[string]struct {
		verb, inherited string
		want            string
	}{
		"env, other":   {verb: "env", inherited: other, want: "bento-cred: warning: the environment has another token in BENTO_CLOUD_API_KEY; it is replaced by that of context \"work\"\n"},
		"env, same":    {verb: "env", inherited: madeUpToken},
		"token, other": {verb: "token", inherited: other, want: "bento-cred: warning: the environment has another token in BENTO_CLOUD_API_KEY; BentoML uses that one\n"},
		"token, same":  {verb: "token", inherited: madeUpToken},
	}
	environ := serve(t, &agent{answer: madeUp()})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := run(append(environ, "BENTO_CLOUD_API_KEY="+test.inherited), test.verb)
			if got.err != test.want || got.status != 0 {
				t.Errorf("status %d, said %q, want %q", got.status, got.err, test.want)
			}
		})
	}
}

func TestWarningsAreShown(t *testing.T) {
	answer := madeUp()
	answer.Warnings = []string{"the token expires tomorrow", "the store is a file"}
	got := run(serve(t, &agent{answer: answer}), "token")
	want := result{
		out: madeUpToken,
		err: "bento-cred: warning: the token expires tomorrow\nbento-cred: warning: the store is a file\n",
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(result{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestTokenFails(t *testing.T) {
	a := &agent{err: &ipc.Error{Code: ipc.AccessMissing, Message: "no token opens endpoints", Hint: "make one"}}
	want := result{status: 5, err: "bento-cred: no token opens endpoints; make one\n"}
	if diff := cmp.Diff(want, run(serve(t, a), "token", "--access=endpoints"), cmp.AllowUnexported(result{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestRequest says what the daemon is asked, by flags and by environment.
func TestRequest(t *testing.T) {
	tests := map[string]struct {
		arguments []string
		environ   []string
		want      ipc.Request
	}{
		"nothing": {want: ipc.Request{}},
		"flags": {
			arguments: []string{"-c", "work", "--access", "endpoints:summer"},
			environ:   []string{ipc.SourceVariable + "=other"},
			want:      ipc.Request{Selection: ipc.Selection{Context: "work", Source: "--context"}, Access: "endpoints:summer"},
		},
		"our variable": {
			environ: []string{ipc.SourceBentoML + "=theirs", ipc.SourceVariable + "=ours"},
			want:    ipc.Request{Selection: ipc.Selection{Context: "ours", Source: "BENTO_CRED_CONTEXT"}},
		},
		"patience": {arguments: []string{"--wait", "1m30s"}, want: ipc.Request{Wait: 90 * time.Second}},
		"BentoML's variable": {
			environ: []string{ipc.SourceBentoML + "=theirs"},
			want:    ipc.Request{Selection: ipc.Selection{Context: "theirs", Source: "BENTOML_CLOUD_CONTEXT"}},
		},
	}
	for _, verb := range []string{"env", "token"} {
		for name, test := range tests {
			t.Run(verb+" "+name, func(t *testing.T) {
				a := &agent{answer: madeUp()}
				environ := append(serve(t, a), test.environ...)
				if got := run(environ, append([]string{verb}, test.arguments...)...); got.status != 0 {
					t.Fatalf("%+v", got)
				}
				test.want.Verb = verb
				if diff := cmp.Diff(test.want, a.request()); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		}
	}
}

// TestRequestFromADirectory: the directory goes along where a file in it or above may choose
// the context, and nothing else did.
func TestRequestFromADirectory(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	below := filepath.Join(root, "a", "b")
	if err := os.MkdirAll(below, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(below)
	ask := func(arguments ...string) string {
		t.Helper()
		a := &agent{answer: madeUp()}
		if got := run(serve(t, a), append([]string{"token"}, arguments...)...); got.status != 0 {
			t.Fatalf("%+v", got)
		}
		return a.request().Directory
	}
	if got := ask(); got != "" {
		t.Errorf("without a file: %q", got)
	}
	if err := os.WriteFile(filepath.Join(root, ipc.DirectoryFile), []byte("context = \"work\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := ask(); got != below {
		t.Errorf("below a file: %q, want %q", got, below)
	}
	if got := ask("--context", "other"); got != "" {
		t.Errorf("with another context named: %q", got)
	}
}

// brokenPipe fails as a closed pipe does.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestAnswerCannotBeWritten(t *testing.T) {
	environ := serve(t, &agent{answer: madeUp()})
	for _, verb := range []string{"env", "token"} {
		var errs strings.Builder
		status := helper.Main([]string{"bento-cred", verb}, environ, helper.Streams{Out: brokenPipe{}, Err: &errs})
		if status != 1 || !strings.Contains(errs.String(), "writing the answer: broken pipe") {
			t.Errorf("%s: status %d, said %q", verb, status, errs.String())
		}
		if strings.Contains(errs.String(), madeUpToken) {
			t.Errorf("%s: the token was shown", verb)
		}
	}
}
