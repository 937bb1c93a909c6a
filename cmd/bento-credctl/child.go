package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// Exit statuses of a command that does not run, as in env(1).
const (
	statusCannotRun = 126
	statusNotFound  = 127
)

// commandError ends this program with the status of a command that it ran.
type commandError struct{ status int }

// Error implements error.
func (e commandError) Error() string {
	return fmt.Sprintf("the command ended with status %d", e.status)
}

// child is a command that runs below this program, which has something to do for it as
// long as it does. To whoever started this program it is to look as if it were the command.
type child struct {
	command *exec.Cmd
	signals chan os.Signal
}

// start starts a command with an environment, which writes to out and err. Where that fails
// the person was told why, and the error has the status.
//
// An interrupt from the terminal reaches the command by itself; what is sent to this program
// alone is passed on.
func (a *app) start(command, environ []string, out, err *os.File) (*child, error) {
	c := &child{
		command: exec.Command(command[0], command[1:]...), //nolint:noctx // it ends when it wants to
		signals: make(chan os.Signal, 8),
	}
	c.command.Env, c.command.Dir = environ, a.directory
	c.command.Stdin, c.command.Stdout, c.command.Stderr = a.in, out, err
	signal.Notify(c.signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	failed := c.command.Start()
	if failed == nil {
		return c, nil
	}
	signal.Stop(c.signals)
	if errors.Is(failed, exec.ErrNotFound) || errors.Is(failed, os.ErrNotExist) {
		a.say("running " + quoted(command[0]) + ": it is not there; look at its name and PATH")
		return nil, commandError{statusNotFound}
	}
	a.say("running " + quoted(command[0]) + ": " + failed.Error())
	return nil, commandError{statusCannotRun}
}

// wait waits until the command has ended and returns an error with its status, unless that
// is 0.
func (c *child) wait() error {
	defer signal.Stop(c.signals)
	ended := make(chan struct{})
	go passOn(c.signals, c.command.Process, ended)
	err := c.command.Wait()
	close(ended)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return commandError{statusOf(exit.ProcessState)}
	}
	return err
}

// passOn passes signals on to a process until it has ended.
func passOn(signals <-chan os.Signal, process *os.Process, ended <-chan struct{}) {
	for {
		select {
		case got := <-signals:
			if got != os.Interrupt {
				_ = process.Signal(got) // it may have ended by itself
			}
		case <-ended:
			return
		}
	}
}
