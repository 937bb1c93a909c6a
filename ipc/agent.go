// Package ipc is the conversation between a program that needs a credential and
// the daemon that holds it: what can be asked (Agent), how it is written on the
// socket (Message), how a refusal is told (Error), where the socket is
// (SocketPath) and the client that speaks through it (Client).
//
// There is one interface at the socket and it is implemented at both ends: the
// daemon has an Agent for each peer, and Client is an Agent whose answers come over
// the wire. What is true of one is true of the other, and ipctest holds both to it.
//
// The interface comes in two halves because the hot helper cannot afford the
// second: Agent, here, is all that `env`, `token` and `exec` need, and this package
// links neither package net nor JSON nor fmt, which together would double the time
// of a helper's start. The other half, with contexts, logins and status, is
// ipc/management; the daemon's side of the socket is ipc/server.
//
// docs/protocol.md is the specification.
package ipc

import (
	"context"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// Agent answers requests for credentials.
type Agent interface {
	// Ping says who answers.
	Ping(ctx context.Context) (Daemon, error)
	// Credential returns the credential a program needs: the narrowest token of the
	// chosen context that opens what is asked for.
	Credential(ctx context.Context, request Request) (Credential, error)
	// Refused says that somebody did not take a value that Credential gave. Nothing is
	// deleted for that: the cloud is asked about the token.
	Refused(ctx context.Context, value credential.Secret) error
}

// Daemon says who answers at the socket.
type Daemon struct {
	Version   string
	Protocols string // the versions of the protocol it speaks, oldest first, commas between
	PID       int
	OnDemand  bool // started by a client; leaves when idle
}

// Selection says which context is meant. The zero Selection is the current context.
type Selection struct {
	Context   string // by name; empty: the directory's, else the current one
	Source    string // where the name came from, for messages: "--context"
	Directory string // the caller's working directory, where .bento-cred.toml is looked for
}

// The names of Selection's sources.
const (
	SourceFlag     = "--context"
	SourceVariable = "BENTO_CRED_CONTEXT"
	SourceBentoML  = "BENTOML_CLOUD_CONTEXT"
	SourceCurrent  = "current"
)

// Select returns the Selection that a program makes whose --context flag is flag:
// the flag, else BENTO_CRED_CONTEXT, else BENTOML_CLOUD_CONTEXT, else whatever the
// daemon finds for directory.
func Select(flag, directory string, getenv func(string) string) Selection {
	selection := Selection{Directory: directory}
	switch {
	case flag != "":
		selection.Context, selection.Source = flag, SourceFlag
	case getenv(SourceVariable) != "":
		selection.Context, selection.Source = getenv(SourceVariable), SourceVariable
	case getenv(SourceBentoML) != "":
		selection.Context, selection.Source = getenv(SourceBentoML), SourceBentoML
	}
	return selection
}

// LongestWait is how long a request may wait for a locked store: somewhat less than the
// daemon may take for an answer.
const LongestWait = 290 * time.Second

// Request asks for a credential.
type Request struct {
	Selection
	// Access is what the credential must open: "developer" (also when empty),
	// "endpoints" or "endpoints:DEPLOYMENT".
	Access string
	// URL is where the credential is to be sent: the context that owns its host answers,
	// and nobody for any other. Deployment asks for one by its name instead. At most one
	// of Access, URL and Deployment is set.
	URL        string
	Deployment string
	// Verb is what the program wants it for, in its own word: "env". It is a claim, for the
	// rules and the record.
	Verb string
	// Wait is for how long to wait for a locked store to be unlocked.
	Wait time.Duration
}

// Credential is the answer to a Request.
type Credential struct {
	Context  string
	Source   string // why this context: a Selection's source, a file's path or "current"
	Endpoint string
	Header   string // the header that Value belongs in
	Scheme   string // what stands before Value there, "Bearer"; empty for nothing
	Value    credential.Secret
	URL      string    // the origin it is for, where a URL or a deployment was asked for
	Public   bool      // there is no Value, for the URL wants none
	Expires  time.Time // zero where it is not known
	TokenUID string    // empty where it is not known
	Warnings []string  // what a person should see
}

// Field returns what the header holds: the value behind its scheme.
func (c Credential) Field() credential.Secret {
	if c.Scheme == "" {
		return c.Value
	}
	return credential.NewSecret(c.Scheme + " " + c.Value.Reveal())
}
