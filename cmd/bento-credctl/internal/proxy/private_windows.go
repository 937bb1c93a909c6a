package proxy

import "io/fs"

// checkPrivate leaves it to the directory's access list, which a user's profile passes on
// to all that stands in it.
func checkPrivate(string, fs.FileInfo) error { return nil }
