//go:build unix

package proxy

import (
	"errors"
	"net"
	"syscall"
)

// canProbe says that this system can look whether something came, without waiting for it.
const canProbe = true

// probe looks at an unused connection.
type probe struct{ raw syscall.RawConn }

func newProbe(conn net.Conn) probe {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return probe{}
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return probe{}
	}
	return probe{raw: raw}
}

// quiet reports whether the other side has neither closed the connection nor sent anything.
// What it reads is lost: a connection that is not quiet is of no use.
func (p probe) quiet() bool {
	if p.raw == nil {
		return false
	}
	var got error
	err := p.raw.Read(func(fd uintptr) bool {
		var one [1]byte
		_, got = syscall.Read(int(fd), one[:]) // Go's sockets do not block
		return true
	})
	return err == nil && errors.Is(got, syscall.EAGAIN)
}
