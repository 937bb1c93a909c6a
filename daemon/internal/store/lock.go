package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/private"
)

const (
	lockFile = "store.lock"
	lockPoll = 10 * time.Millisecond
	// lockPatience is how long another process may hold the lock.
	lockPatience = 30 * time.Second
)

// fileFault returns the sentinel for an error of the operating system's about a file.
func fileFault(err error) error {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, fs.ErrPermission} {
		if errors.Is(err, full) {
			return ErrUnwritable
		}
	}
	return ErrFailed
}

// errBusy: another process has the lock.
var errBusy = errors.New("another process is writing to the store")

// lock waits for the store's lock between processes and returns what lets it go. The
// file stays: removing it would let two processes lock two files of one name.
func lock(ctx context.Context, dir string) (func(), error) {
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	if err := private.MakeDir(dir); err != nil {
		return nil, fmt.Errorf("locking the store: %w: %w", fileFault(err), err)
	}
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if errors.Is(err, syscall.EROFS) {
		f, err = os.Open(filepath.Join(dir, lockFile)) // it is only locked
	}
	if err != nil {
		return nil, fmt.Errorf("locking the store: %w: %w", fileFault(err), err)
	}
	release := func() { _ = f.Close() } // which lets the lock go
	for {
		err := tryLock(f)
		if err == nil {
			return release, nil
		}
		if !errors.Is(err, errBusy) {
			release()
			return nil, fmt.Errorf("locking the store: %w: %w", ErrFailed, err)
		}
		select {
		case <-ctx.Done():
			release()
			return nil, fmt.Errorf("locking the store: %w: %w: %w", ErrLost, errBusy, context.Cause(ctx))
		case <-time.After(lockPoll):
		}
	}
}
