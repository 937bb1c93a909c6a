package ancestry

import "strings"

// Boot names this run of the system: what counts from its start, as a process's does here,
// says nothing in another one.
func Boot() string {
	text, _ := read("/proc/sys/kernel/random/boot_id") // without it, all runs have the same name
	return strings.TrimSpace(string(text))
}
