// Package format has one mistake of each formatter.
package format

// Fumpt begins with an empty line.
//
// want+2 gofumpt: not properly formatted
func Fumpt() int {

	return 1
}
