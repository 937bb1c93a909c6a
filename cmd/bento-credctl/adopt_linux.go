package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// adoptOrphans makes this process the parent of what its descendants leave to itself, which
// would else become a child of the session's manager.
func adoptOrphans() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("adopting orphans: %w", err)
	}
	return nil
}
