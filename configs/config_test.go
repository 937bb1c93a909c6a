package configs_test

import (
	"log/slog"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/configs"
)

func TestDefaultFileIsTheDefaults(t *testing.T) {
	got, err := configs.Parse("default.toml", []byte(configs.DefaultTOML()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(configs.Default(), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestDefaultFileNamesEveryKey changes each key of the default file in turn, so that
// a key that is documented without being read, or read without being documented,
// shows.
func TestDefaultFileNamesEveryKey(t *testing.T) {
	changed := map[string]string{
		"idle_exit": `"7m"`, "log_level": `"debug"`,
		"backend": `"pass"`, "collection": `"bento"`, "passphrase": `"file"`,
		"passphrase_file": `"/run/secrets/x"`, "call_timeout": `"7s"`, "prompt_timeout": `"3m"`,
		"endpoint": `"https://example.com"`, "timeout": `"7s"`, "browser_timeout": `"7m"`,
		"interval": `"7m"`, "warn": `["2w"]`, "notify": `false`,
		"program": `"/usr/bin/pinentry-x"`, "deadline": `"7s"`, "remember": `"0s"`,
		"idle": `"7m"`, "sleep": `true`, "screen": `true`,
		"renew": `"auto"`, "window": `"7d"`, "grace": `"0s"`,
	}
	if filepath.Separator == '\\' {
		changed["passphrase_file"], changed["program"] = `'C:\secrets\x'`, `'C:\pinentry.exe'`
	}
	assignment := regexp.MustCompile(`(?m)^(\w+) = .*$`)
	var names []string
	for _, match := range assignment.FindAllStringSubmatch(configs.DefaultTOML(), -1) {
		names = append(names, match[1])
	}
	if want := slices.Sorted(maps.Keys(changed)); !slices.Equal(slices.Sorted(slices.Values(names)), want) {
		t.Fatalf("the default file has the keys %v, want %v", names, want)
	}
	for name, value := range changed {
		text := regexp.MustCompile(`(?m)^`+name+` = .*$`).ReplaceAllLiteralString(configs.DefaultTOML(), name+" = "+value)
		got, err := configs.Parse("config.toml", []byte(text))
		if err != nil {
			t.Errorf("%s = %s: %v", name, value, err)
		}
		if reflect.DeepEqual(got, configs.Default()) {
			t.Errorf("%s = %s changes nothing", name, value)
		}
	}
}

func TestParse(t *testing.T) {
	edit := func(change func(*configs.Config)) configs.Config {
		config := configs.Default()
		change(&config)
		return config
	}
	tests := map[string]struct {
		text string
		want configs.Config
	}{
		"empty":          {"", configs.Default()},
		"comments alone": {"# nothing\n", configs.Default()},
		"empty tables":   {"[daemon]\n[store]\n[login]\n[health]\n[renewal]\n[context]\n", configs.Default()},
		"table":          {"[daemon]\nidle_exit = \"1h30m\"\n", edit(func(c *configs.Config) { c.Daemon.IdleExit = 90 * time.Minute })},
		"dotted key":     {"daemon.idle_exit = \"5m\"\n", edit(func(c *configs.Config) { c.Daemon.IdleExit = 5 * time.Minute })},
		"inline table":   {"store = { backend = \"file\" }\n", edit(func(c *configs.Config) { c.Store.Backend = configs.BackendFile })},
		"never leaves":   {"daemon.idle_exit = \"0s\"\n", edit(func(c *configs.Config) { c.Daemon.IdleExit = 0 })},
		"log level":      {"daemon.log_level = \"warn\"\n", edit(func(c *configs.Config) { c.Daemon.LogLevel = slog.LevelWarn })},
		"days":           {"daemon.idle_exit = \"2d\"\n", edit(func(c *configs.Config) { c.Daemon.IdleExit = 48 * time.Hour })},
		"weeks":          {"renewal.window = \"2w\"\n", edit(func(c *configs.Config) { c.Renewal.Window = 14 * 24 * time.Hour })},
		"never asks":     {"health.interval = \"0s\"\n", edit(func(c *configs.Config) { c.Health.Interval = 0 })},
		"no grace":       {"renewal.grace = \"0s\"\n", edit(func(c *configs.Config) { c.Renewal.Grace = 0 })},
		"never warns":    {"health.warn = []\n", edit(func(c *configs.Config) { c.Health.Warn = nil })},
		"warns, sorted": {
			"health.warn = [\"1h\", \"2w\",\n \"24h\"]\n",
			edit(func(c *configs.Config) {
				c.Health.Warn = []time.Duration{14 * 24 * time.Hour, 24 * time.Hour, time.Hour}
			}),
		},
		"endpoint is normalised": {
			"login.endpoint = \"HTTPS://Example.com/\"\n",
			edit(func(c *configs.Config) { c.Login.Endpoint = "https://example.com" }),
		},
		"windows line ends": {"[store]\r\ncollection = \"other\"\r\n", edit(func(c *configs.Config) { c.Store.Collection = "other" })},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := configs.Parse("config.toml", []byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestPath(t *testing.T) {
	tests := map[string]struct {
		goos string
		env  map[string]string
		want string // "" where there is an error
	}{
		"linux":              {"linux", map[string]string{"HOME": "/home/me"}, "/home/me/.config/bento-cred/config.toml"},
		"linux, XDG":         {"linux", map[string]string{"HOME": "/home/me", "XDG_CONFIG_HOME": "/x"}, "/x/bento-cred/config.toml"},
		"XDG without a home": {"linux", map[string]string{"XDG_CONFIG_HOME": "/x"}, "/x/bento-cred/config.toml"},
		"relative XDG":       {"linux", map[string]string{"HOME": "/home/me", "XDG_CONFIG_HOME": "x"}, "/home/me/.config/bento-cred/config.toml"},
		"no home":            {"linux", nil, ""},
		"macOS":              {"darwin", map[string]string{"HOME": "/Users/me", "XDG_CONFIG_HOME": "/x"}, "/Users/me/Library/Application Support/bento-cred/config.toml"},
		"windows":            {"windows", map[string]string{"AppData": "/r"}, "/r/bento-cred/config.toml"},
		"windows, no home":   {"windows", map[string]string{"HOME": "/home/me"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := configs.Path(func(name string) string { return test.env[name] }, test.goos)
			if (err != nil) != (test.want == "") {
				t.Fatalf("error %v, want path %q", err, test.want)
			}
			if want := filepath.FromSlash(test.want); got != want {
				t.Errorf("Path() = %q, want %q", got, want)
			}
			if err != nil && !strings.Contains(err.Error(), "not set") {
				t.Errorf("error %q does not name the variable", err)
			}
		})
	}
}
