//go:build !unix

package ipc

import (
	"io/fs"
	"os"
)

// openOurs opens a file of ours beside the socket, and makes it where flags say so.
func openOurs(path string, flags int) (*os.File, error) { return os.OpenFile(path, flags, 0o600) }

// ownedByUs reports true: the directories we use on Windows are under the user's
// own profile, whose access list keeps other users out.
func ownedByUs(fs.FileInfo) bool { return true }
