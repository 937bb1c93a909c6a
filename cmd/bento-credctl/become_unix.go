//go:build unix

package main

import "syscall"

// become replaces this process by the program at path. It returns only an error.
func become(path string, args, environ []string) error { return syscall.Exec(path, args, environ) }
