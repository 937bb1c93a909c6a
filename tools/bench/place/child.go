package place

import (
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"time"
)

// patience is how long anything may take that must happen soon, and pause the time between
// two looks for it.
const (
	patience = 20 * time.Second
	pause    = time.Millisecond
)

// Child is a program that runs beside what is measured.
type Child struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has ended
	err   error         // how; read it after ended
}

// StartChild starts a program that runs until End.
func StartChild(cmd *exec.Cmd) (*Child, error) {
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %q: %w", cmd.Args, err)
	}
	c := &Child{cmd: cmd, ended: make(chan struct{})}
	go func() {
		c.err = cmd.Wait()
		close(c.ended)
	}()
	return c, nil
}

// PID returns the id of the process.
func (c *Child) PID() int { return c.cmd.Process.Pid }

// Await returns when there is what it waits for, and fails when the child ends before.
func (c *Child) Await(there func() bool) error {
	late := time.After(patience)
	for !there() {
		select {
		case <-c.ended:
			return fmt.Errorf("%q ended before it was ready: %w", c.cmd.Args, errors.Join(c.err, errEnded))
		case <-late:
			return fmt.Errorf("%q was not ready within %v", c.cmd.Args, patience)
		case <-time.After(pause):
		}
	}
	return nil
}

var errEnded = errors.New("it has ended")

// End ends the child, by force where it does not go when it is told to.
func (c *Child) End() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-c.ended:
	case <-time.After(patience):
		_ = c.cmd.Process.Kill() // likewise
		<-c.ended
	}
}
