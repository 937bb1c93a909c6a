//go:build !unix

package ask

import "io/fs"

// untrusted trusts a file: who may write to it is not told by its mode on Windows, and
// directories of programs are an administrator's or the user's there.
func untrusted(_, _ fs.FileInfo) string { return "" }

// isTerminal reports that there are none: a console has no name on Windows.
func isTerminal(string) bool { return false }
