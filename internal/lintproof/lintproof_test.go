// Package lintproof proves the linter's rules: it lints a house with one planted
// violation for each of them.
//
// A linter's rule that matches nothing is silent, and so is one that everybody keeps.
// Of two globs for the same directory, "**/helper/**" works and "**/helper/**/*.go"
// leaves out the directory's own files, and only a violation tells them apart.
//
// The house is testdata/house. Where a finding is due, the line ends in
//
//	// want LINTER: a part of its text
//
// or a line N above it says "// want+N LINTER: a part of its text". Every finding must
// be wanted and every want found, so a rule that forbids too much shows as well.
package lintproof

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// finding is what the linter says, or what is wanted of it.
type finding struct {
	place  string // file:line
	linter string
	text   string
}

func TestEveryRuleFindsItsViolation(t *testing.T) {
	if os.Getenv("BENTO_CRED_LINT") != "1" {
		t.Skip("needs the linter, which takes minutes to build: `make lint` runs this")
	}
	house := build(t)
	wants := wanted(t, house)
	for _, got := range lint(t, house) {
		if at := match(wants, got); at >= 0 {
			wants = append(wants[:at], wants[at+1:]...)
			continue
		}
		t.Errorf("not wanted: %s: %s: %s", got.place, got.linter, got.text)
	}
	for _, want := range wants {
		t.Errorf("not found: %s: %s: %s", want.place, want.linter, want.text)
	}
}

// TestEveryRuleHasAViolation holds the house to the configuration: a rule that is added
// there needs a violation here.
func TestEveryRuleHasAViolation(t *testing.T) {
	var config struct {
		Formatters struct{ Enable []string }
		Linters    struct {
			Enable   []string
			Settings struct {
				Depguard struct{ Rules map[string]any }
				Revive   struct{ Rules []struct{ Name string } }
			}
		}
	}
	if err := yaml.Unmarshal(read(t, filepath.Join("..", "..", ".golangci.yml")), &config); err != nil {
		t.Fatal(err)
	}
	wants := wanted(t, filepath.Join("testdata", "house"))
	for _, linter := range append(config.Linters.Enable, config.Formatters.Enable...) {
		if !contains(wants, linter, "") {
			t.Errorf("no violation of %s", linter)
		}
	}
	for name := range config.Linters.Settings.Depguard.Rules {
		if !contains(wants, "depguard", "list '"+name+"'") {
			t.Errorf("no violation of the import rule %s", name)
		}
	}
	for _, rule := range config.Linters.Settings.Revive.Rules {
		if !contains(wants, "revive", rule.Name+":") {
			t.Errorf("no violation of revive's %s", rule.Name)
		}
	}
	if len(config.Linters.Enable) == 0 || len(config.Linters.Settings.Depguard.Rules) == 0 {
		t.Error("the configuration was not understood")
	}
}

// match returns the want that got is, or -1.
func match(wants []finding, got finding) int {
	for i, want := range wants {
		if want.place == got.place && want.linter == got.linter && strings.Contains(got.text, want.text) {
			return i
		}
	}
	return -1
}

// contains reports whether a finding of linter with text in it is wanted.
func contains(wants []finding, linter, text string) bool {
	for _, want := range wants {
		if want.linter == linter && strings.Contains(want.text, text) {
			return true
		}
	}
	return false
}

// wantPattern is a want as it stands in a file.
var wantPattern = regexp.MustCompile(`// want(?:\+(\d+))? (\w+): (.*?)(?: // want|$)`)

// wanted returns what the files below house want found.
func wanted(t *testing.T, house string) []finding {
	t.Helper()
	var wants []finding
	for name, text := range sources(t, house) {
		for number, line := range strings.Split(text, "\n") {
			for rest := line; ; {
				at := wantPattern.FindStringSubmatchIndex(rest)
				if at == nil {
					break
				}
				parts := wantPattern.FindStringSubmatch(rest)
				below, err := strconv.Atoi("0" + parts[1])
				if err != nil {
					t.Fatal(err)
				}
				place := fmt.Sprintf("%s:%d", name, number+1+below)
				wants = append(wants, finding{place: place, linter: parts[2], text: parts[3]})
				rest = rest[at[7]:]
			}
		}
	}
	if len(wants) == 0 {
		t.Fatal("nothing is wanted")
	}
	return wants
}

// sources returns the Go files below house by their names.
func sources(t *testing.T, house string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(house, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		name, err := filepath.Rel(house, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)] = string(read(t, path))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// stubs are the foreign packages the house imports, each empty, by their modules.
var stubs = map[string]string{
	"github.com/99designs/keyring": "keyring",
	"github.com/kardianos/service": "service",
	"github.com/spf13/cobra":       "cobra",
	"golang.org/x/sys/unix":        "unix",
}

// build copies the house into a module of our own path, under our configuration.
func build(t *testing.T) string {
	t.Helper()
	house := t.TempDir()
	if err := os.CopyFS(house, os.DirFS(filepath.Join("testdata", "house"))); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(house, ".golangci.yml"), string(read(t, filepath.Join("..", "..", ".golangci.yml"))))
	module := "module github.com/bento-cred/bento-cred\n\ngo 1.26\n"
	for path, name := range stubs {
		of := strings.TrimSuffix(path, "/unix") // x/sys is the module, unix a package in it
		dir := filepath.Join(t.TempDir(), name)
		write(t, filepath.Join(dir, "go.mod"), "module "+of+"\n\ngo 1.26\n")
		write(t, filepath.Join(dir, strings.TrimPrefix(path, of), "stub.go"), "// Package "+name+" is empty.\npackage "+name+"\n")
		module += "\nrequire " + of + " v0.0.0\n\nreplace " + of + " => " + dir + "\n"
	}
	write(t, filepath.Join(house, "go.mod"), module)
	return house
}

// lint returns what the linter finds in house.
func lint(t *testing.T, house string) []finding {
	t.Helper()
	command := exec.CommandContext(t.Context(), linter(t), "run", "--uniq-by-line=false",
		"--show-stats=false", "--output.json.path=stdout", "./...")
	command.Dir = house
	out, err := command.Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		t.Fatalf("linting: %v\n%s", err, out)
	}
	var report struct {
		Issues []struct {
			FromLinter, Text string
			Pos              struct {
				Filename string
				Line     int
			}
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatalf("reading the linter's report: %v\n%s", err, out)
	}
	var findings []finding
	for _, issue := range report.Issues {
		place := fmt.Sprintf("%s:%d", filepath.ToSlash(issue.Pos.Filename), issue.Pos.Line)
		findings = append(findings, finding{place: place, linter: issue.FromLinter, text: issue.Text})
	}
	return findings
}

// linter returns the path of the pinned linter, built.
func linter(t *testing.T) string {
	t.Helper()
	root := filepath.Join("..", "..")
	command := exec.CommandContext(t.Context(), "go", "tool", "-modfile=tools/go.mod", "-n", "golangci-lint")
	command.Dir = root
	out, err := command.Output()
	if err != nil {
		t.Fatalf("building the linter: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// read returns the content of a file.
func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// write makes a file and its directory.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
