//go:build !unix

package ask

import (
	"os"
	"os/exec"
	"syscall"
)

// isolate does nothing: Windows has no process groups of this kind.
func isolate(*exec.Cmd) {}

// signal ends a process, whatever the signal.
func signal(process int, _ syscall.Signal) error {
	p, err := os.FindProcess(process)
	if err != nil {
		return err
	}
	return p.Kill()
}

// isGone has nothing to wait for.
func isGone(int) bool { return true }
