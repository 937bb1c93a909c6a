package configs

import (
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/BurntSushi/toml"

	"github.com/bento-cred/bento-cred/internal/endpoint"
)

// refusal is why a value is not taken: what is wrong and what to write instead.
// Neither quotes the value.
type refusal struct {
	summary string
	hint    string
	// secret reports whether the line may hold a secret and must not be shown.
	secret bool
}

// Error implements error.
func (r refusal) Error() string { return r.summary }

// setter puts a value of the file into c, or returns a refusal whose summary goes on
// after the key's name.
type setter func(c *Config, value any) error

// keyPassphraseFile is the one key that is looked at together with another.
var keyPassphraseFile = toml.Key{"store", "passphrase_file"}

// settings holds each table's keys, each with what sets it.
var settings = map[string]map[string]setter{
	"daemon": {
		"idle_exit": func(c *Config, v any) error {
			return setDurationOrNone(&c.Daemon.IdleExit, v, 100*time.Millisecond, 30*day)
		},
		"log_level": func(c *Config, v any) error { return setLevel(&c.Daemon.LogLevel, v) },
	},
	"store": {
		"backend": func(c *Config, v any) error {
			return setWord(&c.Store.Backend, v, backends)
		},
		"collection": func(c *Config, v any) error { return setName(&c.Store.Collection, v) },
		"passphrase": func(c *Config, v any) error {
			if setWord(&c.Store.Passphrase, v, passphrases) != nil {
				return refusal{
					summary: "says where the passphrase comes from, and " + oneOf(passphrases),
					hint:    secretHint,
					secret:  true,
				}
			}
			return nil
		},
		"passphrase_file": func(c *Config, v any) error { return setPath(&c.Store.PassphraseFile, v) },
		"call_timeout": func(c *Config, v any) error {
			return setDuration(&c.Store.CallTimeout, v, 100*time.Millisecond, 5*time.Minute)
		},
		"prompt_timeout": func(c *Config, v any) error {
			// The socket's own deadline is 5 minutes, and whoever waits there is to
			// learn what became of the prompt.
			return setDuration(&c.Store.PromptTimeout, v, time.Second, 4*time.Minute)
		},
	},
	"login": {
		"endpoint": func(c *Config, v any) error { return setEndpoint(&c.Login.Endpoint, v) },
		"timeout": func(c *Config, v any) error {
			return setDuration(&c.Login.Timeout, v, 100*time.Millisecond, 10*time.Minute)
		},
		"browser_timeout": func(c *Config, v any) error {
			return setDuration(&c.Login.BrowserTimeout, v, 10*time.Second, time.Hour)
		},
	},
	"health": {
		"interval": func(c *Config, v any) error {
			return setDurationOrNone(&c.Health.Interval, v, time.Second, 7*day)
		},
		"warn":   func(c *Config, v any) error { return setDurations(&c.Health.Warn, v, time.Second, 365*day) },
		"notify": func(c *Config, v any) error { return setSwitch(&c.Health.Notify, v) },
	},
	"ask": {
		"program": func(c *Config, v any) error { return setPath(&c.Ask.Program, v) },
		"deadline": func(c *Config, v any) error {
			return setDuration(&c.Ask.Deadline, v, time.Second, 4*time.Minute) // as prompt_timeout
		},
		"remember": func(c *Config, v any) error { return setDurationOrNone(&c.Ask.Remember, v, time.Second, day) },
	},
	"lock": {
		"idle":   func(c *Config, v any) error { return setDurationOrNone(&c.Lock.Idle, v, time.Second, 30*day) },
		"sleep":  func(c *Config, v any) error { return setSwitch(&c.Lock.Sleep, v) },
		"screen": func(c *Config, v any) error { return setSwitch(&c.Lock.Screen, v) },
	},
	"renewal": {
		"renew":  func(c *Config, v any) error { return setWord(&c.Renewal.Renew, v, renewModes) },
		"window": func(c *Config, v any) error { return setDuration(&c.Renewal.Window, v, time.Second, 365*day) },
		"grace":  func(c *Config, v any) error { return setDuration(&c.Renewal.Grace, v, 0, 30*day) },
	},
}

// backends are the words of store.backend.
var backends = []Backend{
	BackendAuto, BackendSecretService, BackendKWallet, BackendKeychain,
	BackendWincred, BackendPass, BackendKeyctl, BackendFile,
}

// passphrases are the words of store.passphrase.
var passphrases = []Passphrase{PassphraseAuto, PassphrasePrompt, PassphraseFile, PassphraseKeyFile}

// renewModes are the words of renewal.renew.
var renewModes = []RenewMode{RenewOff, RenewAsk, RenewAuto}

// levels are the words of daemon.log_level.
var levels = []string{"debug", "info", "warn", "error"}

// setWord takes one of words.
func setWord[W ~string](to *W, value any, words []W) error {
	text, isText := value.(string)
	if !isText || !slices.Contains(words, W(text)) {
		return refusal{summary: oneOf(words)}
	}
	*to = W(text)
	return nil
}

// oneOf returns the end of a sentence that lists words.
func oneOf[W ~string](words []W) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = `"` + string(word) + `"`
	}
	return "must be one of " + strings.Join(quoted, ", ")
}

// setLevel takes the name of a log level.
func setLevel(to *slog.Level, value any) error {
	var word string
	if err := setWord(&word, value, levels); err != nil {
		return err
	}
	if err := to.UnmarshalText([]byte(word)); err != nil {
		return refusal{summary: oneOf(levels)}
	}
	return nil
}

// setSwitch takes true or false.
func setSwitch(to *bool, value any) error {
	on, isBool := value.(bool)
	if !isBool {
		return refusal{summary: "must be true or false, without quotes"}
	}
	*to = on
	return nil
}

// setName takes a text that names something.
func setName(to *string, value any) error {
	text, isText := value.(string)
	if !isText || !isName(text) {
		return refusal{summary: "must be a name in quotes, of 1 to 128 characters"}
	}
	*to = text
	return nil
}

// isName reports whether text can stand where a name stands, on one line of a
// terminal as well as on the socket.
func isName(text string) bool {
	const maxName = 128
	return text != "" && len([]rune(text)) <= maxName && strings.TrimSpace(text) == text &&
		!strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

// setPath takes an absolute path, or "" for none.
func setPath(to *string, value any) error {
	text, isText := value.(string)
	if !isText || (text != "" && !filepath.IsAbs(text)) || strings.ContainsFunc(text, unicode.IsControl) {
		return refusal{
			summary: "must be an absolute path in quotes",
			hint:    "~ and variables are not expanded here: write the whole path",
		}
	}
	*to = text
	return nil
}

// setEndpoint takes an endpoint. What is wrong with one may be a password in it, so
// a line that is refused is not shown.
func setEndpoint(to *string, value any) error {
	text, isText := value.(string)
	if !isText {
		return refusal{summary: "must be an address in quotes", hint: "such as https://cloud.bentoml.com"}
	}
	normal, err := endpoint.Normalise(text)
	if err != nil {
		refused := refusal{summary: "is refused: " + err.Error(), secret: true}
		var why *endpoint.Error
		if errors.As(err, &why) {
			refused.hint = why.Hint()
		}
		return refused
	}
	*to = normal
	return nil
}
