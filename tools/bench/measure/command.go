package measure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"time"
)

// Command is a program that is run as a shell's $(...) runs it: its output goes to a pipe
// that is read to the end.
type Command struct {
	Args  []string // the first is the program's path
	Env   []string
	Dir   string
	Stdin string // a file; empty: nothing is there to read
}

// Case returns the Case of a command, in each of so many rounds.
func (c Command) Case(name string, every int) Case {
	return Case{Name: name, Every: every, Turn: func(ctx context.Context) ([]Sample, error) {
		sample, err := c.Measure(ctx)
		return []Sample{sample}, err
	}}
}

// Check runs the command once, so that one which fails is told with what it said, and
// returns its output.
func (c Command) Check(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, c.Args[0], c.Args[1:]...)
	cmd.Env, cmd.Dir = c.Env, c.Dir
	if c.Stdin != "" {
		in, err := os.Open(c.Stdin)
		if err != nil {
			return "", err
		}
		defer func() { _ = in.Close() }() // it was only read
		cmd.Stdin = in
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("running %q: %w: %s", c.Args, err, bytes.TrimSpace(said.Bytes()))
	}
	return string(out), nil
}

// Measure runs the command and returns what it took, from before it is started until the
// system has told how it ended.
//
// It is not package os/exec that runs it: that starts goroutines and asks for descriptors of
// processes, and whatever the parent adds to all makes every ratio look better. Go starts a
// process by CLONE_VFORK, as posix_spawn(3) does.
func (c Command) Measure(ctx context.Context) (Sample, error) {
	in, err := os.Open(c.stdin())
	if err != nil {
		return Sample{}, err
	}
	defer func() { _ = in.Close() }() // it was only read
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return Sample{}, err
	}
	defer func() { _ = null.Close() }() // nobody reads it
	var pipe [2]int
	if err := syscall.Pipe2(pipe[:], syscall.O_CLOEXEC); err != nil {
		return Sample{}, err
	}
	defer func() { _ = syscall.Close(pipe[0]) }() // it was only read
	var child atomic.Int64
	defer context.AfterFunc(ctx, func() { kill(child.Load()) })()
	attributes := &syscall.ProcAttr{
		Dir: c.Dir, Env: c.Env, Files: []uintptr{in.Fd(), uintptr(pipe[1]), null.Fd()},
	}
	begin := time.Now()
	pid, err := syscall.ForkExec(c.Args[0], c.Args, attributes)
	_ = syscall.Close(pipe[1]) // the child has its own
	if err != nil {
		return Sample{}, fmt.Errorf("starting %q: %w", c.Args, err)
	}
	child.Store(int64(pid))
	_, readErr := drain(pipe[0])
	status, usage, err := wait(pid)
	wall := time.Since(begin)
	child.Store(0)
	if err := errors.Join(readErr, err); err != nil {
		return Sample{}, err
	}
	if status.ExitStatus() != 0 {
		return Sample{}, fmt.Errorf("%q ended with %d", c.Args, status.ExitStatus())
	}
	return Sample{Wall: wall, CPU: cpu(usage), Faults: usage.Minflt + usage.Majflt}, nil
}

func (c Command) stdin() string {
	if c.Stdin == "" {
		return os.DevNull
	}
	return c.Stdin
}

// kill ends a child that is still there.
func kill(pid int64) {
	if pid > 0 {
		_ = syscall.Kill(int(pid), syscall.SIGKILL) // it may have ended
	}
}

// drain reads a pipe to its end and returns how much came.
func drain(pipe int) (int, error) {
	var buffer [16 << 10]byte
	for total := 0; ; {
		n, err := syscall.Read(pipe, buffer[:])
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || n == 0 {
			return total, err
		}
		total += n
	}
}

// wait returns how a child ended, and what it took of the system with its own children that
// it waited for.
func wait(pid int) (syscall.WaitStatus, syscall.Rusage, error) {
	var status syscall.WaitStatus
	var usage syscall.Rusage
	for {
		_, err := syscall.Wait4(pid, &status, 0, &usage)
		if !errors.Is(err, syscall.EINTR) {
			return status, usage, err
		}
	}
}

func cpu(usage syscall.Rusage) time.Duration {
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
