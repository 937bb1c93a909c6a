package lints

import (
	"crypto/md5" // want gosec: G501
	"os"
)

// Sum uses a broken hash, and a file everybody can read.
func Sum(data []byte) ([16]byte, error) {
	return md5.Sum(data), os.WriteFile("x", data, 0o666) // want gosec: G401 // want gosec: G306
}
