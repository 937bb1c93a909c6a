package systemlog

import (
	"log/slog"
	"os"
	"strings"

	"github.com/coreos/go-systemd/v22/journal"
)

// fieldPrefix begins the names of our fields in the journal: journalctl BENTO_CRED_CONTEXT=prod.
const fieldPrefix = "BENTO_CRED_"

// New returns the handler of the daemon's log: the journal where systemd has led standard
// error there, else text on stderr.
func New(stderr *os.File, level slog.Leveler) slog.Handler {
	if here, err := journal.StderrIsJournalStream(); err == nil && here && journal.Enabled() {
		return &handler{level: level, send: toJournal}
	}
	return slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level})
}

// toJournal sends an entry to journald.
func toJournal(e entry) error {
	fields := make(map[string]string, len(e.fields)+1)
	fields["SYSLOG_IDENTIFIER"] = "bento-credd"
	for _, f := range e.fields {
		fields[fieldPrefix+fieldName(f.name)] = f.value
	}
	return journal.Send(e.line(), priority(e.level), fields)
}

// fieldName returns a name as the journal takes it: A to Z, 0 to 9 and underscores.
func fieldName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, name)
}

// priority returns the journal's word for a level.
func priority(level slog.Level) journal.Priority {
	switch {
	case level >= slog.LevelError:
		return journal.PriErr
	case level >= slog.LevelWarn:
		return journal.PriWarning
	case level >= slog.LevelInfo:
		return journal.PriInfo
	}
	return journal.PriDebug
}
