package ask

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// grace is how long a pinentry may take over each step of its end: by itself, when it was
// told to, and in spite of it.
const grace = time.Second

// maxErrors bounds what is kept of a pinentry's standard error, in bytes.
const maxErrors = 4 << 10

// child is a pinentry that runs, in a process group of its own.
type child struct {
	replies  *os.File       // its standard output
	commands io.WriteCloser // its standard input

	command *exec.Cmd
	cancel  context.CancelFunc // has it killed
	errors  capped             // what it says on standard error; to be read when exited is closed
	exited  chan struct{}      // closed when it has ended and is reaped
}

// start runs a pinentry, which is killed when ctx ends.
func start(ctx context.Context, program string, environ []string) (*child, error) {
	replies, stdout, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = stdout.Close() }()
	ctx, cancel := context.WithCancel(ctx)
	c := &child{replies: replies, cancel: cancel, exited: make(chan struct{})}
	c.command = exec.CommandContext(ctx, program)
	c.command.Env, c.command.Dir = environ, "/"
	c.command.Stdout, c.command.Stderr = stdout, &c.errors
	isolate(c.command)
	c.command.Cancel = func() error { return signal(c.command.Process.Pid, syscall.SIGTERM) }
	c.command.WaitDelay = grace
	if c.commands, err = c.command.StdinPipe(); err == nil {
		err = c.command.Start()
	}
	if err != nil {
		cancel()
		return nil, errors.Join(err, replies.Close())
	}
	// What it started may outlive it and hold the pipe; whoever reads must not wait for that.
	context.AfterFunc(ctx, func() { _ = replies.Close() })
	go func() {
		_ = c.command.Wait() // how it ended says nothing that its replies have not
		close(c.exited)
	}()
	return c, nil
}

// end ends the child and all of its group, politely or at once, and returns what it last
// said on standard error.
func (c *child) end(politely bool) string {
	_ = c.commands.Close() // the end of its input; it may have gone already
	if politely {
		select {
		case <-c.exited:
		case <-time.After(grace):
		}
	}
	c.cancel()
	<-c.exited
	// A wrapper's child may need that long to give the terminal back.
	group := c.command.Process.Pid
	if !isGone(group) {
		_ = signal(group, syscall.SIGTERM) // it may have ended just now
	}
	for late := time.Now().Add(grace); !isGone(group); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(late) {
			_ = signal(group, syscall.SIGKILL)
			break
		}
	}
	lines := strings.Split(strings.TrimSpace(string(c.errors.text)), "\n")
	return brief(lines[len(lines)-1])
}

// capped is a writer that keeps the beginning.
type capped struct{ text []byte }

// Write implements io.Writer.
func (c *capped) Write(p []byte) (int, error) {
	c.text = append(c.text, p[:min(len(p), maxErrors-len(c.text))]...)
	return len(p), nil
}
