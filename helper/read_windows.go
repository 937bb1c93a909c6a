package helper

import "os"

// readSmall returns what a small file holds.
func readSmall(path string) ([]byte, error) { return os.ReadFile(path) }
