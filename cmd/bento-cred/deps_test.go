package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The limits of the program that runs in every shell's start-up. What it links, it
// initialises and pages in each time, and an empty Go program is all there is to beat.
const (
	maxPackages = 90
	maxBytes    = 3 << 20
)

// heavy are packages that would undo the point of a separate program. A number is the
// time of the whole process with the package linked, an empty Go program's being 1.
var heavy = map[string]string{
	"net":           "1.1: the socket is a bare descriptor",
	"net/http":      "1.6: only the daemon speaks HTTP",
	"crypto/tls":    "comes with HTTP, and with tables that are built at start",
	"encoding/json": "1.2 together with fmt and net: the wire is lines, and env's JSON is written by hand",
	"fmt":           "links reflect: errors and lines are joined with +",
	"reflect":       "comes with fmt and encoders",
	"log":           "links fmt: there is one line to say",
	"log/slog":      "links fmt, reflect and encoding/json",
	"flag":          "links fmt and reflect: four flags are read by hand",
	"regexp":        "compiles at start",
	"text/template": "links reflect, and after it no exported method is dead code",
	"os/exec":       "watches a child: exec here is execve",
	"os/user":       "reads files, or asks the C library",
	"os/signal":     "catches what a command must inherit untouched",
}

func TestDependencies(t *testing.T) {
	const module = "github.com/bento-cred/bento-cred/"
	for _, system := range []string{"linux", "darwin"} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			packages := list(t, system)
			if len(packages) > maxPackages {
				t.Errorf("%d packages, at most %d: what was added, and must the helper have it?", len(packages), maxPackages)
			}
			for path, standard := range packages {
				if !standard && !strings.HasPrefix(path, module) {
					t.Errorf("%s is neither ours nor the standard library's", path)
				}
				if strings.HasPrefix(path, module+"daemon") || strings.HasPrefix(path, module+"configs") {
					t.Errorf("%s belongs to the daemon", path)
				}
				if reason, listed := heavy[path]; listed {
					t.Errorf("%s is too heavy: %s", path, reason)
				}
			}
		})
	}
}

// list returns the packages that bento-cred links on a system, and whether each is of
// the standard library.
func list(t *testing.T, system string) map[string]bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{.Standard}} {{.ImportPath}}", ".")
	cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("listing packages: %v", err)
	}
	packages := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		standard, path, _ := strings.Cut(strings.TrimSpace(line), " ")
		packages[path] = standard == "true"
	}
	if len(packages) < 10 {
		t.Fatalf("only %d packages listed", len(packages))
	}
	return packages
}

func TestSize(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "bento-cred")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	info, err := os.Stat(program)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > maxBytes {
		t.Errorf("%d bytes, at most %d", info.Size(), maxBytes)
	}
}
