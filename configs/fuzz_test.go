package configs

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

// FuzzLoad reads any text as settings: whatever it is, there are valid settings or an
// *Error that can be shown on a terminal.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		"", defaultTOML, "[daemon]\nidle_exit = \"5m\"", "[[daemon]]\nx=1", "a.b.c = { d = [1, { e = 2 }] }",
		"daemon = 1", "\"\" = 1", "[\"\"]\n\"\" = 2", "x = \"\"\"\n\n", "\xef\xbb\xbf[login]", "a = \x00", "\r\n[x]\r",
		"[store.passphrase]", "store.passphrase = [\"auto\"]", "daemon.\"idle_exit\" = 2020-01-01", "x = '\x1b'", "[a]\n[a.\"é\"]",
		"[context.a]\nrenew=\"off\"\n[renewal]\nwindow=\"2w\"", "context.\"a.b\".grace = \"0s\"", "[[context.x]]", "context = 1",
		"context = {\"\" = {}}", "[context.a.renew]", "health = { warn = [\"1d\", \"24h\"] }", "health.warn = [[\"1d\"], {}]",
		"[rule.a]\nanswer=\"ask\"\nverb=[\"a*\"]", "rule = {\"\"={}}", "[rule.a]\nhost=[[1]]", "health.warn = [\n\"1h\",\n\"99999999w\"]", "health.notify = 1", "[context.token.x]", "health.interval = \"0d\"",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		config, err := Parse("f.toml", []byte(text))
		if err == nil {
			checkLife(t, config)
			if config.Store.CallTimeout <= 0 || config.Login.Endpoint == "" || config.Store.Backend == "" {
				t.Errorf("%q: settings out of their range: %+v", text, config)
			}
			return
		}
		var refused *Error
		if !errors.As(err, &refused) {
			t.Fatalf("%q: error %v is no *Error", text, err)
		}
		if refused.Line < 0 || refused.Line > strings.Count(text, "\n")+1 {
			t.Errorf("%q: line %d", text, refused.Line)
		}
		unprintable := func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }
		if detail := refused.Detail(); strings.ContainsFunc(detail, unprintable) {
			t.Errorf("%q: error has control characters: %q", text, detail)
		}
	})
}

// checkLife checks what the tokens' life depends on.
func checkLife(t *testing.T, config Config) {
	t.Helper()
	descending := slices.IsSortedFunc(config.Health.Warn, func(a, b time.Duration) int { return cmp.Compare(b, a) })
	if len(config.Health.Warn) > 8 || !descending || len(slices.Compact(slices.Clone(config.Health.Warn))) != len(config.Health.Warn) {
		t.Errorf("warnings at %v", config.Health.Warn)
	}
	names := append(slices.Collect(maps.Keys(config.Contexts)), "a context without a table")
	for _, name := range names {
		r := config.RenewalOf(name)
		if !slices.Contains(renewModes, r.Renew) || r.Window < time.Second || r.Window > 365*day || r.Grace < 0 || r.Grace > 30*day {
			t.Errorf("context %q: %+v", name, r)
		}
	}
}

// FuzzNoSecretIsShown puts a secret between any two texts.
func FuzzNoSecretIsShown(f *testing.F) {
	const needle = "made-up-s3cret"
	for _, seed := range [][2]string{
		{"", ""}, {"[login]", "x = 1"}, {"[context.a]", "renew = 1"}, {"[context]", ""}, {"context.a.b = 1", ""}, {"x = \"\"\"", "\"\"\""}, {"x = '''", "'''\ny"}, {"[a", "]"}, {"# ", "= 1"}, {"x = [", "]"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		text := before + "\napi_token = \"" + needle + "\"\n" + after
		_, err := Parse("f.toml", []byte(text))
		var refused *Error
		if errors.As(err, &refused) && strings.Contains(refused.Detail(), "s3cret") {
			t.Errorf("%q: the secret is shown:\n%s", text, refused.Detail())
		}
	})
}

// FuzzLoadDirectory reads any text as a directory file.
func FuzzLoadDirectory(f *testing.F) {
	for _, seed := range []string{"", `context = "work"`, `context = ""`, "[context]", "context = \"a\\nb\"", "[[context]]", "context.x = 1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, err := parseDirectory("/d/.bento-cred.toml", []byte(text))
		if (err == nil) != isName(name) {
			t.Errorf("%q: context %q, error %v", text, name, err)
		}
	})
}

// FuzzDuration writes any duration down and reads it again, and reads any text.
func FuzzDuration(f *testing.F) {
	for _, seed := range []string{"7d", "2w", "1h30m", "0", "-1d", "1.5w", "d", "9223372036854775807w", "1e3d", "٣d"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseDuration(text)
		if err != nil {
			return
		}
		if strings.HasSuffix(text, "d") && (got < 0 || got%day != 0) {
			t.Errorf("%q is %s", text, got)
		}
		again, err := parseDuration(short(got))
		if err != nil || again != got {
			t.Errorf("%q is %s, written %q and read as %s, %v", text, got, short(got), again, err)
		}
	})
}
