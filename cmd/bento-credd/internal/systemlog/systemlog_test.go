package systemlog

import (
	"log/slog"
	"strings"
	"testing"
	"testing/slogtest"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// TestHandler has the standard library's own test of handlers judge ours.
func TestHandler(t *testing.T) {
	t.Parallel()
	var got entry
	slogtest.Run(t, func(*testing.T) slog.Handler {
		return &handler{level: slog.LevelDebug, send: func(e entry) error { got = e; return nil }}
	}, func(t *testing.T) map[string]any {
		found := map[string]any{slog.MessageKey: got.message, slog.LevelKey: got.level}
		for _, f := range got.fields {
			in := found
			names := strings.Split(f.name, ".")
			for _, group := range names[:len(names)-1] {
				inner, there := in[group].(map[string]any)
				if !there {
					inner = map[string]any{}
					in[group] = inner
				}
				in = inner
			}
			in[names[len(names)-1]] = f.value
		}
		if !strings.Contains(t.Name(), "zero-time") {
			found[slog.TimeKey] = time.Now() // the platform's log has a clock of its own
		}
		return found
	})
}

func TestLine(t *testing.T) {
	t.Parallel()
	var got entry
	log := slog.New(&handler{level: slog.LevelInfo, send: func(e entry) error { got = e; return nil }})
	log.With("a", 1).WithGroup("g").Warn("took long", "path", "/a b", "empty", "", "quote", `"`,
		"line", "x\ny", "token", credential.NewSecret("made-up"), "when", time.Unix(0, 0).UTC())
	want := `took long a=1 g.path="/a b" g.empty="" g.quote="\"" g.line="x\ny" g.token=[secret] g.when=1970-01-01T00:00:00Z`
	if got.line() != want {
		t.Errorf("got  %s\nwant %s", got.line(), want)
	}
	got = entry{}
	log.Debug("beneath the level")
	if got.message != "" {
		t.Error("a line beneath the level was sent")
	}
}
