//go:build !linux && !windows

package systemlog

import (
	"log/slog"
	"os"
)

// New returns the handler of the daemon's log: text on stderr, which launchd leads into the
// file that the agent names.
func New(stderr *os.File, level slog.Leveler) slog.Handler {
	return slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level})
}
