package place

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"syscall"
)

// Listens reports whether somebody listens at a Unix socket.
func Listens(path string) bool {
	conn, err := net.Dial("unix", path) //nolint:noctx // It answers at once or not at all.
	if err != nil {
		return false
	}
	_ = conn.Close() // nothing was said
	return true
}

// Line is a connection over bare, blocking system calls, as the helper has one: what package
// net adds to both sides of a comparison would make the ratio look better.
type Line struct{ descriptor int }

// Connect connects to a Unix socket.
func Connect(path string) (Line, error) {
	descriptor, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return Line{}, err
	}
	if err := syscall.Connect(descriptor, &syscall.SockaddrUnix{Name: path}); err != nil {
		return Line{}, errors.Join(fmt.Errorf("connecting to %s: %w", path, err), syscall.Close(descriptor))
	}
	return Line{descriptor}, nil
}

// Close ends the connection.
func (l Line) Close() error { return syscall.Close(l.descriptor) }

// Ask writes a request and reads until the reply has filled buffer.
func (l Line) Ask(request, buffer []byte) error {
	if _, err := syscall.Write(l.descriptor, request); err != nil {
		return err
	}
	for have := 0; have < len(buffer); {
		n, err := syscall.Read(l.descriptor, buffer[have:])
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return errors.New("the connection ended before the reply did")
		}
		have += n
	}
	return nil
}

// Reply asks once and returns the whole reply of the daemon, which ends in an empty line.
func Reply(path string, request []byte) ([]byte, error) {
	line, err := Connect(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = line.Close() }() // the answer is there
	var reply []byte
	for one := make([]byte, 1); !bytes.HasSuffix(reply, []byte("\n\n")); {
		if err := line.Ask(request, one); err != nil {
			return nil, err
		}
		request = nil // it is asked once
		reply = append(reply, one...)
	}
	if bytes.Contains(reply, []byte("\nerror=")) {
		return nil, fmt.Errorf("the daemon refuses: %q", reply)
	}
	return reply, nil
}
