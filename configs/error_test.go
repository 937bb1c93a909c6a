package configs_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bento-cred/bento-cred/configs"
)

// refused parses text, which must be refused, and returns why.
func refused(t *testing.T, text string) *configs.Error {
	t.Helper()
	config, err := configs.Parse("c.toml", []byte(text))
	var got *configs.Error
	if !errors.As(err, &got) {
		t.Fatalf("%q: error %v, want an *Error", text, err)
	}
	if !reflect.DeepEqual(config, configs.Config{}) {
		t.Errorf("%q: settings %+v beside an error", text, config)
	}
	return got
}

func TestErrorPointsAtTheKey(t *testing.T) {
	tests := map[string]struct {
		text    string
		want    string // summary
		line    int
		pointed string // what the caret stands under
	}{
		"unknown key":         {"[daemon]\nidle = \"5m\"\n", `unknown key "daemon.idle"`, 2, "idle"},
		"key in capitals":     {"[daemon]\n  Idle_Exit = \"5m\"\n", `unknown key "daemon.Idle_Exit"`, 2, "Idle_Exit"},
		"unknown table":       {"\n[deamon]\nidle_exit = \"5m\"\n", `unknown key "deamon"`, 2, "deamon"},
		"unknown table, late": {"[daemon]\n\n[login]\n\n[x]\n", `unknown key "x"`, 5, "x"},
		"key below a key":     {"[store.backend]\nx = 1\n", `store.backend must be one of`, 1, "backend"},
		"table below a table": {"[daemon.idle_exit.x]\n", `unknown key "daemon.idle_exit.x"`, 1, "x"},
		"key with a dot":      {"\"daemon.idle_exit\" = \"5m\"\n", `unknown key "\"daemon.idle_exit\""`, 1, "daemon.idle_exit"},
		"not a table":         {"daemon = 5\n", "daemon must be a table", 1, "daemon"},
		"array of tables":     {"[[daemon]]\nidle_exit = \"5m\"\n", "daemon must be a table", 1, "daemon"},
		"number, no unit":     {"[daemon]\nidle_exit = 30\n", "daemon.idle_exit must be a duration in quotes", 2, "idle_exit"},
		"not a duration":      {"daemon.idle_exit = \"soon\"\n", "daemon.idle_exit is not a duration", 1, "idle_exit"},
		"negative":            {"daemon.idle_exit = \"-5m\"\n", "daemon.idle_exit must be 0s, or from 100ms to 30d", 1, "idle_exit"},
		"too short":           {"store.call_timeout = \"1ms\"\n", "store.call_timeout must be from 100ms to 5m", 1, "call_timeout"},
		"too long":            {"store.prompt_timeout = \"2h\"\n", "store.prompt_timeout must be from 1s to 4m", 1, "prompt_timeout"},
		"no deadline":         {"login.timeout = \"0s\"\n", "login.timeout must be from 100ms to 10m", 1, "timeout"},
		"unknown level":       {"daemon.log_level = \"loud\"\n", "daemon.log_level must be one of", 1, "log_level"},
		"unknown backend":     {"[store]\nbackend = \"redis\"\n", "store.backend must be one of", 2, "backend"},
		"backend is a number": {"store = { call_timeout = \"5s\", backend = 5 }\n", "store.backend must be one of", 1, "backend"},
		"empty collection":    {"store.collection = \"\"\n", "store.collection must be a name", 1, "collection"},
		"relative path":       {"store.passphrase_file = \"x\"\n", "store.passphrase_file must be an absolute path", 1, "passphrase_file"},
		"several lines":       {"[store]\ncollection = \"\"\"\na\nb\"\"\"\n", "store.collection must be a name", 2, "collection"},
		"after wide letters":  {"store = { \"collection\" = \"日本\", backend = 1 }", "store.backend must be one of", 1, "backend"},
		"days, not whole":     {"daemon.idle_exit = \"1.5d\"\n", "daemon.idle_exit is not a duration", 1, "idle_exit"},
		"days and hours":      {"daemon.idle_exit = \"1d12h\"\n", "daemon.idle_exit is not a duration", 1, "idle_exit"},
		"minus days":          {"renewal.window = \"-1d\"\n", "renewal.window is not a duration", 1, "window"},
		"unit alone":          {"renewal.window = \"d\"\n", "renewal.window is not a duration", 1, "window"},
		"weeks run over":      {"renewal.window = \"4294967295w\"\n", "renewal.window is not a duration", 1, "window"},
		"too many weeks":      {"renewal.grace = \"5w\"\n", "renewal.grace must be from 0s to 30d", 1, "grace"},
		"browser, too short":  {"login.browser_timeout = \"9s\"\n", "login.browser_timeout must be from 10s to 1h", 1, "browser_timeout"},
		"asks too seldom":     {"health.interval = \"8d\"\n", "health.interval must be 0s, or from 1s to 7d", 1, "interval"},
		"warn is no list":     {"health.warn = \"1d\"\n", "health.warn must be a list of durations", 1, "warn"},
		"warn, no duration":   {"[health]\nwarn = [\"1d\", \"soon\"]\n", "health.warn has an element that is not a duration", 2, "warn"},
		"warn, out of range":  {"[health]\nwarn = [\"1y\", \"1d\"]\n", "health.warn has an element that is not a duration", 2, "warn"},
		"warn too early":      {"[health]\nwarn = [\n\"366d\",\n]\n", "health.warn has an element that must be from 1s to 365d", 2, "warn"},
		"warn twice":          {"[health]\nwarn = [\"24h\", \"1d\"]\n", "health.warn has 1d twice", 2, "warn"},
		"warn too often":      {"health.warn = [" + strings.Repeat("\"1d\",", 9) + "]\n", "health.warn has more than 8 durations", 1, "warn"},
		"notify is a text":    {"health.notify = \"yes\"\n", "health.notify must be true or false", 1, "notify"},
		"unknown renewal":     {"renewal.renew = true\n", "renewal.renew must be one of \"off\", \"ask\", \"auto\"", 1, "renew"},
		"not TOML":            {"[daemon]\nidle_exit = 5m\n", "expected a top-level item to end", 2, "m"},
		"twice":               {"[login]\ntimeout = \"5s\"\ntimeout = \"6s\"\n", "Key 'login.timeout' has already been defined", 3, ""},
		"not text":            {"[daemon]\n\x00\n", "not a text file", 2, ""},
		"long line":           {"\n# " + strings.Repeat("x", 1100), "a line is longer than 1024 bytes", 2, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := refused(t, test.text)
			if !strings.HasPrefix(got.Summary, test.want) || got.Line != test.line {
				t.Errorf("line %d: %q, want line %d: %q", got.Line, got.Summary, test.line, test.want)
			}
			if pointedAt(got.Detail()) != test.pointed {
				t.Errorf("points at %q, want %q:\n%s", pointedAt(got.Detail()), test.pointed, got.Detail())
			}
		})
	}
}

// pointedAt returns what the caret of detail stands under, "" without one.
func pointedAt(detail string) string {
	lines := strings.Split(detail, "\n")
	for i, line := range lines {
		if from := strings.Index(line, "^"); from >= 0 {
			above := []rune(lines[i-1])
			return string(above[min(from, len(above)):min(from+strings.Count(line, "^"), len(above))])
		}
	}
	return ""
}

func TestDetail(t *testing.T) {
	got := refused(t, "[daemon]\n\tlog_level = \"loud\" # \x1b[31m\n"[:28]+"\n")
	want := `reading settings: c.toml:2:2: daemon.log_level must be one of "debug", "info", "warn", "error"

  2 |  log_level = "loud"
    |  ^^^^^^^^^
`
	if got.Detail() != want {
		t.Errorf("Detail():\n%s\nwant:\n%s", got.Detail(), want)
	}
}

func TestDetailEndsWithTheNextStep(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"unknown key":   {"[login]\nurl = 1\n", "the keys of [login] are browser_timeout, endpoint, timeout"},
		"unknown table": {"[x]\n", "the tables are ask, context, daemon, health, lock, login, renewal, rule, store"},
		"duration":      {"daemon.idle_exit = 5\n", `"500ms", "30s", "1h30m", "7d" or "2w"`},
		"endpoint":      {"login.endpoint = \"https://example.com/a\"\n", "did you mean https://example.com?"},
		"contradiction": {"[store]\npassphrase = \"prompt\"\npassphrase_file = \"/x\"\n", `set store.passphrase to "file"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			detail := refused(t, test.text).Detail()
			lines := strings.Split(strings.TrimSpace(detail), "\n")
			if last := lines[len(lines)-1]; !strings.Contains(last, test.want) {
				t.Errorf("the last line is %q, want %q in it", last, test.want)
			}
		})
	}
}

// TestNoSecretIsShown has a secret in every place a person may write one.
func TestNoSecretIsShown(t *testing.T) {
	const needle = "made-up-s3cret"
	tests := map[string]struct {
		text   string
		unsaid bool // the error says nothing of secrets
	}{
		"token":                     {text: "api_token = \"" + needle + "\"\n"},
		"token in a table":          {text: "[login]\napi-token = '" + needle + "'\n"},
		"token table":               {text: "[tokens]\nx = '" + needle + "'\n"},
		"capitals":                  {text: "[login]\nAPI_TOKEN = \"" + needle + "\"\n"},
		"inline table":              {text: "login = { timeout = 5, api_token = \"" + needle + "\" }\n", unsaid: true},
		"dotted":                    {text: "login.password = \"" + needle + "\"\n"},
		"passphrase":                {text: "[store]\npassphrase = \"" + needle + "\"\n"},
		"several lines":             {text: "api_key = \"\"\"\n" + needle + "\n\"\"\"\n"},
		"without quotes":            {text: "api_token = " + needle + "\n"},
		"without quotes in a table": {text: "login = { api_token = " + needle + " }\n"},
		"without an equals sign":    {text: "api_token " + needle + "\n"},
		"with a colon":              {text: "\"api_token\": \"" + needle + "==\"\n"},
		"open quote":                {text: "password = \"" + needle + "\n"},
		"second line":               {text: "secret = \"\"\"x\n" + needle + " \\z\n\"\"\"\n"},
		"password in the endpoint":  {text: "login.endpoint = \"https://me:" + needle + "@example.com\"\n", unsaid: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := refused(t, test.text)
			if all := got.Error() + got.Detail() + got.Hint; strings.Contains(all, needle) || strings.Contains(all, "s3cret") {
				t.Errorf("the secret is shown:\n%s", got.Detail())
			}
			if !strings.Contains(got.Detail(), "secrets live in the keychain") && !test.unsaid {
				t.Errorf("no word on where secrets live:\n%s", got.Detail())
			}
		})
	}
}

// TestDefaultFileHidesNothing writes a mistake below the default file: that the file
// speaks of passphrases must not hide the line.
func TestDefaultFileHidesNothing(t *testing.T) {
	got := refused(t, configs.DefaultTOML()+"oops = nothing\n")
	if !strings.Contains(got.Detail(), "oops = nothing") {
		t.Errorf("the line is hidden:\n%s", got.Detail())
	}
}

func TestNoControlCharacterReachesTheTerminal(t *testing.T) {
	for name, text := range map[string]string{
		"in a comment": "x = 1 # \x1b[31m\n",
		"in a key":     "\"\\u001b[31m\" = 1\n",
		"in a value":   "daemon.idle_exit = \"\x07\"\n",
		"not UTF-8":    "daemon.idle_exit = \"\xff\xfe\"\n",
	} {
		t.Run(name, func(t *testing.T) {
			detail := refused(t, text).Detail()
			if strings.ContainsAny(detail, "\x1b\x07") || !utf8.ValidString(detail) {
				t.Errorf("%q", detail)
			}
		})
	}
}
