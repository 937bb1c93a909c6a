package ipc

import "syscall"

// starterStays reports whether the starter goes on to be the daemon: a process has no
// parent here that would have to wait for it.
const starterStays = true

// createNoWindow keeps a console from opening for the daemon.
const createNoWindow = 0x08000000

// detached gives the daemon a process group of its own, so that a Ctrl-C in the
// caller's console does not end it.
func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP | createNoWindow, HideWindow: true}
}
