//go:build !linux && !darwin && !windows

package ancestry

// process knows nothing here: each of these systems would want its own sysctl.
func process(int) (Process, error) { return Process{}, errGone }

func directory(int) string { return "" }

func terminal(Process) string { return "" }

// environ is not told.
func environ(int) []byte { return nil }
