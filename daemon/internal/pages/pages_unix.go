//go:build linux || darwin

package pages

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// lockedPages takes n bytes from the system.
func lockedPages(n int) ([]byte, error) {
	fresh, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("taking pages: %w", err)
	}
	if err := unix.Mlock(fresh); err != nil {
		_ = unix.Munmap(fresh) // nothing stands there yet
		return nil, fmt.Errorf("locking pages: %w", err)
	}
	leaveOut(fresh)
	return fresh, nil
}
