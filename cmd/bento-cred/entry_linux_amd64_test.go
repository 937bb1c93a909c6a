package main_test

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestEntry: a program that is entered before the runtime gets its arguments and its
// environment as one that is not, and so does every command that it becomes.
func TestEntry(t *testing.T) {
	t.Parallel()
	entered, usual := buildWith(t, "-E processEntry"), buildWith(t, "")
	if at, begins := entryOf(t, entered), entryOf(t, usual); at == "processEntry" == (begins == "processEntry") {
		t.Errorf("they are entered at %q and %q", at, begins)
	}
	many := make([]string, 500)
	for i := range many {
		many[i] = "V" + strconv.Itoa(i) + "=" + strings.Repeat("x", i)
	}
	for name, test := range map[string]struct{ args, environ []string }{
		"nothing":           {nil, []string{}},
		"arguments":         {[]string{"a", "", "b c", "ü"}, []string{"HOME=/nowhere"}},
		"many":              {many, many},
		"processors":        {[]string{"a"}, []string{"A=1", "GOMAXPROCS=3", "B=2"}},
		"one processor":     {[]string{"a"}, []string{"GOMAXPROCS=1"}},
		"empty variables":   {[]string{"a"}, []string{"", "A", "=", "GOMAXPRO"}},
		"another of a kind": {[]string{"a"}, []string{"GOMAXPROFIT=1"}},
	} {
		got, want := becomes(t, entered, test.args, test.environ), becomes(t, usual, test.args, test.environ)
		if got != want {
			t.Errorf("%s: it becomes\n%q\nwant\n%q", name, got, want)
		}
		if !strings.Contains(want, "credctl") {
			t.Errorf("%s: it became nothing: %q", name, want)
		}
	}
}

// entryOf returns the name of the function that a program is entered at.
func entryOf(t *testing.T, program string) string {
	t.Helper()
	file, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	symbols, err := file.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range symbols {
		if s.Value == file.Entry && elf.ST_TYPE(s.Info) == elf.STT_FUNC {
			return s.Name
		}
	}
	return ""
}

// becomes returns the arguments and the environment of what the program becomes for a verb
// that is not its own.
func becomes(t *testing.T, program string, args, environ []string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, append([]string{"verb"}, args...)...)
	cmd.Env = environ
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
	return string(out)
}

// buildWith builds the program beside a stand-in of bento-credctl that shows what it was given.
func buildWith(t *testing.T, flags string) string {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "bento-cred")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-ldflags", flags, "-o", program, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	face := "#!/bin/sh\necho credctl\ntr '\\0' '\\n' </proc/$$/environ\nfor each; do echo \"<$each>\"; done\n"
	if err := os.WriteFile(filepath.Join(dir, "bento-credctl"), []byte(face), 0o700); err != nil {
		t.Fatal(err)
	}
	return program
}
