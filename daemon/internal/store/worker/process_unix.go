//go:build unix && !linux

package worker

import (
	"os"
	"os/exec"
	"syscall"
)

// isolate puts the worker in a process group of its own, so that the programs it runs
// can be ended with it. That the daemon has died it learns from the end of its input.
func isolate(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// terminate kills the worker and its process group.
func terminate(p *os.Process) {
	_ = syscall.Kill(-p.Pid, syscall.SIGKILL)
}
