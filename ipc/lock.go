package ipc

import (
	"context"
	"errors"
	"os"
	"time"
)

// ErrLockHeld is returned by Lock when another process holds the lock.
var ErrLockHeld = errors.New("another process holds the lock")

// lockPause is the time between two looks at a lock that is held.
const lockPause = 2 * time.Millisecond

// AwaitLock takes the lock file at path as Lock does, and waits for it up to limit. It
// looks again and again instead of blocking in the kernel, because a holder may be
// stopped in its tracks, by Ctrl-Z for one, and whoever waits must be able to give up.
func AwaitLock(ctx context.Context, path string, limit time.Duration) (*os.File, error) {
	late := time.After(limit)
	for {
		file, err := Lock(path)
		if !errors.Is(err, ErrLockHeld) {
			return file, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-late:
			return nil, err
		case <-time.After(lockPause):
		}
	}
}
