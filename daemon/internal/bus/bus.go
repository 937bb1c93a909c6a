// Package bus connects to a message bus (D-Bus) without being held up by it.
//
// It is no room of the daemon: the desktop's notices and the watch for sleep and locked
// screens both stand on it.
package bus

import (
	"context"
	"fmt"

	"github.com/godbus/dbus/v5"
)

// Connect connects to the bus at an address within ctx; the connection is closed when life
// ends. The library waits for a bus that does not answer for as long as it takes, so it is
// left waiting, and the end of life wakes it.
func Connect(ctx, life context.Context, address string) (*dbus.Conn, error) {
	type outcome struct {
		conn *dbus.Conn
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		// One that comes after ctx is closed by the end of life.
		conn, err := dbus.Connect(address, dbus.WithContext(life), dbus.WithSignalHandler(dbus.NewSequentialSignalHandler()))
		done <- outcome{conn, err}
	}()
	select {
	case o := <-done:
		if o.err != nil {
			return nil, fmt.Errorf("connecting to the message bus: %w", o.err)
		}
		return o.conn, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("connecting to the message bus: %w", ctx.Err())
	}
}
