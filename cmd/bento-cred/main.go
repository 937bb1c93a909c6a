// A program that lives for a millisecond has no use for a look at its container's CPU
// limit, for a watch on that limit, and for names on its memory; they would cost it a
// twentieth of its time.
//
//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0
//go:debug decoratemappings=0

// Command bento-cred gives shells and programs the BentoCloud token they need. It is
// the one of the three programs that people type: the hot verbs env, token and exec it
// answers itself, all others it leaves to bento-credctl.
package main

import (
	"os"

	"github.com/bento-cred/bento-cred/helper"
)

func main() {
	os.Exit(helper.Main(os.Args, inherited(os.Environ()), helper.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}

// entered is the variable that the program's own entry puts before its environment, where it
// has one (entry_linux_amd64.s). Nobody else writes the number like that.
const entered = "GOMAXPROCS=01"

// inherited returns the environment as the parent gave it.
func inherited(environ []string) []string {
	if len(environ) > 0 && environ[0] == entered {
		return environ[1:]
	}
	return environ
}
