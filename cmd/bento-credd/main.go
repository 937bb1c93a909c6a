// Command bento-credd is the daemon: it holds BentoCloud tokens in the OS keychain and
// serves them over a Unix socket.
package main

import (
	"os"

	"github.com/bento-cred/bento-cred/internal/dbusenv"
)

func main() {
	os.Exit(Main(os.Args, dbusenv.Environ(), os.Stdin, os.Stdout, os.Stderr))
}
