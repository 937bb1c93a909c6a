//go:build unix && !solaris && !aix

package store

import (
	"errors"
	"os"
	"syscall"
)

// tryLock locks f, or returns errBusy.
func tryLock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errBusy
	}
	return err
}
