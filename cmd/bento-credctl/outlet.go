package main

import (
	"errors"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/mask"
	"github.com/bento-cred/bento-cred/internal/credential"
)

const (
	// grace is how long what a command left running may go on writing after it.
	grace = 3 * time.Second
	// moment is how long a read takes at most that only fetches what is there.
	moment = 50 * time.Millisecond
	// pipeHolds is the most that a pipe holds: fs.pipe-max-size, unless root raised it.
	pipeHolds = 1 << 20
)

// errLeftOpen ends an outlet that something writes to of which nobody knows when it ends.
var errLeftOpen = errors.New("it was left open")

// outlet is where a command writes to: a pipe that is read here, and passed on without the
// secret.
type outlet struct {
	mask  *mask.Writer
	read  *os.File
	write *os.File // the command's end

	done  chan error
	until atomic.Pointer[time.Time] // the end of the grace time; nil while the command runs
}

// newOutlet returns an outlet that leads to to.
func newOutlet(to io.Writer, secret credential.Secret) (*outlet, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	return &outlet{mask: mask.New(to, secret), read: read, write: write, done: make(chan error, 1)}, nil
}

// pass passes on what comes until the outlet is at its end, and tells done. Where it cannot
// be passed on any more the command's next write fails, as it would have without an outlet.
func (o *outlet) pass() {
	err := o.copy()
	_ = o.read.Close() // nothing was written to it
	if failed := o.mask.Close(); failed != nil {
		err = failed
	}
	o.done <- err
}

// copy copies until everybody has closed the pipe. Something that the command left running
// may never do so. After the grace time only what is there is fetched, and no more of it than
// the command itself can have left: a reader that is slow, as a pager, gets all of that,
// however long it takes, and what writes without end is no reason to stay.
func (o *outlet) copy() error {
	buffer := make([]byte, 64<<10)
	left, hurried := pipeHolds, false
	for {
		n, err := o.read.Read(buffer)
		if _, failed := o.mask.Write(buffer[:n]); failed != nil {
			return failed
		}
		late := errors.Is(err, os.ErrDeadlineExceeded)
		switch until := o.until.Load(); {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, os.ErrClosed), late && hurried:
			return errLeftOpen
		case err != nil && !late:
			return err
		case until == nil || time.Now().Before(*until):
			continue
		}
		if left -= n; left <= 0 {
			return errLeftOpen
		}
		hurried = true
		// It had a deadline before, so it can have another.
		_ = o.read.SetReadDeadline(time.Now().Add(moment))
	}
}

// expire says, when the command has ended, until when the outlet may be left open. One that
// still is then is done with errLeftOpen.
func (o *outlet) expire(until time.Time) {
	o.until.Store(&until)
	if o.read.SetReadDeadline(until) != nil {
		// The pipes of Windows have no deadlines; closing them ends a read.
		time.AfterFunc(time.Until(until), func() { _ = o.read.Close() })
	}
}
