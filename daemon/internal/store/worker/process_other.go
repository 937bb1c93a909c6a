//go:build !unix

package worker

import (
	"os"
	"os/exec"
)

// isolate does nothing: Windows has no process groups of this kind. The worker starts
// no programs there, and learns from the end of its input that the daemon has died.
func isolate(*exec.Cmd) {}

// terminate kills the worker.
func terminate(p *os.Process) { _ = p.Kill() }
