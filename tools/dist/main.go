// Command dist makes what a release consists of: archives for every platform, packages for
// Debian and for RPM, a Homebrew formula, the bill of materials and the checksums.
//
// The same commit makes the same bytes, wherever and whenever: nothing of the time, the user,
// the folder and the umask gets in. Every date is that of the commit, or of
// SOURCE_DATE_EPOCH (reproducible-builds.org).
//
// It is a module of its own, so that bento-cred's go.mod lists only what ships.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// release is one run of the program.
type release struct {
	root    string    // of the project
	dir     string    // where everything is put
	version string    // as the programs say it
	date    time.Time // of every file
	out     io.Writer
	texts   []entry // what every archive and package has beside its programs
}

func main() { os.Exit(Main(os.Args[1:], os.Getenv, os.Stdout, os.Stderr)) }

// Main makes the release and returns the exit status.
func Main(args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	flags := flag.NewFlagSet("dist", flag.ContinueOnError)
	flags.SetOutput(stderr)
	root := flags.String("root", "../..", "the project")
	dir := flags.String("dir", "dist", "where everything is put, from the project's root")
	version := flags.String("version", "", "the version")
	platforms := flags.String("platforms", "linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64", "what is built")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	err := produce(ctx, *root, *dir, *version, getenv("SOURCE_DATE_EPOCH"), strings.Fields(*platforms), stdout)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "dist:", err) // there is nowhere else to say it
		return 1
	}
	return 0
}

// produce makes a release.
func produce(ctx context.Context, root, dir, version, epoch string, platforms []string, out io.Writer) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(root, dir)
	}
	if version == "" || strings.ContainsAny(version, "/ \t\n") {
		return fmt.Errorf("%q is no version", version)
	}
	r := &release{root: root, dir: dir, version: version, out: out}
	if r.date, err = dateOf(ctx, root, epoch); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "bento-cred-dist")
	if err != nil {
		return err
	}
	return errors.Join(r.make(ctx, work, platforms), os.RemoveAll(work))
}

// make makes everything, with the programs in work.
func (r *release) make(ctx context.Context, work string, platforms []string) error {
	if err := r.gather(ctx, work); err != nil {
		return err
	}
	var built []build
	for _, platform := range platforms {
		b, err := r.build(ctx, work, platform)
		if err != nil {
			return fmt.Errorf("building for %s: %w", platform, err)
		}
		built = append(built, b)
		if err := r.archive(b); err != nil {
			return err
		}
		if b.system == "linux" {
			if err := r.packages(b); err != nil {
				return err
			}
		}
	}
	if err := r.materials(built); err != nil {
		return err
	}
	if err := r.formula(built); err != nil {
		return err
	}
	return r.checksums()
}

// dateOf returns the date of every file: the commit's, unless epoch, in seconds, says another.
func dateOf(ctx context.Context, root, epoch string) (time.Time, error) {
	if epoch == "" {
		cmd := exec.CommandContext(ctx, "git", "-C", root, "log", "-1", "--format=%ct")
		out, err := cmd.Output()
		if err != nil {
			return time.Time{}, fmt.Errorf("asking git for the commit's date (or set SOURCE_DATE_EPOCH): %w", err)
		}
		epoch = strings.TrimSpace(string(out))
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// write writes a file of the release.
func (r *release) write(name string, content []byte) error {
	_, _ = fmt.Fprintf(r.out, "%9d  %s\n", len(content), name) // it is only shown
	return os.WriteFile(filepath.Join(r.dir, name), content, 0o644)
}

// checksums writes the checksums of all that is there.
func (r *release) checksums() error {
	names, err := filepath.Glob(filepath.Join(r.dir, "*"))
	if err != nil {
		return err
	}
	slices.Sort(names)
	var text strings.Builder
	for _, path := range names {
		sum, err := sum(path)
		if err != nil {
			return err
		}
		fmt.Fprintf(&text, "%s  %s\n", sum, filepath.Base(path))
	}
	return r.write("SHA256SUMS", []byte(text.String()))
}
