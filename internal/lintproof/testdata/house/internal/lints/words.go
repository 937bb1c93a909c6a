package lints

import "os"

// Receive would recieve. // want misspell: misspelling
func Receive() {}

func Undocumented() {} // want revive: exported:

// Thing has methods that call it differently.
type Thing struct{}

// One is a method.
func (t Thing) One() {} // want staticcheck: ST1016

// Two is a method.
func (x Thing) Two() {} // want revive: receiver-naming:

// Ignored says neither what it silences nor why.
//
// want+3 nolintlint: should mention specific linter
// want+2 nolintlint: is unused
// want+1 nolintlint: should provide explanation
func Ignored() {} //nolint

// Silenced says what it silences, but not why.
//
// want+1 nolintlint: should provide explanation
func Silenced(text string) { os.Remove(text) } //nolint:errcheck

// Early has its happy path on the right.
func Early(n int) int {
	if n > 0 { // want revive: early-return:
		n++
		n *= 2
	} else {
		return 0
	}
	return n
}
