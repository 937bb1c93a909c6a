package ancestry

import (
	"bytes"

	"golang.org/x/sys/unix"
)

// launchd starts everything on macOS.
const launchd = 1

// noTerminal is the device's number of a process that has none (NODEV in sys/param.h).
const noTerminal = 0xffffffff

// process asks the kernel for a process by sysctl(3).
func process(pid int) (Process, error) {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil || int(info.Proc.P_pid) != pid {
		return Process{}, errGone // which is also what the kernel says of a number that nobody has
	}
	started := info.Proc.P_starttime
	p := Process{
		PID:        pid,
		Started:    uint64(started.Sec)*1e6 + uint64(started.Usec),
		Executable: executable(pid),
		parent:     int(info.Eproc.Ppid),
		manager:    pid == launchd,
	}
	if terminal := uint64(uint32(info.Eproc.Tdev)); terminal != noTerminal {
		p.Terminal = terminal
	}
	return p, nil
}

// executable returns the path of a process's program, which stands behind the number of its
// arguments. Those, and the environment, stand behind it and are not looked at.
func executable(pid int) string {
	const count = 4
	text, err := unix.SysctlRaw("kern.procargs2", pid)
	if err != nil || len(text) < count {
		return ""
	}
	defer clear(text)
	path, _, _ := bytes.Cut(text[count:], []byte{0})
	return string(path)
}

// directory is not told without libproc.
func directory(int) string { return "" }

// terminal is told by its number alone; its name is for whoever asks there.
func terminal(Process) string { return "" }

// environ is not told.
func environ(int) []byte { return nil }
