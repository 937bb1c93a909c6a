//go:build unix

package e2e_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/bento-cred/bento-cred/internal/realpart"
	"github.com/bento-cred/bento-cred/ipc"
)

// cmdExits runs a program that must end with the status given.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM [ARGUMENT…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got, ended := 0, &exec.ExitError{}
	switch {
	case errors.As(err, &ended):
		got = ended.ExitCode()
	default:
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%s ended with status %d, want %d", args[1], got, want)
	}
}

// cmdOutput compares standard output, byte for byte, with a text in Go's notation.
func cmdOutput(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: output 'TEXT'")
	}
	want, err := strconv.Unquote(`"` + strings.ReplaceAll(args[0], `"`, `\"`) + `"`)
	ts.Check(err)
	if got := ts.ReadFile("stdout"); got != want {
		ts.Fatalf("standard output is %q, want %q", got, want)
	}
}

// cmdNeed skips the script where a real program is absent. The word root needs the
// tester to be root.
func cmdNeed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: need PROGRAM… | need root")
	}
	tb := sceneOf(ts).test
	if args[0] != "root" {
		realpart.Need(tb, args...)
		return
	}
	if os.Getuid() != 0 {
		tb.Skip("only root can act as another user")
	}
	if _, err := os.Stat("/proc/self/exe"); err != nil {
		tb.Skip("acting as another user is done by Linux' means")
	}
}

// cmdTogether runs a program several times at once. Each must succeed; their standard
// outputs are shown one after the other, each with a line feed behind it.
func cmdTogether(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: together N PROGRAM [ARGUMENT…]")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	outs, errs := make([]bytes.Buffer, n), make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		cmd := command(ts, args[1], args[2:])
		var complaint bytes.Buffer
		cmd.Stdout, cmd.Stderr = &outs[i], &complaint
		all.Go(func() {
			if err := cmd.Run(); err != nil {
				errs[i] = fmt.Errorf("%w: %s", err, complaint.String())
			}
		})
	}
	all.Wait()
	ts.Check(errors.Join(errs...))
	for i := range outs {
		_, err := fmt.Fprintln(ts.Stdout(), outs[i].String())
		ts.Check(err)
	}
}

// command returns a program as the script would run it.
func command(ts *testscript.TestScript, name string, args []string) *exec.Cmd {
	var environ []string
	for _, variable := range scriptVariables {
		if value := ts.Getenv(variable); value != "" {
			environ = append(environ, variable+"="+value)
		}
	}
	path := name
	if !strings.Contains(name, "/") {
		for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
			path = filepath.Join(dir, name)
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
				break
			}
		}
	}
	cmd := exec.Command(path, args...)
	cmd.Args[0], cmd.Env, cmd.Dir = name, environ, ts.MkAbs(".")
	return cmd
}

// scriptVariables are those that command passes on: testscript shows no list of all.
var scriptVariables = []string{
	"PATH", "HOME", "RUN", "WORK", "TMPDIR", ipc.SocketVariable, "DBUS_SESSION_BUS_ADDRESS", marker,
	"LC_ALL", "TERM", "GORACE", coverage, "NO_COLOR", "BENTO_CLOUD_API_KEY", "BENTO_CRED_CONTEXT", "BENTO_CRED_AUTOSTART",
	"BENTO_CRED_PASSPHRASE_FILE", "GNUPGHOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME",
	"BROWSER", "DISPLAY", sessionVariable,
}
