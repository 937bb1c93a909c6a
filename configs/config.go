// Package configs is the file the user may write: which settings there are, what
// they are when nothing is written, and how the file is read.
//
// The file is optional and it is the user's, so the package never writes it. It is
// read strictly: a key nobody knows is an error and not a setting that silently does
// nothing, and an error stands for the whole file, so that no program ever runs on
// half of what was meant. Every error names the line and points at the key.
//
// No secret belongs here. A key that looks like one is refused with a word on where
// secrets live, and the line is not shown again: an error ends up on screens and in
// bug reports.
//
// Only the daemon's side reads settings. The hot helper has none, which is one
// reason why it is fast.
package configs

import (
	_ "embed"
	"log/slog"
	"time"
)

// Config is every setting. The zero Config is not usable; Default returns one that is.
// Whoever has a copy shares its list and its map with others, so that nobody changes
// those.
type Config struct {
	Daemon Daemon
	Store  Store
	Login  Login
	Health Health
	Ask    Ask
	Lock   Lock
	// Rules are about who gets what, in their order; nil where there are none.
	Rules []Rule
	// Renewal is what holds for every context that Contexts does not name.
	Renewal Renewal
	// Contexts holds by name what holds for one context, with what its table leaves
	// out taken from Renewal. It is nil where no context has a table.
	Contexts map[string]Renewal
}

// Daemon is how the daemon itself behaves.
type Daemon struct {
	// IdleExit is how long a daemon that was started on demand stays without a
	// request; 0 means that it stays for good.
	IdleExit time.Duration
	// LogLevel is the least important message that is logged.
	LogLevel slog.Level
}

// Store is where the tokens are kept, and how long to wait for that place.
type Store struct {
	Backend    Backend
	Collection string
	Passphrase Passphrase
	// PassphraseFile is the absolute path of the file Passphrase "file" reads; ""
	// where the settings name none.
	PassphraseFile string
	// CallTimeout is the deadline of a call that asks nobody anything.
	CallTimeout time.Duration
	// PromptTimeout is the deadline of a call that waits for a person.
	PromptTimeout time.Duration
}

// Login is how the daemon speaks with BentoCloud.
type Login struct {
	// Endpoint is where a login goes that names none, in the form
	// endpoint.Normalise gives.
	Endpoint string
	// Timeout is the deadline of one request.
	Timeout time.Duration
	// BrowserTimeout is how long a login by browser waits for its approval.
	BrowserTimeout time.Duration
}

// Health is how the tokens are looked after while nobody asks for them.
type Health struct {
	// Interval is how often the cloud is asked about each token; 0 means never.
	Interval time.Duration
	// Warn is how long before a token expires a person is told, longest first; nil
	// means not at all.
	Warn []time.Duration
	// Notify reports whether a person is told on the desktop, too.
	Notify bool
}

// Ask is how a person is asked where a rule says so.
type Ask struct {
	// Program is the absolute path of a pinentry program; "": one that is found.
	Program string
	// Deadline is how long to wait for the person.
	Deadline time.Duration
	// Remember is how long a yes holds for the same question; 0 means for this once.
	Remember time.Duration
}

// Lock says when the daemon locks itself, beside `bento-cred lock`.
type Lock struct {
	// Idle is after how long without a request for a credential; 0 means never.
	Idle time.Duration
	// Sleep and Screen report whether the computer's going to sleep and the locking of
	// its screen do.
	Sleep, Screen bool
}

// Renewal is what is done about a token that will expire.
type Renewal struct {
	Renew RenewMode
	// Window is how long before its expiry a token is due.
	Window time.Duration
	// Grace is how long the old token stays valid at the endpoint after a renewal.
	Grace time.Duration
}

// RenewalOf returns what holds for the context of that name.
func (c Config) RenewalOf(context string) Renewal {
	if own, found := c.Contexts[context]; found {
		return own
	}
	return c.Renewal
}

// RenewMode says who renews a token.
type RenewMode string

// The ways a token is renewed.
const (
	RenewOff  RenewMode = "off"  // nobody speaks of it
	RenewAsk  RenewMode = "ask"  // a person is told that it can be done, and how
	RenewAuto RenewMode = "auto" // the daemon does it
)

// Backend names a place tokens can be kept in.
type Backend string

// The backends. BackendAuto is the first of the others that works here.
const (
	BackendAuto          Backend = "auto"
	BackendSecretService Backend = "secret-service"
	BackendKWallet       Backend = "kwallet"
	BackendKeychain      Backend = "keychain"
	BackendWincred       Backend = "wincred"
	BackendPass          Backend = "pass"
	BackendKeyctl        Backend = "keyctl"
	BackendFile          Backend = "file"
)

// Passphrase says where the encrypted file gets its passphrase from. It is never
// the passphrase.
type Passphrase string

// The places a passphrase comes from. PassphraseAuto is the first that is there.
const (
	PassphraseAuto    Passphrase = "auto"
	PassphrasePrompt  Passphrase = "prompt"
	PassphraseFile    Passphrase = "file"
	PassphraseKeyFile Passphrase = "key-file"
)

// defaultTOML documents every setting and sets each to its default.
//
//go:embed default.toml
var defaultTOML string

// DefaultTOML returns a file that documents every setting and sets each to its
// default: what a person starts from.
func DefaultTOML() string { return defaultTOML }

// Default returns the settings of someone who wrote none.
func Default() Config {
	return Config{
		Daemon: Daemon{IdleExit: 30 * time.Minute, LogLevel: slog.LevelInfo},
		Store: Store{
			Backend:       BackendAuto,
			Collection:    "login",
			Passphrase:    PassphraseAuto,
			CallTimeout:   5 * time.Second,
			PromptTimeout: 2 * time.Minute,
		},
		Login: Login{
			Endpoint:       "https://cloud.bentoml.com",
			Timeout:        30 * time.Second,
			BrowserTimeout: 10 * time.Minute,
		},
		Health: Health{
			Interval: time.Hour,
			Warn:     []time.Duration{7 * day, day, time.Hour},
			Notify:   true,
		},
		Ask:     Ask{Deadline: time.Minute, Remember: 5 * time.Minute},
		Renewal: Renewal{Renew: RenewAsk, Window: 3 * day, Grace: time.Hour},
	}
}
