// Package version knows which version of bento-cred this is, and which of two
// versions is older.
//
// It links strconv and strings alone, because the hot helper says its version in
// comparing itself with the daemon.
package version

import (
	"strconv"
	"strings"
)

// Development is the version of a build that nobody gave one.
const Development = "devel"

// version is set when the programs are linked: -ldflags "-X …/version.version=v1.2.3".
var version = Development

// String returns the version of this build, without a leading "v".
func String() string { return strings.TrimPrefix(version, "v") }

// Older reports whether version a is older than version b. Versions are three
// numbers, "1.2.3"; whatever follows a "-" or "+" does not count, so that two builds
// between the same releases are never older than one another. A development build
// compares with nothing.
func Older(a, b string) bool {
	numbersA, okA := parse(a)
	numbersB, okB := parse(b)
	if !okA || !okB {
		return false
	}
	for i := range numbersA {
		if numbersA[i] != numbersB[i] {
			return numbersA[i] < numbersB[i]
		}
	}
	return false
}

// parse returns the three numbers of text, and whether it has them.
func parse(text string) (numbers [3]uint64, ok bool) {
	text = strings.TrimPrefix(text, "v")
	if end := strings.IndexAny(text, "-+"); end >= 0 {
		text = text[:end]
	}
	parts := strings.Split(text, ".")
	if len(parts) != len(numbers) {
		return numbers, false
	}
	for i, part := range parts {
		number, err := strconv.ParseUint(part, 10, 32)
		if err != nil {
			return numbers, false
		}
		numbers[i] = number
	}
	return numbers, true
}
