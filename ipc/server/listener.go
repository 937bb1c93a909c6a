package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bento-cred/bento-cred/ipc"
)

// Why Listen does not listen.
var (
	// ErrRunning: another daemon serves the socket.
	ErrRunning = errors.New("another daemon serves this socket")
	// ErrHeld: another daemon holds the lock and answers nobody.
	ErrHeld = errors.New("another daemon holds the lock of this socket and does not answer")
)

// errNoMoreCallers ends the accepting once the socket's path is gone and whoever had
// connected by then has been let in.
var errNoMoreCallers = errors.New("no more callers")

const (
	// lockTime is how long Listen waits for a daemon that is on its way out.
	lockTime = 8 * time.Second
	// lockPause is the time between two looks at the lock.
	lockPause = 5 * time.Millisecond
	// knockTime is how long a daemon may take to let a knock in.
	knockTime = time.Second
	// lastCall is how long a stopping server waits for one more of the callers who had
	// connected before the path was gone. Those who wait already are let in at once.
	lastCall = 20 * time.Millisecond
)

// Listener is the listening socket together with the lock that makes it the only
// one.
type Listener struct {
	unix      *net.UnixListener
	path      string
	made      fs.FileInfo // the socket as it was made: the path may be another's by now
	lock      *os.File
	inherited bool // a service manager made the socket, and listens on when we are gone
	left      sync.Once
	kept      atomic.Bool // who waits at the socket when we leave is let in by the next daemon
	leaving   atomic.Bool
}

// Listen makes the socket at path, in a directory that only the user can enter. It
// returns ErrRunning when another daemon serves it; a socket that a dead daemon left
// behind is replaced.
func Listen(path string) (*Listener, error) {
	if err := prepareDirectory(filepath.Dir(path)); err != nil {
		return nil, err
	}
	lock, err := takeLock(path, answers)
	if err != nil {
		return nil, err
	}
	unix, err := bind(path)
	if err != nil {
		_ = lock.Close() // nothing was written to it
		return nil, err
	}
	made, err := os.Lstat(path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("looking at the socket: %w", err), unix.Close(), lock.Close())
	}
	return &Listener{unix: unix, path: path, made: made, lock: lock}, nil
}

// Reachable reports whether the path still leads to this listener. It does not when the
// runtime directory was emptied, or somebody removed the socket.
func (l *Listener) Reachable() bool {
	info, err := os.Lstat(l.path)
	return err == nil && os.SameFile(info, l.made)
}

// takeLock takes the daemon's lock. Whoever holds it and answers is running; whoever
// holds it and does not is leaving, or starting, and is waited for.
func takeLock(path string, answers func(path string) bool) (*os.File, error) {
	late := time.Now().Add(lockTime)
	for {
		lock, err := ipc.Lock(ipc.LockPath(path))
		if err == nil {
			return lock, nil
		}
		if !errors.Is(err, ipc.ErrLockHeld) {
			return nil, fmt.Errorf("taking the daemon's lock: %w", err)
		}
		if answers(path) {
			return nil, ErrRunning
		}
		if time.Now().After(late) {
			return nil, ErrHeld
		}
		time.Sleep(lockPause)
	}
}

// answers reports whether somebody listens at path.
func answers(path string) bool {
	dialer := net.Dialer{Timeout: knockTime}
	conn, err := dialer.DialContext(context.Background(), "unix", path)
	if err != nil {
		return false
	}
	_ = conn.Close() // it was only a knock
	return true
}

// bind makes the socket. The lock is ours, so a socket at path is either left over
// from a daemon that died or belongs to a program that is none of ours; it is asked
// before it is removed.
func bind(path string) (*net.UnixListener, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("looking at the socket: %w", err)
	case info.Mode().Type() != fs.ModeSocket:
		return nil, fmt.Errorf("%q is not a socket and stands where the socket belongs", path)
	case answers(path):
		return nil, ErrRunning
	default:
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("removing a dead daemon's socket: %w", err)
		}
	}
	unix, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("making the socket: %w", err)
	}
	unix.SetUnlinkOnClose(false) // leave does it, earlier
	if err := os.Chmod(path, 0o600); err != nil {
		_ = unix.Close() // it never served
		return nil, fmt.Errorf("closing the socket to other users: %w", err)
	}
	return unix, nil
}

func (l *Listener) accept() (net.Conn, error) {
	if l.leaving.Load() && l.kept.Load() {
		return nil, errNoMoreCallers // who comes now is the next daemon's
	}
	if l.leaving.Load() {
		// A new time for each, or a caller who waited while we were busy would be lost.
		if err := l.unix.SetDeadline(time.Now().Add(lastCall)); err != nil {
			return nil, err
		}
	}
	conn, err := l.unix.AcceptUnix()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, errNoMoreCallers
	}
	if err != nil {
		return nil, err
	}
	return conn, nil
}

// Leave takes the path away, so that a new caller starts a new daemon, and gives
// those who had connected already a last chance to be let in. When it returns, nobody
// can connect any more. An inherited socket stays, as long as its path does: who connects
// from now on waits for the daemon that the manager starts next.
func (l *Listener) Leave(log *slog.Logger) { l.left.Do(func() { l.leave(log) }) }

func (l *Listener) leave(log *slog.Logger) {
	reachable := l.Reachable()
	l.kept.Store(reachable && l.inherited)
	if reachable && !l.inherited {
		if err := os.Remove(l.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			log.Error("removing the socket", "error", err)
		}
	}
	l.leaving.Store(true)
	wait := lastCall
	if l.kept.Load() {
		wait = 0
	}
	if err := l.unix.SetDeadline(time.Now().Add(wait)); err != nil {
		log.Error("ending the accepting", "error", err)
		_ = l.unix.Close() // it ends the accepting too, if less gently
	}
}

// Close closes the socket and gives the lock back.
func (l *Listener) Close() error {
	err := l.unix.Close()
	if errors.Is(err, net.ErrClosed) {
		err = nil // leave closed it already
	}
	return errors.Join(err, l.lock.Close())
}
