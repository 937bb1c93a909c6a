//go:build unix

package helper

import (
	"os"
	"syscall"
)

// readSmall returns the beginning of a small file. It is read with bare system calls: for the
// first file that package os opens it makes a poller, and then asks it to watch that file.
func readSmall(path string) ([]byte, error) {
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer func() { _ = syscall.Close(fd) }() // it was only read from
	text := make([]byte, 1024)
	n, err := syscall.Read(fd, text)
	if err != nil {
		return nil, &os.PathError{Op: "read", Path: path, Err: err}
	}
	return text[:n], nil
}
