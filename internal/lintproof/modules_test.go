package lintproof_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEveryModuleHasItsReason compares docs/dependencies.md with the modules that the
// programs link, on each system: none may slip in without a word on what it is for, and none
// be named that is gone.
func TestEveryModuleHasItsReason(t *testing.T) {
	t.Parallel()
	const module = "github.com/bento-cred/bento-cred"
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	tables, _, _ := strings.Cut(string(page), "## Tests alone")
	var named []string
	for line := range strings.Lines(tables) {
		cell, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " |")
		for word := range strings.SplitSeq(cell, ", ") {
			if strings.HasPrefix(line, "| ") && strings.Contains(word, "/") {
				named = append(named, word)
			}
		}
	}
	var linked []string
	for _, system := range []string{"linux", "darwin", "windows"} {
		cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", module+"/cmd/...")
		cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("listing what is linked: %v", err)
		}
		linked = append(linked, strings.Fields(string(out))...)
	}
	slices.Sort(linked)
	linked = slices.Compact(linked)
	linked = slices.DeleteFunc(linked, func(path string) bool { return path == module })
	if len(linked) < 10 {
		t.Fatalf("only %v are linked", linked)
	}
	for _, path := range linked {
		if !slices.Contains(named, path) {
			t.Errorf("%s is linked, and docs/dependencies.md does not say why", path)
		}
	}
	for _, path := range named {
		if !slices.Contains(linked, path) {
			t.Errorf("docs/dependencies.md names %s, which is not linked", path)
		}
	}
}
