// Command bento-credctl is the management face of bento-cred: logins, contexts, the
// store, the state of it all, and the help for every verb. People type bento-cred,
// which becomes this program for each verb it does not answer itself; so this program
// calls itself bento-cred wherever it speaks.
//
// It knows no keychain, no cloud and no settings: whatever it does is a question to the
// daemon, asked through package ipc, and an answer shown. There is one file for each
// command. How an answer looks is decided in internal/output, how a person is asked in
// internal/terminal, and what doctor looks at in internal/checkup.
//
// The rules of its streams: standard output gets the answer of the command alone.
// Questions, warnings and errors go to standard error; an error is one line beginning
// with "bento-cred: " and, below it, the next step. A token is shown by current-context
// and nowhere else.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() { os.Exit(Main(here())) }

// process is what the operating system gives a program.
type process struct {
	args      []string // the program's name and its arguments
	environ   []string
	in        *os.File
	out, err  *os.File
	directory string // the working directory; empty where it was deleted
	now       func() time.Time
}

// here returns the process this program runs in.
func here() process {
	directory, err := os.Getwd()
	if err != nil {
		directory = ""
	}
	return process{
		args: os.Args, environ: os.Environ(),
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		directory: directory, now: time.Now,
	}
}

// Main runs the program in p and returns its exit status.
func Main(p process) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	a := newApp(p)
	defer a.close()
	root := a.rootCommand()
	root.SetArgs(p.args[1:])
	return a.status(ctx, root.ExecuteContext(ctx))
}
