//go:build unix

package e2e_test

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/bento-cred/bento-cred/ipc"
)

var update = flag.Bool("update", false, "rewrite the files that scripts compare with")

// TestMain runs the tests, or one of the programs that scripts use.
func TestMain(m *testing.M) {
	testscript.Main(house{m}, map[string]func(){"browse": browse, "dump": dump})
}

// house builds the programs at first need and takes them away at the end.
type house struct{ tests *testing.M }

// Run implements testscript.TestingM.
func (h house) Run() int {
	code := h.tests.Run()
	if built.dir == "" {
		return code
	}
	if left := processesOf(built.dir); len(left) > 0 {
		fmt.Fprintf(os.Stderr, "left behind by all scripts together: %v\n", left)
		code = 1
	}
	if err := os.RemoveAll(built.dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	return code
}

// TestScripts runs every script.
func TestScripts(t *testing.T) {
	t.Parallel()
	programs(t)
	work, err := os.MkdirTemp(built.dir, "work")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		WorkdirRoot:         work, // testscript's own is left behind where not all scripts are run
		Dir:                 filepath.Join("testdata", "script"),
		Setup:               setUp,
		Condition:           condition,
		Cmds:                commands,
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// commands are those of this package.
var commands = map[string]func(*testscript.TestScript, bool, []string){
	"ask":       cmdAsk,
	"build":     cmdBuild,
	"bus":       cmdBus,
	"chromium":  cmdChromium,
	"cloud":     cmdCloud,
	"daemon":    cmdDaemon,
	"exits":     cmdExits,
	"listen":    cmdListen,
	"need":      cmdNeed,
	"nowhere":   cmdNowhere,
	"output":    cmdOutput,
	"snapshot":  cmdSnapshot,
	"terminal":  cmdTerminal,
	"together":  cmdTogether,
	"unchanged": cmdUnchanged,
}

// built are the programs under test.
var built struct {
	once sync.Once
	dir  string // below which every script's copies stand too
	err  error
}

// programs returns the directory of the programs, after building them at first.
func programs(tb testing.TB) string {
	tb.Helper()
	built.once.Do(func() {
		// The path of a socket is short, and a temporary directory's can be long.
		built.dir, built.err = os.MkdirTemp("/tmp", "bc")
		if built.err == nil {
			built.err = os.Chmod(built.dir, 0o711) // a script may let others into its own place
		}
		if built.err == nil {
			built.err = provide(filepath.Join(built.dir, "bin"), os.Getenv("BENTO_CRED_BIN"))
		}
	})
	if built.err != nil {
		tb.Fatal(built.err)
	}
	return filepath.Join(built.dir, "bin")
}

// provide puts the programs into dir: copies of those in given, or newly built.
func provide(dir, given string) error {
	if given == "" {
		return build(dir, "")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range []string{ipc.ProgramHelper, ipc.ProgramFace, ipc.ProgramDaemon} {
		if err := copyFile(filepath.Join(given, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// build builds the named programs, or all, into dir.
func build(dir, version string, names ...string) error {
	if len(names) == 0 {
		names = []string{ipc.ProgramHelper, ipc.ProgramFace, ipc.ProgramDaemon}
	}
	const module = "github.com/bento-cred/bento-cred"
	args := []string{"build", "-o", dir + string(filepath.Separator)}
	flags := ""
	if version != "" {
		flags = "-X " + module + "/internal/version.version=" + version
	}
	args = append(args, "-ldflags", flags)
	if runtime.GOOS+"/"+runtime.GOARCH == "linux/amd64" { // as the Makefile does
		args = append(args, "-ldflags", module+"/cmd/"+ipc.ProgramHelper+"="+flags+" -E processEntry")
	}
	for _, name := range names {
		args = append(args, module+"/cmd/"+name)
	}
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// cmdBuild builds programs of another version in the place of those of the script.
func cmdBuild(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: build VERSION PROGRAM…")
	}
	bin := filepath.Join(sceneOf(ts).root, "bin")
	for _, name := range args[1:] {
		ts.Check(os.Remove(filepath.Join(bin, name))) // or the other scripts' would be written over
	}
	ts.Check(build(bin, args[0], args[1:]...))
}

// copyFile makes a program available under another path: by a link where that is
// possible, as a running program is known by the path it was started from.
func copyFile(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // only read from
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Close()
}
