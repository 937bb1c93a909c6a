package main

import "os"

// readyVerb is no command here.
const readyVerb = ""

// start is the daemon on demand itself: a process has no parent here that would have
// to wait for it.
func start(environ []string, stderr *os.File) int {
	return run(environ, stderr, runOptions{onDemand: true})
}

// runReady is what start is.
func runReady(environ []string, stderr *os.File) int {
	return run(environ, stderr, runOptions{onDemand: true})
}
