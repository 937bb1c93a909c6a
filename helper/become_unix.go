//go:build unix

package helper

import (
	"errors"
	"strings"
	"syscall"
)

// defaultPath is where execvp(3) looks without a PATH.
const defaultPath = "/bin:/usr/bin"

// become replaces this process by the program at path. It returns only an error.
func become(path string, args, environ []string) (int, error) {
	return statusCannotRun, syscall.Exec(path, args, environ)
}

// runCommand replaces this process by command, which is looked up as env(1) does, by
// execvp(3). It returns only where that fails.
func runCommand(command, environ []string, getenv func(string) string) (int, error) {
	err := execvp(command, environ, getenv("PATH"))
	if errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ENOTDIR) {
		return statusNotFound, err
	}
	return statusCannotRun, err
}

// execvp tries every directory of path, unless the name has a slash. A file that may not
// be run does not end the search, but is what is told when nothing better is found.
func execvp(command, environ []string, path string) error {
	name := command[0]
	if name == "" {
		return syscall.ENOENT
	}
	if strings.Contains(name, "/") {
		return execve(name, command, environ)
	}
	if path == "" {
		path = defaultPath
	}
	var result error = syscall.ENOENT
	for dir := range strings.SplitSeq(path, ":") {
		if dir == "" {
			dir = "."
		}
		err := execve(dir+"/"+name, command, environ)
		switch {
		case errors.Is(err, syscall.EACCES):
			result = err
		case !errors.Is(err, syscall.ENOENT) && !errors.Is(err, syscall.ENOTDIR):
			return err
		}
	}
	return result
}

// execve runs the file at path, or a shell with it where it is a script that does not
// say with what it is to be run.
func execve(path string, command, environ []string) error {
	err := syscall.Exec(path, command, environ)
	if !errors.Is(err, syscall.ENOEXEC) {
		return err
	}
	const sh = "/bin/sh"
	return syscall.Exec(sh, append([]string{sh, path}, command[1:]...), environ)
}
