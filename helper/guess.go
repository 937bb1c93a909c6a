package helper

import (
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/bento-cred/bento-cred/helper/protocol/shell"
)

// maxAncestors is how far up a shell is looked for. Beyond a few processes the shell
// found would hardly be the one that evaluates the output.
const maxAncestors = 6

// guess returns the dialect of the shell that will most likely evaluate the output: the
// nearest ancestor that is a shell, as in $(…) it is the parent; where /proc does not
// tell, as on macOS, the login shell in SHELL; on Windows, cmd where its PROMPT is set,
// else PowerShell. Where nothing is known it is sh, which all POSIX shells read.
func guess(proc string, parent int, getenv func(string) string) shell.Dialect {
	if dialect, ok := ancestorShell(proc, parent); ok {
		return dialect
	}
	if dialect, ok := shell.Lookup(getenv("SHELL")); ok {
		return dialect
	}
	switch {
	case runtime.GOOS != "windows":
		return shell.Sh
	case getenv("PROMPT") != "":
		return shell.Cmd
	}
	return shell.PowerShell
}

// ancestorShell walks up from the process pid to the first shell, by what proc says.
func ancestorShell(proc string, pid int) (shell.Dialect, bool) {
	for range maxAncestors {
		if pid <= 0 {
			break
		}
		dir := proc + "/" + strconv.Itoa(pid)
		// The executable tells more than the name: bash as sh, zsh as a login shell. Of
		// another user's process, such as su, only the name can be seen, and of a shell
		// that is a script, such as xonsh, only the name means something.
		if program, err := os.Readlink(dir + "/exe"); err == nil {
			if dialect, ok := unixShell(strings.TrimSuffix(program, " (deleted)")); ok {
				return dialect, true
			}
		}
		stat, err := readSmall(dir + "/stat")
		if err != nil {
			break
		}
		name, above := parseStat(string(stat))
		if dialect, ok := unixShell(name); ok {
			return dialect, true
		}
		pid = above
	}
	return shell.Sh, false
}

// unixShell looks a process up by its program. What has the name of Windows' shell or of
// a file format is another program here.
func unixShell(program string) (shell.Dialect, bool) {
	dialect, ok := shell.Lookup(program)
	return dialect, ok && dialect != shell.Cmd && dialect != shell.Dotenv
}

// parseStat takes the name and the parent's id from a line of /proc/PID/stat:
// "7 (name) S 6 …". The name may hold spaces and brackets; parent is 0 where the line is
// not as expected.
func parseStat(line string) (name string, parent int) {
	opened, closed := strings.IndexByte(line, '('), strings.LastIndexByte(line, ')')
	if opened < 0 || closed < opened {
		return "", 0
	}
	fields := strings.Fields(line[closed+1:])
	if len(fields) < 2 {
		return "", 0
	}
	parent, err := strconv.Atoi(fields[1])
	if err != nil {
		return "", 0
	}
	return line[opened+1 : closed], parent
}
