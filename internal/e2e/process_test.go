//go:build unix

package e2e_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// pause is the time between two looks at something that is awaited.
const pause = 5 * time.Millisecond

// process is one that runs, as /proc shows it.
type process struct {
	pid     int
	program string
	command string
}

func (p process) String() string { return fmt.Sprintf("%d %s", p.pid, p.command) }

// processesOf returns the processes that belong to the place, or to a place, below
// dir: they run one of its programs or have its mark, or one of homes, in their
// environment. Where there is no /proc it finds none.
func processesOf(dir string, homes ...string) []process {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []process
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		proc := filepath.Join("/proc", entry.Name())
		program, _ := os.Readlink(filepath.Join(proc, "exe"))     // "" for another user's
		environ, _ := os.ReadFile(filepath.Join(proc, "environ")) // likewise
		command, _ := os.ReadFile(filepath.Join(proc, "cmdline")) // gone meanwhile
		if program == "" {                                        // it guards its memory, and tells nobody but root
			first, _, _ := bytes.Cut(command, []byte{0})
			program = string(first)
		}
		if !below(program, dir) && !marked(environ, dir, homes) {
			continue
		}
		found = append(found, process{
			pid: pid, program: filepath.Base(program), command: strings.ReplaceAll(string(command), "\x00", " "),
		})
	}
	return found
}

func below(path, dir string) bool { return strings.HasPrefix(path, dir+string(filepath.Separator)) }

// marked reports whether an environment has the mark of dir, or of a place below it, or
// one of homes.
func marked(environ []byte, dir string, homes []string) bool {
	for entry := range bytes.SplitSeq(environ, []byte{0}) {
		name, value, _ := strings.Cut(string(entry), "=")
		switch {
		case name == marker && (value == dir || below(value, dir)):
			return true
		case name == "HOME" && slices.Contains(homes, value):
			return true
		}
	}
	return false
}

// awaitEnd returns whether the process ends soon. One that nobody has waited for yet
// has ended all the same.
func awaitEnd(pid int) bool {
	for late := time.Now().Add(patience); time.Now().Before(late); time.Sleep(pause) {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			return true
		}
		stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
		if err == nil && strings.Contains(string(stat), ") Z ") {
			return true
		}
	}
	return false
}
