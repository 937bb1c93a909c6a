// Command bento-cred gives shells and programs the BentoCloud token they need. It is
// the one of the three programs that people type: the hot verbs env, token and exec it
// answers itself, all others it leaves to bento-credctl.
package main

import (
	"os"

	"github.com/bento-cred/bento-cred/helper"
)

func main() {
	os.Exit(helper.Main(os.Args, os.Environ(), helper.Streams{Out: os.Stdout, Err: os.Stderr}))
}
