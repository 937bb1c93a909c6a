package ask

import (
	"os/exec"
	"syscall"
)

// isolate puts a pinentry in a process group of its own, so that what it starts can be
// ended with it, and has the kernel end it when the daemon dies, which it would not see
// while it waits for the person. It stays in the daemon's session: the leader of a new
// one would make the person's terminal its own.
func isolate(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
