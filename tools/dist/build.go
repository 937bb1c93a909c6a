package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// The programs, and the names git and Docker call the first by.
var (
	programs = []string{"bento-cred", "bento-credctl", "bento-credd"}
	names    = []string{"git-credential-bento", "docker-credential-bento"}
)

const module = "github.com/bento-cred/bento-cred"

// build is the programs for one platform.
type build struct {
	system, arch string
	dir          string // where they are
	archive      string // the archive's name; set when it is written
}

// program returns the name of a program's file.
func (b build) program(name string) string {
	if b.system == "windows" {
		return name + ".exe"
	}
	return name
}

// build builds the programs for a platform, "linux/amd64".
func (r *release) build(ctx context.Context, work, platform string) (build, error) {
	system, arch, found := strings.Cut(platform, "/")
	if !found {
		return build{}, fmt.Errorf("%q is no platform", platform)
	}
	b := build{system: system, arch: arch, dir: filepath.Join(work, system+"-"+arch)}
	b.archive = fmt.Sprintf("bento-cred_%s_%s_%s.tar.gz", r.version, system, arch)
	if system == "windows" {
		b.archive = strings.TrimSuffix(b.archive, ".tar.gz") + ".zip"
	}
	return b, r.compile(ctx, b.dir, platform, "GOOS="+system, "GOARCH="+arch, "GOAMD64=v1", "GOARM64=v8.0")
}

// entered is the platform on which the helper is entered before Go's runtime is; see
// cmd/bento-cred.
const entered = "linux/amd64"

// compile compiles the programs into dir, for a platform or, if it is empty, for this one. Nothing
// of this machine gets into them: no path, no state of the repository, no C compiler.
func (r *release) compile(ctx context.Context, dir, platform string, environ ...string) error {
	flags := "-s -w -buildid= -X " + module + "/internal/version.version=" + r.version
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", dir + string(filepath.Separator)}
	if platform == entered {
		args = append(args, "-ldflags", "./cmd/bento-cred="+flags+" -E processEntry")
	}
	for _, name := range programs {
		args = append(args, "./cmd/"+name)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = r.root
	cmd.Env = append(os.Environ(), append(environ, "CGO_ENABLED=0", "GOFLAGS=", "GOEXPERIMENT=")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// gather makes the texts that go with the programs: made by the programs themselves, and the
// same for every platform.
func (r *release) gather(ctx context.Context, work string) error {
	own := filepath.Join(work, "own")
	if err := r.compile(ctx, own, ""); err != nil {
		return err
	}
	face := filepath.Join(own, "bento-credctl")
	for shell, name := range map[string]string{
		"bash": "bento-cred.bash", "zsh": "_bento-cred", "fish": "bento-cred.fish", "powershell": "bento-cred.ps1",
	} {
		script, err := exec.CommandContext(ctx, face, "completion", shell).Output()
		if err != nil {
			return fmt.Errorf("making the completion of %s: %w", shell, err)
		}
		r.texts = append(r.texts, entry{name: "completions/" + name, content: script})
	}
	pages := filepath.Join(work, "man")
	if err := os.Mkdir(pages, 0o755); err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, face, "manual", pages, "--date="+r.date.Format("2006-01-02")).CombinedOutput(); err != nil {
		return fmt.Errorf("making the manual pages: %w\n%s", err, out)
	}
	found, err := filepath.Glob(filepath.Join(pages, "*"))
	if err != nil {
		return err
	}
	for _, path := range found {
		if err := r.text("man/"+filepath.Base(path), path); err != nil {
			return err
		}
	}
	for _, name := range slices.Concat(programs[1:], names) { // told of in the page of bento-cred
		r.texts = append(r.texts, entry{name: "man/" + name + ".1", content: []byte(".so man1/bento-cred.1\n")})
	}
	for _, name := range []string{"LICENSE", "README.md", "SECURITY.md", "CHANGELOG.md"} {
		if err := r.text(name, filepath.Join(r.root, name)); err != nil {
			return err
		}
	}
	slices.SortFunc(r.texts, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	return nil
}

// text adds the file at path to the texts.
func (r *release) text(name, path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	r.texts = append(r.texts, entry{name: name, content: content})
	return nil
}

// sum returns the SHA-256 of a file, in hexadecimal digits.
func sum(path string) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256(content)
	return hex.EncodeToString(digest[:]), nil
}
