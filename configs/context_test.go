package configs_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/configs"
)

func TestRenewalOf(t *testing.T) {
	const day = 24 * time.Hour
	all := configs.Default().Renewal
	tests := map[string]struct {
		text    string
		context string
		want    configs.Renewal
	}{
		"no tables":      {"", "prod", all},
		"another's":      {"[context.other]\nrenew = \"off\"\n", "prod", all},
		"empty table":    {"[context.prod]\n", "prod", all},
		"a key of three": {"[context.prod]\nrenew = \"auto\"\n", "prod", configs.Renewal{Renew: configs.RenewAuto, Window: all.Window, Grace: all.Grace}},
		"all three": {
			"[context.prod]\nrenew = \"off\"\nwindow = \"2w\"\ngrace = \"0s\"\n", "prod",
			configs.Renewal{Renew: configs.RenewOff, Window: 14 * day},
		},
		"what is left out comes from a table further down": {
			"[context.prod]\ngrace = \"2h\"\n[renewal]\nrenew = \"off\"\nwindow = \"5d\"\n", "prod",
			configs.Renewal{Renew: configs.RenewOff, Window: 5 * day, Grace: 2 * time.Hour},
		},
		"[renewal] alone": {
			"[renewal]\nrenew = \"auto\"\n", "prod",
			configs.Renewal{Renew: configs.RenewAuto, Window: all.Window, Grace: all.Grace},
		},
		"dots in quotes": {
			"[context.\"a.b\"]\nwindow = \"1d\"\n", "a.b",
			configs.Renewal{Renew: all.Renew, Window: day, Grace: all.Grace},
		},
		"dotted keys": {
			"context.prod.window = \"1d\"\ncontext.prod.grace = \"5m\"\n", "prod",
			configs.Renewal{Renew: all.Renew, Window: day, Grace: 5 * time.Minute},
		},
		"inline": {
			"context = { prod = { window = \"1d\" }, other = { grace = \"0s\" } }\n", "prod",
			configs.Renewal{Renew: all.Renew, Window: day, Grace: all.Grace},
		},
		"a name that sounds like a secret": {
			"[context.token-of-ci]\nwindow = \"1d\"\n", "token-of-ci",
			configs.Renewal{Renew: all.Renew, Window: day, Grace: all.Grace},
		},
		"a name like a key": {
			"[context.renew]\nrenew = \"off\"\n", "renew",
			configs.Renewal{Renew: configs.RenewOff, Window: all.Window, Grace: all.Grace},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			config, err := configs.Parse("config.toml", []byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, config.RenewalOf(test.context)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestContextErrorPointsAtTheKey(t *testing.T) {
	tests := map[string]struct {
		text    string
		want    string // summary
		hint    string
		line    int
		pointed string
	}{
		"unknown key":         {"[context.prod]\nrenews = \"off\"\n", `unknown key "context.prod.renews"`, "grace, renew, window", 2, "renews"},
		"bad word":            {"[context.prod]\n\nrenew = \"yes\"\n", `context.prod.renew must be one of "off"`, "", 3, "renew"},
		"bad duration":        {"[renewal]\nwindow = \"1d\"\n[context.prod]\nwindow = 3\n", `context.prod.window must be a duration`, `"7d" or "2w"`, 4, "window"},
		"out of range":        {"[context.prod]\ngrace = \"31d\"\n", `context.prod.grace must be from 0s to 30d`, "", 2, "grace"},
		"key above":           {"[context]\nrenew = \"off\"\n", `"context.renew" must be a table`, "[context.NAME]", 2, "renew"},
		"a directory's key":   {"context = \"work\"\n", `"context" must be a table`, "[context.NAME]", 1, "context"},
		"array of tables":     {"[[context]]\nrenew = \"off\"\n", `"context" must be a table`, "[context.NAME]", 1, "context"},
		"array of contexts":   {"[[context.prod]]\nrenew = \"off\"\n", `"context.prod" must be a table`, "[context.NAME]", 1, "prod"},
		"dots, no quotes":     {"[context.a.b]\nrenew = \"off\"\n", `unknown key "context.a.b"`, `[context."NAME.WITH.DOTS"]`, 1, "b"},
		"empty name":          {"[context.\"\"]\n", `"" is no name of a context`, "1 to 64 letters", 1, `"`},
		"space in the name":   {"[context.\"a b\"]\nrenew = \"off\"\n", `"a b" is no name of a context`, "1 to 64 letters", 1, "a b"},
		"leading dot":         {"[context.\".a\"]\n", `".a" is no name of a context`, "1 to 64 letters", 1, ".a"},
		"long name":           {"[context." + strings.Repeat("x", 65) + "]\n", `"xxx`, "1 to 64 letters", 1, strings.Repeat("x", 65)},
		"key below a key":     {"[context.prod.renew]\nx = 1\n", `context.prod.renew must be one of`, "", 1, "renew"},
		"second of two":       {"[context.a]\nrenew = \"off\"\n[context.b]\nrenew = \"of\"\n", `context.b.renew must be one of`, "", 4, "renew"},
		"secret in a context": {"[context.prod]\napi_token = \"made-up-s3cret\"\n", `no secret belongs in this file`, "keychain", 2, "api_token"},
		"secret for a table":  {"[context]\napi_token = \"made-up-s3cret\"\n", `no secret belongs in this file`, "keychain", 2, "api_token"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := refused(t, test.text)
			if !strings.HasPrefix(got.Summary, test.want) || got.Line != test.line || !strings.Contains(got.Hint, test.hint) {
				t.Errorf("line %d: %q, hint %q; want line %d: %q, %q", got.Line, got.Summary, got.Hint, test.line, test.want, test.hint)
			}
			if pointedAt(got.Detail()) != test.pointed {
				t.Errorf("points at %q, want %q:\n%s", pointedAt(got.Detail()), test.pointed, got.Detail())
			}
			if strings.Contains(got.Detail(), "s3cret") {
				t.Errorf("the secret is shown:\n%s", got.Detail())
			}
		})
	}
}
