package server

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/bento-cred/bento-cred/ipc/management"
)

// hangUpTime is how long an answer may take before anybody looks whether it is still wanted.
// Most are there before.
const hangUpTime = 200 * time.Millisecond

// waits reports whether an operation may wait for a person, or for something to happen, and
// changes nothing by being given up. What changes something is carried through.
func waits(op string) bool { return op == opGet || op == management.OpLog }

// watchHangUpLocked gives the request up when the peer hangs up, until end is called. Nobody
// reads from the connection meanwhile.
func (c *conversation) watchHangUpLocked() {
	ended, giveUp := make(chan struct{}), c.now.giveUp
	c.now.ended = ended
	_ = c.conn.SetReadDeadline(time.Time{}) // of a connection that is closed, nothing is waited for
	go func() {
		defer close(ended)
		if c.hungUp() {
			giveUp(context.Canceled)
		}
	}()
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
