//go:build !unix

package ipc

import "io/fs"

// ownedByUs reports true: the directories we use on Windows are under the user's
// own profile, whose access list keeps other users out.
func ownedByUs(fs.FileInfo) bool { return true }
