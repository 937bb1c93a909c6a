package main

import (
	"errors"
	"syscall"

	"github.com/bento-cred/bento-cred/tools/bench/measure"
)

// member is one of many processes that run at the same time.
type member struct{ pid, out int }

// join starts one more. What it says waits in its pipe.
func join(c measure.Command, null int) (member, error) {
	var pipe [2]int
	if err := syscall.Pipe2(pipe[:], syscall.O_CLOEXEC); err != nil {
		return member{}, err
	}
	pid, err := syscall.ForkExec(c.Args[0], c.Args, &syscall.ProcAttr{
		Dir: c.Dir, Env: c.Env, Files: []uintptr{uintptr(null), uintptr(pipe[1]), uintptr(null)},
	})
	_ = syscall.Close(pipe[1]) // the child has its own
	if err != nil {
		return member{}, errors.Join(err, syscall.Close(pipe[0]))
	}
	return member{pid: pid, out: pipe[0]}, nil
}

// end waits for it, and reports whether it has ended well and said something.
func (m member) end() (bool, error) {
	defer func() { _ = syscall.Close(m.out) }() // it was only read
	var status syscall.WaitStatus
	_, err := syscall.Wait4(m.pid, &status, 0, nil)
	for errors.Is(err, syscall.EINTR) {
		_, err = syscall.Wait4(m.pid, &status, 0, nil)
	}
	if err != nil {
		return false, err
	}
	n, err := syscall.Read(m.out, make([]byte, 256))
	return status.Exited() && status.ExitStatus() == 0 && n > 0, err
}
