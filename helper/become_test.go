//go:build unix

package helper_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/helper"
)

// roleVariable makes the test binary a program of its own: first the helper, and where
// that becomes the test binary once more, one that reports what it was given.
const roleVariable = "HELPER_TEST_ROLE"

func TestMain(m *testing.M) {
	environ := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, roleVariable+"=") })
	switch os.Getenv(roleVariable) {
	case "helper":
		environ = append(environ, roleVariable+"=reporter")
		os.Exit(helper.Main(os.Args, environ, helper.Streams{Out: os.Stdout, Err: os.Stderr}))
	case "reporter":
		report(environ)
		return
	}
	os.Exit(m.Run())
}

// reported is what a command saw of itself.
type reported struct {
	Args, Environ, Descriptors []string
	PID                        int
}

func report(environ []string) {
	got := reported{Args: os.Args, Environ: environ, PID: os.Getpid()}
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		os.Exit(1)
	}
	for _, entry := range entries {
		fd, err := strconv.Atoi(entry.Name())
		if err != nil {
			os.Exit(1)
		}
		// The directory just read, and what this program's own runtime opened, are no
		// inheritance; a descriptor that was inherited is not closed on exec.
		flags, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_GETFD, 0)
		if errno == 0 && flags&syscall.FD_CLOEXEC == 0 {
			got.Descriptors = append(got.Descriptors, entry.Name())
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(got); err != nil {
		os.Exit(1)
	}
}

// start returns the helper as a process of its own, under the name bento-cred.
func start(t *testing.T, environ []string, arguments ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Args = append([]string{"bento-cred"}, arguments...)
	// What a binary under the race detector and one that counts coverage want to be told.
	cmd.Env = append(slices.Clone(environ), "GORACE=atexit_sleep_ms=0", "GOCOVERDIR="+t.TempDir(), roleVariable+"=helper")
	return cmd
}

// ran runs the helper as a process of its own.
func ran(t *testing.T, cmd *exec.Cmd) result {
	t.Helper()
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{status: cmd.ProcessState.ExitCode(), out: string(out), err: errs.String()}
}

// reportOf runs cmd, which must end as the reporter.
func reportOf(t *testing.T, cmd *exec.Cmd) reported {
	t.Helper()
	done := ran(t, cmd)
	var got reported
	if err := json.Unmarshal([]byte(done.out), &got); err != nil || done.status != 0 || done.err != "" {
		t.Fatalf("%+v: %v", done, err)
	}
	return got
}

// programs makes a directory with the test binary under each name.
func programs(t *testing.T, names ...string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range names {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestExecBecomesTheCommand(t *testing.T) {
	environ := append(
		serve(t, &agent{answer: madeUp()}),
		"BENTO_CLOUD_API_KEY=made-up-other", "BENTO_CLOUD_API_KEY=made-up-twice", "BENTO_CLOUD_API_ENDPOINT=https://other.example",
		"BENTO_CLOUD_ENDPOINT=https://other.example", "BENTOML_CLOUD_CONTEXT=other", "BENTO_CRED_CONTEXT=other",
		"UNTOUCHED=value with = and spaces", "PATH="+programs(t, "command"),
	)
	cmd := start(t, environ, "exec", "--context", "work", "--", "command", "--flag", "two words", "")
	got := reportOf(t, cmd)
	if got.PID != cmd.ProcessState.Pid() {
		t.Errorf("the command is process %d, a child of the helper's %d", got.PID, cmd.ProcessState.Pid())
	}
	if diff := cmp.Diff([]string{"command", "--flag", "two words", ""}, got.Args); diff != "" {
		t.Errorf("arguments: -want +got:\n%s", diff)
	}
	// Whoever runs the tests may have left descriptors open; those come along everywhere.
	direct := start(t, environ)
	direct.Env = append(direct.Env, roleVariable+"=reporter")
	if diff := cmp.Diff(reportOf(t, direct).Descriptors, got.Descriptors); diff != "" {
		t.Errorf("open descriptors: -want +got:\n%s", diff)
	}
	var bento []string
	for _, variable := range got.Environ {
		if strings.HasPrefix(variable, "BENTO") && !strings.HasPrefix(variable, "BENTO_CRED_SOCKET") || strings.HasPrefix(variable, "UNTOUCHED") {
			bento = append(bento, variable)
		}
	}
	want := []string{
		"BENTO_CRED_AUTOSTART=0", "UNTOUCHED=value with = and spaces",
		"BENTO_CLOUD_API_KEY=" + madeUpToken, "BENTO_CLOUD_API_ENDPOINT=" + madeUpEndpoint, "BENTO_CRED_CONTEXT=work",
	}
	if diff := cmp.Diff(want, bento); diff != "" {
		t.Errorf("environment: -want +got:\n%s", diff)
	}
}

// TestExecStatus compares with env(1), which people know.
func TestExecStatus(t *testing.T) {
	dir := t.TempDir()
	files := map[string]os.FileMode{"not-executable": 0o600, "no-interpreter": 0o700, "bento-script": 0o700}
	for name, mode := range files {
		content := map[string]string{"no-interpreter": "#!/no/such/program\n", "bento-script": "exit $(($1 + 1))\n"}[name]
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "directory"), 0o700); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		command []string
		path    string
		want    int
	}{
		"its own status":               {command: []string{"sh", "-c", "exit 41"}, want: 41},
		"a script without #!":          {command: []string{"bento-script", "6"}, want: 7},
		"by path":                      {command: []string{dir + "/bento-script", "8"}, want: 9},
		"not found":                    {command: []string{"no-such-command"}, want: 127},
		"not found, by path":           {command: []string{"/no/such/command"}, want: 127},
		"not found, in no folder":      {command: []string{"/dev/null/command"}, want: 127},
		"an empty name":                {command: []string{""}, want: 127},
		"no interpreter":               {command: []string{"no-interpreter"}, want: 127},
		"not executable":               {command: []string{"not-executable"}, want: 126},
		"a directory":                  {command: []string{"directory"}, want: 126},
		"not executable, then another": {command: []string{"sh", "-c", "exit 3"}, path: "$DIR/closed:/bin:/usr/bin", want: 3},
		"an empty path":                {command: []string{"sh", "-c", "exit 4"}, path: "-", want: 4},
		"the folder it is in":          {command: []string{"bento-script", "4"}, path: "/bin:", want: 5},
		"a path through a file":        {command: []string{"sh", "-c", "exit 5"}, path: "/dev/null:/no/such:/bin:/usr/bin", want: 5},
	}
	if err := os.Mkdir(filepath.Join(dir, "closed"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "closed", "sh"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	environ := serve(t, &agent{answer: madeUp()})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := dir + ":/bin:/usr/bin"
			if test.path != "" {
				path = strings.ReplaceAll(strings.TrimPrefix(test.path, "-"), "$DIR", dir)
			}
			cmd := start(t, append(environ, "PATH="+path), append([]string{"exec", "--"}, test.command...)...)
			cmd.Dir = dir
			got := ran(t, cmd)
			if got.status != test.want || got.out != "" {
				t.Errorf("status %d, output %q; want status %d", got.status, got.out, test.want)
			}
			if failed := test.want >= 126; failed != strings.HasPrefix(got.err, "bento-cred: running ") {
				t.Errorf("said %q", got.err)
			}
		})
	}
}

func TestExecEndsBySignal(t *testing.T) {
	cmd := start(t, serve(t, &agent{answer: madeUp()}), "exec", "sh", "-c", "kill -TERM $$")
	_ = ran(t, cmd)
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() || status.Signal() != syscall.SIGTERM {
		t.Errorf("the command ended with %v, want its own signal", cmd.ProcessState)
	}
}

// TestExecLeavesSignalsAlone has the shell say which signals it blocks, ignores and
// catches: none that it would not without the helper.
func TestExecLeavesSignalsAlone(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("there is no /proc to ask")
	}
	ask := []string{"grep", "-E", "^Sig(Blk|Ign|Cgt)", "/proc/self/status"}
	want, err := exec.CommandContext(t.Context(), ask[0], ask[1:]...).Output()
	if err != nil {
		t.Fatal(err)
	}
	got := ran(t, start(t, serve(t, &agent{answer: madeUp()}), append([]string{"exec"}, ask...)...))
	if diff := cmp.Diff(string(want), got.out); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestExecFails makes sure that without a token the command does not run.
func TestExecFails(t *testing.T) {
	got := ran(t, start(t, noDaemon(t), "exec", "echo", "ran"))
	if got.status != 9 || got.out != "" {
		t.Errorf("%+v", got)
	}
}

func TestOtherVerbsAreHandedOver(t *testing.T) {
	tests := map[string][]string{
		"no verb":        nil,
		"help":           {"--help"},
		"another verb":   {"login", "--context", "two words"},
		"help for env":   {"help", "env"},
		"env's help":     {"env", "--help"},
		"token's help":   {"token", "-h"},
		"exec's help":    {"exec", "-c", "a", "--help", "--", "ls"},
		"completion":     {"__complete", "env", ""},
		"version":        {"version"},
		"a flag before":  {"--context", "a", "env"},
		"an empty verb":  {""},
		"help for shell": {"env", "--shell", "fish", "-h"},
	}
	environ := append(noDaemon(t), "PATH="+programs(t, "bento-credctl"))
	for name, arguments := range tests {
		t.Run(name, func(t *testing.T) {
			got := reportOf(t, start(t, environ, arguments...))
			if diff := cmp.Diff(append([]string{"bento-cred"}, arguments...), got.Args); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestFaceIsNotInstalled(t *testing.T) {
	got := ran(t, start(t, append(noDaemon(t), "PATH=/no/such"), "status"))
	want := result{
		status: 1,
		err:    "bento-cred: finding bento-credctl: not beside this program and not on PATH; install bento-credctl beside bento-cred, or on PATH\n",
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(result{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestFaceIsBroken(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bento-credctl"), []byte("\x7fELF nothing"), 0o700); err != nil {
		t.Fatal(err)
	}
	got := ran(t, start(t, append(noDaemon(t), "PATH="+dir), "status"))
	if got.status != 1 || !strings.HasSuffix(got.err, "exec format error; install it again\n") {
		t.Errorf("%+v", got)
	}
}
