package management

import "time"

// Status is the state of the daemon.
type Status struct {
	Daemon   Daemon      `json:"daemon" yaml:"daemon"`
	Store    Store       `json:"store" yaml:"store"`
	Config   ConfigState `json:"config" yaml:"config"`
	Current  string      `json:"current" yaml:"current"` // name of the current context; empty: none
	Contexts []Context   `json:"contexts" yaml:"contexts"`
}

// Daemon is the process that answers.
type Daemon struct {
	Version  string    `json:"version" yaml:"version"`
	PID      int       `json:"pid" yaml:"pid"`
	Mode     string    `json:"mode" yaml:"mode"`     // "on-demand" or "service"
	Socket   string    `json:"socket" yaml:"socket"` // path
	Started  time.Time `json:"started" yaml:"started"`
	IdleExit string    `json:"idle_exit,omitempty" yaml:"idle_exit,omitempty"` // a duration; empty: never
}

// Store is the keychain that holds the contexts.
type Store struct {
	Backend string    `json:"backend" yaml:"backend"`
	New     bool      `json:"new,omitempty" yaml:"new,omitempty"`           // nothing was ever kept in it
	State   string    `json:"state" yaml:"state"`                           // "ready", "locked", "absent" or "broken"
	Reason  string    `json:"reason,omitempty" yaml:"reason,omitempty"`     // of a state other than ready
	Why     string    `json:"why" yaml:"why"`                               // this backend was chosen
	Protect string    `json:"protects,omitempty" yaml:"protects,omitempty"` // what it does and does not protect
	Path    string    `json:"path,omitempty" yaml:"path,omitempty"`         // of the file store
	Key     string    `json:"key,omitempty" yaml:"key,omitempty"`           // where the file store's passphrase comes from
	Refused []Refusal `json:"refused,omitempty" yaml:"refused,omitempty"`
	// Lacks are the keychains of this system that the program cannot use.
	Lacks []Refusal `json:"lacks,omitempty" yaml:"lacks,omitempty"`
}

// Refusal is a keychain that was not chosen.
type Refusal struct {
	Backend string `json:"backend" yaml:"backend"`
	Reason  string `json:"reason" yaml:"reason"`
}

// ConfigState tells of a configuration file.
type ConfigState struct {
	Path   string `json:"path" yaml:"path"`
	Exists bool   `json:"exists" yaml:"exists"`
	// Error is what is wrong with the file, Detail the same with line and caret;
	// while they are set the daemon goes on with the settings it had.
	Error  string `json:"error,omitempty" yaml:"error,omitempty"`
	Detail string `json:"detail,omitempty" yaml:"detail,omitempty"`
}

// Context is one context, without the values of its tokens.
type Context struct {
	Name         string  `json:"name" yaml:"name"`
	Endpoint     string  `json:"endpoint" yaml:"endpoint"`
	Organization string  `json:"organization,omitempty" yaml:"organization,omitempty"`
	User         string  `json:"user,omitempty" yaml:"user,omitempty"`
	Email        string  `json:"email,omitempty" yaml:"email,omitempty"`
	Current      bool    `json:"current" yaml:"current"`
	Source       string  `json:"source,omitempty" yaml:"source,omitempty"` // why it was selected
	Tokens       []Token `json:"tokens" yaml:"tokens"`
	// Renewal is how the context's tokens are renewed.
	Renewal Renewal `json:"renewal" yaml:"renewal"`
	// Warnings are what a person should know of the context: a token that expires soon,
	// one that the cloud refuses, a renewal that failed.
	Warnings []string `json:"warnings,omitempty" yaml:"warnings,omitempty"`
}

// Renewal is how, and how long before they expire, the tokens of a context are renewed.
type Renewal struct {
	Mode   string `json:"renew" yaml:"renew"`   // "off", "ask" or "auto"
	Window string `json:"window" yaml:"window"` // a duration
	Grace  string `json:"grace" yaml:"grace"`   // a duration; so long the old token stays valid
}

// Token is one token, without its value.
type Token struct {
	UID         string     `json:"uid,omitempty" yaml:"uid,omitempty"`
	Name        string     `json:"name,omitempty" yaml:"name,omitempty"`
	Description string     `json:"description,omitempty" yaml:"description,omitempty"`
	Kind        string     `json:"kind" yaml:"kind"`
	Access      []string   `json:"access" yaml:"access"` // empty: unknown
	Created     *time.Time `json:"created_at,omitempty" yaml:"created_at,omitempty"`
	Expires     *time.Time `json:"expired_at,omitempty" yaml:"expired_at,omitempty"`
	LastUsed    *time.Time `json:"last_used_at,omitempty" yaml:"last_used_at,omitempty"`
	Expired     bool       `json:"is_expired" yaml:"is_expired"`
	Origin      string     `json:"origin" yaml:"origin"`
	// Checked is when the cloud last said of the token that it is good, or not.
	Checked *time.Time `json:"checked_at,omitempty" yaml:"checked_at,omitempty"`
	// Refused is why the cloud does not take the token any more; empty while it does.
	Refused string `json:"refused,omitempty" yaml:"refused,omitempty"`
	// Retires is when a token that was renewed is deleted at the cloud.
	Retires *time.Time `json:"retires_at,omitempty" yaml:"retires_at,omitempty"`
	// Life is what is left of the token's time; nil where that is not known.
	Life *Life `json:"life,omitempty" yaml:"life,omitempty"`
}

// Life is how long a token lives, in seconds.
type Life struct {
	Left int64 `json:"left_seconds" yaml:"left_seconds"` // 0 once it has expired
	// Total is from when it was made to when it expires; 0 where it is not known when it
	// was made.
	Total int64 `json:"total_seconds,omitempty" yaml:"total_seconds,omitempty"`
}

// LoggedIn tells of a login that worked.
type LoggedIn struct {
	Context  Context  `json:"context" yaml:"context"`
	Token    Token    `json:"token" yaml:"token"`
	Warnings []string `json:"warnings,omitempty" yaml:"warnings,omitempty"`
}

// Imported tells what was taken from BentoML's context file.
type Imported struct {
	Path     string    `json:"path" yaml:"path"` // of the file itself, links followed
	Taken    []Context `json:"taken" yaml:"taken"`
	Skipped  []Skipped `json:"skipped,omitempty" yaml:"skipped,omitempty"`
	Current  string    `json:"current,omitempty" yaml:"current,omitempty"` // the file's current context
	Readable bool      `json:"readable_by_others" yaml:"readable_by_others"`
	Scrubbed bool      `json:"scrubbed" yaml:"scrubbed"`
}

// Skipped is an entry of BentoML's context file that was not taken.
type Skipped struct {
	Name   string `json:"name" yaml:"name"`
	Reason string `json:"reason" yaml:"reason"`
}

// DirectoryFile is a .bento-cred.toml.
type DirectoryFile struct {
	Path    string `json:"path" yaml:"path"`
	Context string `json:"context" yaml:"context"`
}
