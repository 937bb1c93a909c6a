//go:build !darwin && !windows

package away

import (
	"context"
	"fmt"
	"os"

	"github.com/godbus/dbus/v5"

	"github.com/bento-cred/bento-cred/daemon/internal/bus"
)

// delayLock is a lock of logind's that delays sleep: a descriptor, and it is let go when
// that is closed, by the end of the process too. It does not depend on the connection that
// it came by, nor is it inherited by programs that are started.
type delayLock struct{ file *os.File }

// newDelayLock asks the logind with that unique name for a lock. A refusal is final; where
// there is no answer it asks again, at growing pauses, until ctx ends.
func newDelayLock(ctx context.Context, address, logind string) (*delayLock, error) {
	for p := (pauses{}); ; p.wait(ctx) {
		lock, err := askForLock(ctx, address, logind)
		if err == nil || bus.IsAnswer(err) || ctx.Err() != nil {
			return lock, err
		}
	}
}

// askForLock asks once. It does so on a connection of its own, because that is one others
// can send descriptors to.
//
// The call itself has no deadline, but the connection does: an answer to a call that is
// given up is thrown away by the library, and with it a lock that nobody could release.
// When the connection has ended, the call has either its answer or none.
func askForLock(ctx context.Context, address, logind string) (*delayLock, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	conn, err := bus.ConnectForDescriptors(ctx, ctx, address)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }() // it has served its purpose
	call := <-conn.Object(logind, login1Path).Go(interfaceManager+".Inhibit", dbus.FlagNoAutoStart, make(chan *dbus.Call, 1),
		"sleep", "bento-cred", "Secrets are put away first", "delay").Done
	var fd dbus.UnixFD
	if err := call.Store(&fd); err != nil {
		return nil, fmt.Errorf("asking logind to wait with sleep: %w", err)
	}
	return &delayLock{os.NewFile(uintptr(fd), "delay lock")}, nil
}

// release lets the computer sleep.
func (l *delayLock) release() {
	_ = l.file.Close() // nothing is written to it
}
