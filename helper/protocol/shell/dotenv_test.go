package shell_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/bento-cred/bento-cred/helper/protocol/shell"
	"github.com/bento-cred/bento-cred/internal/realpart"
)

// TestRealDotenv has real readers of .env files load every value the dialect carries.
func TestRealDotenv(t *testing.T) {
	readers := map[string]struct {
		command []string
		// probe must succeed where the reader is installed.
		probe []string
	}{
		"sh": {
			command: []string{"sh", "-c", "set -a; . ./env; ./dump"},
			probe:   []string{"sh", "-c", ":"},
		},
		"python-dotenv": {
			command: []string{"python3", "-c", "import dotenv, os; dotenv.load_dotenv('env'); os.execv('dump', ['dump'])"},
			probe:   []string{"python3", "-c", "import dotenv"},
		},
		"node --env-file": {
			command: []string{"node", "--env-file=env", "-e", "child_process.execFileSync('./dump', {stdio: 'inherit'})"},
			probe:   []string{"node", "--env-file=" + os.DevNull, "-e", ""},
		},
	}
	vars := carried(shell.Dotenv, everyValue())
	file, err := shell.Dotenv.AppendExport(nil, vars)
	if err != nil {
		t.Fatal(err)
	}
	for name, reader := range readers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if out, err := exec.CommandContext(t.Context(), reader.probe[0], reader.probe[1:]...).CombinedOutput(); err != nil {
				realpart.Missing(t, name+": "+err.Error()+": "+string(out))
			}
			out, err := runIn(t, folder(t, map[string][]byte{"env": file}), reader.command, nil)
			if err != nil {
				t.Fatalf("running the reader: %v", err)
			}
			compare(t, vars, environment(t, out))
		})
	}
}

// TestRealDotenvFailure has a shell source the failure text, as it would a file.
func TestRealDotenvFailure(t *testing.T) {
	dir := folder(t, map[string][]byte{"env": shell.Dotenv.AppendFailure(nil, 3)})
	out, err := runIn(t, dir, []string{"sh", "-c", "set -a; . ./env; echo $?"}, nil)
	if err != nil || out != "3\n" {
		t.Errorf("output %q, error %v; want the status 3", out, err)
	}
}

// folder makes a directory of files, among them ./dump, the test binary under the name
// that prints its environment.
func folder(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(dir, "dump")); err != nil {
		t.Fatal(err)
	}
	return dir
}
