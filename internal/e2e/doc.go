// Package e2e drives the three programs as they are built and shipped, each story in
// a script of its own below testdata/script.
//
// Nothing here is in the programs' own process: a script starts `bento-cred` as a
// shell would, the daemon is started by that as it is for a user, and what is checked
// is what a user would see, standard output, standard error, the exit status and the
// files left behind. A script whose subject is an attack opens with the word ATTACK.
//
// Each script has a place of its own: a home, a short directory for the socket, a copy
// of the programs, and no message bus, so that nobody's keychain is touched. When a
// script ends, its daemon is ended by its process id, and any other process that the
// script left behind is a failure.
//
// The language is testscript's (github.com/rogpeppe/go-internal/testscript), with the
// commands of this package beside it:
//
//	chromium …   a real browser: start, await, click, shot
//	cloud …      a stand-in for BentoCloud: start, token, revoke, approve, fault, heal, …
//	ask …        one request on the socket, in the words of docs/protocol.md
//	build …      programs of another version, in the place of the script's
//	bus …        a message bus of the script's own, with a keychain
//	daemon …     the daemon's process: pid, gone, kill, count
//	exits N …    run a program that must end with status N
//	output …     what standard output must be, byte for byte
//	together N … run a program N times at once
//	terminal …   run a program on a terminal, and type
//	snapshot …   remember files; unchanged says whether they are as they were
//	listen …     another user's socket
//	nowhere …    look for a secret in files and processes
//	need …       real programs the script cannot do without, else it is skipped
//
// With BENTO_CRED_BIN set to a directory, the programs in it are tested and none is
// built; if they were built with `go build -cover`, they write to GOCOVERDIR what of
// them ran. With -update, the files a script compares with are rewritten.
package e2e
