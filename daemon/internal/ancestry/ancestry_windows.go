package ancestry

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// process asks the system for a process.
func process(pid int) (Process, error) {
	handle, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return Process{}, errGone // or another user's, of which nothing is told
	}
	defer func() { _ = windows.CloseHandle(handle) }() // it was only asked
	var created, exited, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(handle, &created, &exited, &kernel, &user); err != nil {
		return Process{}, errGone
	}
	return Process{
		PID:        pid,
		Started:    uint64(created.HighDateTime)<<32 | uint64(created.LowDateTime),
		Executable: executable(handle),
		parent:     parent(uint32(pid)),
	}, nil
}

// executable returns the path of a process's program.
func executable(handle windows.Handle) string {
	text := make([]uint16, windows.MAX_LONG_PATH)
	length := uint32(len(text))
	if err := windows.QueryFullProcessImageName(handle, 0, &text[0], &length); err != nil {
		return ""
	}
	return windows.UTF16ToString(text[:length])
}

// parent returns the number of the process that started another; 0 where it is not found.
func parent(pid uint32) int {
	snapshot, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return 0
	}
	defer func() { _ = windows.CloseHandle(snapshot) }() // it was only read from
	entry := windows.ProcessEntry32{Size: uint32(unsafe.Sizeof(windows.ProcessEntry32{}))}
	for err = windows.Process32First(snapshot, &entry); err == nil; err = windows.Process32Next(snapshot, &entry) {
		if entry.ProcessID == pid {
			return int(entry.ParentProcessID)
		}
	}
	return 0
}

// directory is not told without reading another process's memory.
func directory(int) string { return "" }

// terminal is not told: a console has no path.
func terminal(Process) string { return "" }

// environ is not told.
func environ(int) []byte { return nil }
