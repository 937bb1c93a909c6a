package e2e_test

import (
	"net"
	"runtime"
	"syscall"
)

// dialAs connects to a socket as the user uid; as the tester where that is -1. The
// kernel notes the user of the thread that connects, so one thread changes its user,
// and ends with its goroutine.
func dialAs(socket string, uid int) (net.Conn, error) {
	if uid < 0 {
		return net.Dial("unix", socket)
	}
	var conn net.Conn
	err := asUser(uid, func() (err error) {
		conn, err = net.Dial("unix", socket)
		return err
	})
	return conn, err
}

// listenAs listens at path as the user uid.
func listenAs(path string, uid int) (net.Listener, error) {
	var listener net.Listener
	err := asUser(uid, func() (err error) {
		listener, err = net.Listen("unix", path)
		return err
	})
	return listener, err
}

// asUser calls f in a thread of the user uid, which is not used again.
func asUser(uid int, f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends here
		id := uintptr(uid)
		if _, _, errno := syscall.RawSyscall(syscall.SYS_SETRESUID, id, id, id); errno != 0 {
			done <- errno
			return
		}
		done <- f()
	}()
	return <-done
}
