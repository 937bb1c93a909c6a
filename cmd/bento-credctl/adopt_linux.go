package main

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

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

// reapOrphans waits for the adopted ones that end, all children but the one whose own parent
// waits for it, until the function that it returns is called. Else each would stay behind as
// an entry in the table of processes for as long as the command runs.
func reapOrphans(but int) (stop func()) {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGCHLD)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-ended:
				reap(but)
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(ended)
		close(done)
	}
}

// reap waits for each child that has ended, but one.
func reap(but int) {
	lists, _ := filepath.Glob("/proc/self/task/*/children") // the pattern is well formed
	for _, list := range lists {
		text, _ := os.ReadFile(list) // of a thread that may have ended
		for word := range strings.FieldsSeq(string(text)) {
			if pid, err := strconv.Atoi(word); err == nil && pid != but {
				_, _ = syscall.Wait4(pid, nil, syscall.WNOHANG, nil) // it may run still
			}
		}
	}
}
