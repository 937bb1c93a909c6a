package helper

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
)

// become runs the program at path and returns its exit status: Windows cannot replace
// a process. Ctrl-C goes to every process of the console, so this one ignores it and
// leaves the answer to the program.
func become(path string, args, environ []string) (int, error) {
	signal.Ignore(os.Interrupt)
	process, err := os.StartProcess(path, args, &os.ProcAttr{
		Env:   environ,
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
	})
	if err != nil {
		return statusCannotRun, err
	}
	state, err := process.Wait()
	if err != nil {
		return statusCannotRun, err
	}
	return state.ExitCode(), nil
}

// runCommand runs command, looked up in PATH with the endings of PATHEXT.
func runCommand(command, environ []string, _ func(string) string) (int, error) {
	path, err := exec.LookPath(command[0])
	switch {
	case errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist):
		return statusNotFound, err
	case err != nil:
		return statusCannotRun, err
	}
	return become(path, command, environ)
}
