package server

import (
	"errors"
	"net"
	"time"

	"github.com/bento-cred/bento-cred/ipc/management"
)

// hangUpTime is how long an answer may take before anybody looks whether it is still wanted.
const hangUpTime = 200 * time.Millisecond

// waits reports whether an operation may wait for a person, or for something to happen, and
// changes nothing by being given up. What changes something is carried through.
func waits(op string) bool { return op == opGet || op == management.OpLog }

// watchHangUp calls gone when the peer hangs up, until the function that it returns is called.
// Nobody reads from the connection meanwhile. Most answers are there before the watch begins.
func (c *conversation) watchHangUp(gone func()) (stop func()) {
	// Here and not in the watch: it may begin when it is told to stop, and must not take back
	// the deadline that stops it.
	if err := c.conn.SetReadDeadline(time.Time{}); err != nil {
		return func() {}
	}
	ended := make(chan struct{})
	timer := time.AfterFunc(hangUpTime, func() {
		defer close(ended)
		if c.hungUp() {
			gone()
		}
	})
	return func() {
		if timer.Stop() {
			return
		}
		_ = c.conn.SetReadDeadline(time.Now()) // the next read sets its own
		<-ended
	}
}

// hungUp waits until the peer has hung up, says something more, or the deadline passes, and
// reports whether it was the first. What it says stays to be read.
func (c *conversation) hungUp() bool {
	unix, ok := c.conn.(*net.UnixConn)
	if !ok {
		return false
	}
	raw, err := unix.SyscallConn()
	if err != nil {
		return false
	}
	var peeked error
	err = raw.Read(func(fd uintptr) bool {
		peeked = peek(fd)
		return !errors.Is(peeked, errNothingYet)
	})
	return err == nil && errors.Is(peeked, net.ErrClosed)
}

// errNothingYet is what peek says of a peer that is there and silent.
var errNothingYet = errors.New("nothing yet")
