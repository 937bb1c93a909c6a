package server

import (
	"fmt"
	"os"
)

// prepareDirectory makes the socket's directory. It stands in the user's profile,
// whose access list it inherits.
func prepareDirectory(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the socket's directory: %w", err)
	}
	return nil
}
