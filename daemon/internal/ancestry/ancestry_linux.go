package ancestry

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// The fields of /proc/PID/stat behind the name of the program, counted from the state;
// proc_pid_stat(5).
const (
	fieldParent   = 1
	fieldSession  = 3
	fieldTerminal = 4
	fieldStarted  = 19
	fieldsNeeded  = fieldStarted + 1
)

// process reads what /proc says of a process. It is read with bare system calls: this stands
// on the way of every credential, and package os would open a poller's descriptor for each.
func process(pid int) (Process, error) {
	base := "/proc/" + strconv.Itoa(pid)
	stat, err := read(base + "/stat")
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ESRCH) {
		return Process{}, errGone
	}
	if err != nil {
		return Process{}, err
	}
	p, ok := parse(pid, stat)
	if !ok {
		return Process{}, errForm
	}
	p.Executable = program(exeLink(pid))
	return p, nil
}

// exeLink returns the path of the link that says which program a process runs.
func exeLink(pid int) string { return "/proc/" + strconv.Itoa(pid) + "/exe" }

// program returns which program such a link leads to. One that was replaced by an upgrade is
// still called as it was.
func program(exe string) string { return strings.TrimSuffix(link(exe), " (deleted)") }

// errForm is the error of a line that no kernel writes.
var errForm = errors.New("a process is told of in an unknown form")

// parse reads a line of /proc/PID/stat. The name of the program stands in brackets and may
// hold anything, brackets among it; the last one ends it.
func parse(pid int, stat []byte) (Process, bool) {
	begin, end := bytes.IndexByte(stat, '('), bytes.LastIndexByte(stat, ')')
	if begin < 0 || end < begin {
		return Process{}, false
	}
	fields := bytes.Fields(stat[end+1:])
	if len(fields) < fieldsNeeded {
		return Process{}, false
	}
	p := Process{PID: pid}
	var errs [4]error
	p.parent, errs[0] = strconv.Atoi(string(fields[fieldParent]))
	p.session, errs[1] = strconv.Atoi(string(fields[fieldSession]))
	tty, err := strconv.ParseInt(string(fields[fieldTerminal]), 10, 32)
	p.Terminal, errs[2] = uint64(uint32(tty)), err // the kernel prints a device's number with a sign
	p.Started, errs[3] = strconv.ParseUint(string(fields[fieldStarted]), 10, 64)
	for _, err := range errs {
		if err != nil {
			return Process{}, false
		}
	}
	// A person's services and desktop are children of their own systemd.
	p.manager = pid == 1 || (p.parent == 1 && string(stat[begin+1:end]) == "systemd")
	return p, true
}

// directory returns the working directory of a process.
func directory(pid int) string { return link("/proc/" + strconv.Itoa(pid) + "/cwd") }

// environ returns the beginning of a process's environment; nil where nobody may know it.
func environ(pid int) []byte {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	if err != nil {
		return nil
	}
	return text
}

// terminal returns the path of a process's terminal, by the numbers the kernel gives to
// devices (Documentation/admin-guide/devices.txt): terminal emulators and ssh, consoles,
// and serial lines.
func terminal(p Process) string {
	const ptsFirst, ptsLast, console, serial, perMajor = 136, 143, 4, 64, 256
	major, minor := uint64(unix.Major(p.Terminal)), uint64(unix.Minor(p.Terminal))
	switch {
	case p.Terminal == 0:
		return ""
	case major >= ptsFirst && major <= ptsLast:
		return "/dev/pts/" + strconv.FormatUint((major-ptsFirst)*perMajor+minor, 10)
	case major == console && minor < serial:
		return "/dev/tty" + strconv.FormatUint(minor, 10)
	case major == console:
		return "/dev/ttyS" + strconv.FormatUint(minor-serial, 10)
	}
	return ""
}

// read returns the beginning of a small file.
func read(path string) ([]byte, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = unix.Close(fd) }() // it was only read from
	text := make([]byte, 1024)
	n, err := unix.Read(fd, text)
	return text[:max(0, n)], err
}

// link returns where a link of /proc leads; empty where nobody may know.
func link(path string) string {
	text := make([]byte, unix.PathMax)
	n, err := unix.Readlink(path, text)
	if err != nil {
		return ""
	}
	return string(text[:n])
}
