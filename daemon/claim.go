package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/server"
)

const (
	// claimFile is locked in the data directory by the daemon that uses it. It holds
	// the path of that daemon's socket.
	claimFile = "daemon.lock"
	// claimTime is how long a daemon that is leaving is waited for.
	claimTime = 5 * time.Second
	// claimPause is the time between two looks at the lock.
	claimPause = 10 * time.Millisecond
	// knockTime is how long a daemon may take to let a knock in.
	knockTime = time.Second
	// maxSocketPath bounds what is read of the file; no system takes a longer path.
	maxSocketPath = 4096
)

// claim makes this daemon the only one that uses dir, until the file it returns is
// closed; nil where dir is on a read-only disk and has no lock. The socket's lock does not do that: two daemons on two sockets may share
// their data, and each would write over what the other has kept.
//
// Where the socket is inherited it lets knocks in before its daemon does, so that an answer
// there proves nothing.
func claim(ctx context.Context, dir, socket string, inherited bool) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the data directory: %w", err)
	}
	path := filepath.Join(dir, claimFile)
	ctx, cancel := context.WithTimeout(ctx, claimTime)
	defer cancel()
	for {
		file, err := ipc.Lock(path)
		if err == nil {
			return file, nil
		}
		if errors.Is(err, syscall.EROFS) {
			return nil, nil //nolint:nilnil // nobody can change what is there, so nobody need be kept out
		}
		if !errors.Is(err, ipc.ErrLockHeld) {
			return nil, fmt.Errorf("taking the lock of the data directory: %w", err)
		}
		// Whoever holds the lock and answers is running; whoever does not is leaving,
		// or starting, or does not know yet that its socket was taken away: it looks
		// when the lock's file is touched.
		_ = os.Chtimes(path, time.Time{}, time.Now()) // on a read-only disk it finds out later
		other := signature(path)
		mine := inherited && other == socket
		switch running := !mine && answers(ctx, other); {
		case running && other == socket:
			return nil, server.ErrRunning
		case running || ctx.Err() != nil:
			return nil, claimed(dir, other)
		}
		select {
		case <-ctx.Done():
		case <-time.After(claimPause):
		}
	}
}

// sign tells in the lock's file where the daemon that holds it is reached. A full disk may
// keep it from that; then whoever finds the lock held is told less.
func sign(file *os.File, socket string) error {
	was := make([]byte, maxSocketPath)
	if n, err := file.ReadAt(was, 0); errors.Is(err, io.EOF) && string(was[:n]) == socket {
		return nil
	}
	err := file.Truncate(0)
	if err == nil {
		_, err = file.WriteAt([]byte(socket), 0)
	}
	if err != nil {
		return fmt.Errorf("signing the lock of the data directory: %w", err)
	}
	return nil
}

// signature returns the socket of the daemon that holds the lock at path; "" where it
// has not said so yet, or the system lets nobody read a file that is locked.
func signature(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }() // nothing was written
	text, err := io.ReadAll(io.LimitReader(file, maxSocketPath))
	if err != nil {
		return ""
	}
	return string(text)
}

// answers reports whether somebody listens at socket.
func answers(ctx context.Context, socket string) bool {
	if socket == "" {
		return false
	}
	conn, err := (&net.Dialer{Timeout: knockTime}).DialContext(ctx, "unix", socket)
	if err != nil {
		return false
	}
	_ = conn.Close() // it was only a knock
	return true
}

// claimed says that the daemon at the socket other uses dir.
func claimed(dir, other string) error {
	message := fmt.Sprintf("another daemon uses the data in %q", dir)
	if other != "" {
		message += fmt.Sprintf("; its socket is %q", other)
	}
	return &ipc.Error{Code: ipc.StoreFailed, Message: message, Hint: "stop it with `bento-cred stop` there"}
}
