//go:build !linux

package worker

// busFault knows nothing: the library speaks to a bus on Linux only.
func busFault(error) (Code, bool) { return OK, false }

// systemFault knows nothing: the library calls the kernel itself on Linux only.
func systemFault(error) (Code, bool) { return OK, false }
