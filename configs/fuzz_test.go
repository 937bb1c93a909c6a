package configs

import (
	"errors"
	"strings"
	"testing"
	"unicode"
)

// FuzzLoad reads any text as settings: whatever it is, there are valid settings or an
// *Error that can be shown on a terminal.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		"", defaultTOML, "[daemon]\nidle_exit = \"5m\"", "[[daemon]]\nx=1", "a.b.c = { d = [1, { e = 2 }] }",
		"daemon = 1", "\"\" = 1", "[\"\"]\n\"\" = 2", "x = \"\"\"\n\n", "\xef\xbb\xbf[login]", "a = \x00", "\r\n[x]\r",
		"[store.passphrase]", "store.passphrase = [\"auto\"]", "daemon.\"idle_exit\" = 2020-01-01", "x = '\x1b'", "[a]\n[a.\"é\"]",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		config, err := Parse("f.toml", []byte(text))
		if err == nil {
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

// FuzzNoSecretIsShown puts a secret between any two texts.
func FuzzNoSecretIsShown(f *testing.F) {
	const needle = "made-up-s3cret"
	for _, seed := range [][2]string{
		{"", ""}, {"[login]", "x = 1"}, {"x = \"\"\"", "\"\"\""}, {"x = '''", "'''\ny"}, {"[a", "]"}, {"# ", "= 1"}, {"x = [", "]"},
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
