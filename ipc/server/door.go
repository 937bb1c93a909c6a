package server

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// door is where peers are let in. An attendant lets one in and holds the conversation with it,
// while the next one takes the place at the door; and has its turn again afterwards. So the
// one that let a peer in goes on at once, and on a stack that has the size for it: a new
// goroutine for each peer would cost a helper a fiftieth of its whole time.
type door struct {
	server   *Server
	listener *Listener

	attendants sync.WaitGroup
	idle       atomic.Int32 // attendants that wait for their turn

	turn   sync.Mutex
	closed bool      // guarded by turn; nobody comes any more
	said   time.Time // guarded by turn; when the log was told that nobody can be let in
}

// attend has one attendant more, until nobody comes any more.
func (d *door) attend(ctx context.Context) {
	d.idle.Add(1)
	d.attendants.Go(func() {
		for {
			conn, ok := d.letIn(ctx)
			if !ok {
				return
			}
			d.server.converse(ctx, conn)
			if d.idle.Load() > 0 {
				return // there is one for the next turn
			}
			d.idle.Add(1)
		}
	})
}

// letIn waits for its turn, and for a peer. It reports false when nobody comes any more.
func (d *door) letIn(ctx context.Context) (net.Conn, bool) {
	d.turn.Lock()
	defer d.turn.Unlock()
	d.idle.Add(-1)
	for !d.closed {
		d.server.takePlace()
		conn, err := d.listener.accept()
		if err == nil {
			if d.idle.Load() == 0 {
				d.attend(ctx)
			}
			return conn, true
		}
		d.server.leavePlace()
		d.closed = errors.Is(err, net.ErrClosed) || errors.Is(err, errNoMoreCallers)
		if !d.closed {
			d.pauseLocked(err)
		}
	}
	return nil, false
}

// pauseLocked waits a little after somebody could not be let in. That is logged now and then;
// always, it would fill the disk.
func (d *door) pauseLocked(err error) {
	if time.Since(d.said) > time.Minute {
		d.server.config.Log.Error("accepting a connection", "error", err)
		d.said = time.Now()
	}
	d.server.dismissQuiet(1 + cap(d.server.places)/4) // they may be what there is no descriptor left for
	time.Sleep(acceptPause)
}
