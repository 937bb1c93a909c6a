// Package systemlog writes the daemon's log to the place where the platform keeps logs: the
// journal of systemd, with each attribute as a field of its own, and the event log of
// Windows. Where the daemon was started otherwise its log is text on standard error, which
// launchd and a start on demand lead into a file.
//
// Nothing here knows what may be written. A secret is of a type that writes itself as
// "[secret]" (package credential), and package daemon writes nothing that peers send.
package systemlog

import (
	"context"
	"log/slog"
	"strings"
	"time"
)

// entry is a line of the log on its way to the platform.
type entry struct {
	level   slog.Level
	message string
	fields  []field
}

// field is an attribute, with the names of the groups it is in before its own.
type field struct{ name, value string }

// handler is the slog.Handler of a platform: it gathers a line's attributes and sends it.
type handler struct {
	level  slog.Leveler
	send   func(entry) error
	prefix string  // of the groups that were opened
	fields []field // that every line has
}

var _ slog.Handler = (*handler)(nil)

// Enabled implements slog.Handler.
func (h *handler) Enabled(_ context.Context, level slog.Level) bool { return level >= h.level.Level() }

// Handle implements slog.Handler.
func (h *handler) Handle(_ context.Context, record slog.Record) error {
	line := entry{level: record.Level, message: record.Message, fields: h.fields[:len(h.fields):len(h.fields)]}
	record.Attrs(func(attr slog.Attr) bool {
		line.fields = add(line.fields, h.prefix, attr)
		return true
	})
	return h.send(line)
}

// WithAttrs implements slog.Handler.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	made := *h
	made.fields = h.fields[:len(h.fields):len(h.fields)]
	for _, attr := range attrs {
		made.fields = add(made.fields, h.prefix, attr)
	}
	return &made
}

// WithGroup implements slog.Handler.
func (h *handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	made := *h
	made.prefix += name + "."
	return &made
}

// add adds an attribute to fields; the attributes of a group each by itself.
func add(fields []field, prefix string, attr slog.Attr) []field {
	value := attr.Value.Resolve()
	if value.Kind() == slog.KindGroup {
		if attr.Key != "" {
			prefix += attr.Key + "."
		}
		for _, inner := range value.Group() {
			fields = add(fields, prefix, inner)
		}
		return fields
	}
	if attr.Equal(slog.Attr{}) {
		return fields
	}
	return append(fields, field{name: prefix + attr.Key, value: text(value)})
}

// text returns a value as people read it.
func text(value slog.Value) string {
	if value.Kind() == slog.KindTime {
		return value.Time().Format(time.RFC3339Nano)
	}
	return value.String()
}

// line returns an entry as one line for people.
func (e entry) line() string {
	var out strings.Builder
	out.WriteString(e.message)
	for _, f := range e.fields {
		out.WriteString(" " + f.name + "=" + quoted(f.value))
	}
	return out.String()
}
