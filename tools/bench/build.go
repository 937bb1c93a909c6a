package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	_ "embed"

	"github.com/bento-cred/bento-cred/tools/bench/place"
)

// helloC is the least that a process can be.
//
//go:embed programs/hello.c
var helloC []byte

// build builds what is compared with, as our own programs are built.
func (b *bench) build(ctx context.Context) error {
	b.programs = filepath.Join(b.work, "programs")
	if err := os.Mkdir(b.programs, 0o750); err != nil {
		return err
	}
	// `go run -C tools/bench .` and `go test` both stand in the module's directory.
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w",
		"-o", b.programs+string(filepath.Separator), "./programs/...")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building what is compared with: %w: %s", err, out)
	}
	// A module of its own, for its path.
	cmd = exec.CommandContext(ctx, "go", "build", "-C", "fill", "-o", b.program("fill"), ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building what fills homes: %w: %s", err, out)
	}
	return nil
}

// freeze takes copies of the programs that are measured, so that a build during the run, which
// takes a while, changes nothing.
func (b *bench) freeze() error {
	bin := filepath.Join(b.work, "bin")
	if err := os.Mkdir(bin, 0o750); err != nil {
		return err
	}
	err := place.CopyPrograms(b.bin, bin)
	b.bin = bin
	return err
}

// program returns the path of a program that is compared with.
func (b *bench) program(name string) string { return filepath.Join(b.programs, name) }

// buildC builds the empty program in C and returns its path.
func (b *bench) buildC(ctx context.Context) (string, error) {
	target := b.program("hello-c")
	if _, err := os.Stat(target); err == nil {
		return target, nil
	}
	compiler, err := exec.LookPath("gcc")
	if err != nil {
		return "", errors.New("gcc is not on PATH")
	}
	source := b.program("hello.c")
	if err := os.WriteFile(source, helloC, 0o600); err != nil {
		return "", err
	}
	if out, err := exec.CommandContext(ctx, compiler, "-O2", "-static", "-o", target, source).CombinedOutput(); err != nil {
		return "", fmt.Errorf("building a static program in C: %w: %s", err, out)
	}
	return target, nil
}
