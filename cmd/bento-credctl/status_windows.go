package main

import "os"

// statusOf returns the status of a command.
func statusOf(state *os.ProcessState) int { return state.ExitCode() }
