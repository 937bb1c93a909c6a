package systemlog

import (
	"log/slog"
	"os"

	"golang.org/x/sys/windows/svc/eventlog"
)

// Source is the name the entries have in the event log.
const Source = "bento-cred"

// eventID is the number of every entry: there is no catalogue of texts behind it.
const eventID = 1

// New returns the handler of the daemon's log: the event log where nobody reads standard
// error, as under the task scheduler, else text on stderr.
func New(stderr *os.File, level slog.Leveler) slog.Handler {
	if _, err := stderr.Stat(); err != nil {
		if log, err := eventlog.Open(Source); err == nil {
			return &handler{level: level, send: func(e entry) error { return toEventLog(log, e) }}
		}
	}
	return slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level})
}

// toEventLog sends an entry to the event log, which knows no level below info.
func toEventLog(log *eventlog.Log, e entry) error {
	switch {
	case e.level >= slog.LevelError:
		return log.Error(eventID, e.line())
	case e.level >= slog.LevelWarn:
		return log.Warning(eventID, e.line())
	}
	return log.Info(eventID, e.line())
}
