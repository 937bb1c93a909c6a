//go:build unix

package browser

import (
	"os/exec"
	"syscall"
)

// detach gives cmd a session of its own: no key typed at our terminal ends a browser,
// and no end of that terminal either.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
