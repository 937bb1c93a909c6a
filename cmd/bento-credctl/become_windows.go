package main

import (
	"os"
	"os/signal"
)

// become runs the program at path and ends with its exit status: Windows cannot replace
// a process. Ctrl-C goes to every process of the console, so this one leaves the answer
// to the program.
func become(path string, args, environ []string) error {
	signal.Ignore(os.Interrupt)
	process, err := os.StartProcess(path, args, &os.ProcAttr{
		Env:   environ,
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
	})
	if err != nil {
		return err
	}
	state, err := process.Wait()
	if err != nil {
		return err
	}
	os.Exit(state.ExitCode())
	return nil
}
