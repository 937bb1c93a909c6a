// Command floorhelper is the least that a helper in Go can be: it asks a daemon by bare
// system calls, and writes what it says. The socket is its one argument.
package main

import (
	"os"
	"syscall"
)

func main() { os.Exit(ask(os.Args[1])) }

func ask(path string) int {
	socket, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 1
	}
	if err := syscall.Connect(socket, &syscall.SockaddrUnix{Name: path}); err != nil {
		return 2
	}
	if _, err := syscall.Write(socket, []byte("get")); err != nil {
		return 3
	}
	var answer [256]byte
	n, err := syscall.Read(socket, answer[:])
	if err != nil || n == 0 {
		return 4
	}
	if _, err := syscall.Write(1, answer[:n]); err != nil {
		return 5
	}
	return 0
}
