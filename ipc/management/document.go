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
}

// Refusal is a keychain that was tried and not chosen.
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
