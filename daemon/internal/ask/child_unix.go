//go:build unix && !linux

package ask

import (
	"os/exec"
	"syscall"
)

// isolate puts a pinentry in a process group of its own, so that what it starts can be
// ended with it. When the daemon dies, the time-out it was told ends it. It stays in the
// daemon's session: the leader of a new one would make the person's terminal its own.
func isolate(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
