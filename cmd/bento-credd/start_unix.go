//go:build unix

package main

import (
	"fmt"
	"io"
	"os"
	"syscall"
)

// readyVerb is the hidden command that start runs: a daemon on demand that says on
// descriptor readyDescriptor when it is ready.
const (
	readyVerb       = "run-ready"
	readyDescriptor = 3
)

// start starts a daemon on demand that is nobody's child, and returns when it is ready
// or has failed.
func start(environ []string, stderr *os.File) int {
	status, err := startReady(environ, stderr)
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "bento-credd: starting: %v\n", err) // there is nowhere else to say it
		return 1
	}
	return status
}

func startReady(environ []string, stderr *os.File) (status int, err error) {
	if err := inheritNothing(); err != nil {
		return 0, err
	}
	program, err := os.Executable()
	if err != nil {
		return 0, err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	ready, told, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	process, err := os.StartProcess(program, []string{program, readyVerb}, &os.ProcAttr{
		Env:   environ,
		Files: []*os.File{null, stderr, stderr, told},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return 0, err
	}
	if err := told.Close(); err != nil { // or the pipe would never end
		return 0, err
	}
	if said, err := io.ReadAll(io.LimitReader(ready, 1)); err != nil || len(said) > 0 {
		return 0, err
	}
	state, err := process.Wait()
	if err != nil {
		return 0, err
	}
	if code := state.ExitCode(); code >= 0 {
		return code, nil
	}
	return 0, fmt.Errorf("the daemon was ended: %v", state)
}

// runReady runs a daemon on demand that says when it is ready.
func runReady(environ []string, stderr *os.File) int {
	pipe := os.NewFile(readyDescriptor, "ready")
	syscall.CloseOnExec(readyDescriptor)
	return run(environ, stderr, runOptions{onDemand: true, ready: func() {
		_, _ = pipe.WriteString("r") // whoever started us may have left
		_ = pipe.Close()             // as above
	}})
}
