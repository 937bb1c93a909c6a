//go:build unix

package e2e_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

// cmdSnapshot remembers every file below a path: its mode and what is in it.
func cmdSnapshot(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: snapshot PATH")
	}
	sceneOf(ts).snapshots[args[0]] = filesBelow(ts, args[0])
}

// cmdUnchanged fails where something below a path is not as it was at the snapshot.
func cmdUnchanged(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: [!] unchanged PATH")
	}
	before, taken := sceneOf(ts).snapshots[args[0]]
	if !taken {
		ts.Fatalf("there is no snapshot of %s", args[0])
	}
	if diff := cmp.Diff(before, filesBelow(ts, args[0])); (diff != "") != neg {
		ts.Fatalf("it changed: %v; -before +after:\n%s", diff != "", diff)
	}
}

// filesBelow returns a line for everything below a path: its name, its mode and a
// fingerprint of its content.
func filesBelow(ts *testscript.TestScript, path string) []string {
	var lines []string
	root := ts.MkAbs(path)
	ts.Check(filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && entry.Name() == "audit" {
			return filepath.SkipDir // of what is decided it grows
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		content := []byte{}
		if info.Mode().IsRegular() {
			if content, err = os.ReadFile(path); err != nil {
				return err
			}
		}
		name, _ := filepath.Rel(root, path) // it is below root
		lines = append(lines, fmt.Sprintf("%s %v %x", name, info.Mode(), sha256.Sum256(content)))
		return nil
	}))
	return lines
}

// cmdNowhere fails where a secret stands in a file below the paths, in the command
// line of any process, or in the environment of one of the script's daemons.
//
//	nowhere SECRET PATH…
func cmdNowhere(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: nowhere SECRET PATH…")
	}
	secret := []byte(args[0])
	looked := 0
	for _, path := range args[1:] {
		ts.Check(filepath.WalkDir(ts.MkAbs(path), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			content, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				return nil // the daemon took it away meanwhile
			}
			looked++
			if bytes.Contains(content, secret) || bytes.Contains([]byte(path), secret) {
				ts.Fatalf("the secret stands in %s", path)
			}
			return err
		}))
	}
	if looked == 0 {
		ts.Fatalf("there is no file to look into")
	}
	lookAtProcesses(ts, secret)
}

// lookAtProcesses is nowhere for processes.
func lookAtProcesses(ts *testscript.TestScript, secret []byte) {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline") // the pattern is well formed
	for _, line := range lines {
		command, err := os.ReadFile(line)
		if err == nil && bytes.Contains(command, secret) {
			ts.Fatalf("the secret stands in %s: %q", line, command)
		}
	}
	for _, p := range processesOf(sceneOf(ts).root, sceneOf(ts).home) {
		environ, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.pid), "environ"))
		if err == nil && bytes.Contains(environ, secret) {
			ts.Fatalf("the secret stands in the environment of %v", p)
		}
	}
}

// write writes a file that only its owner can read.
func write(ts *testscript.TestScript, path, text string) {
	ts.Check(os.WriteFile(path, []byte(text), 0o600))
}
