//go:build unix

package main

import "syscall"

// restrictNewFiles keeps every file the daemon makes from other users, whatever the
// shell that started it allows.
func restrictNewFiles() { syscall.Umask(0o077) }
