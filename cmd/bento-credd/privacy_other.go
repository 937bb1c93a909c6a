//go:build unix && !linux

package main

// guardMemory has nothing to do: macOS lets nobody into a process but who may debug it, which
// a hardened program's signature decides.
func guardMemory() error { return nil }
