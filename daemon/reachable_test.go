package daemon_test

import (
	"os"
	"testing"
	"time"
)

func TestDaemonWithoutItsSocketLeaves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if err := os.Remove(h.config.Socket); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-h.done:
		h.done <- err
	case <-time.After(10 * time.Second):
		t.Error("a daemon that nobody can reach stays")
	}
}
