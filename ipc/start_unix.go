//go:build unix

package ipc

import "syscall"

// starterStays reports whether the starter goes on to be the daemon.
const starterStays = false

// detached gives the daemon a session of its own, so that closing the terminal or a
// Ctrl-C in it does not end it.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
