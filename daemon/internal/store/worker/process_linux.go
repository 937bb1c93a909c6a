package worker

import (
	"os"
	"os/exec"
	"syscall"
)

// isolate puts the worker in a process group of its own, so that the programs it runs
// can be ended with it, and has the kernel kill it when the daemon dies.
func isolate(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// terminate kills the worker and its process group.
func terminate(p *os.Process) {
	_ = syscall.Kill(-p.Pid, syscall.SIGKILL)
}
