//go:build !linux

package ancestry

// Boot names this run of the system. Here a process's start is a date, which needs no name.
func Boot() string { return "" }
