// Package ipctest holds what both ends of the socket must have in common: the contract
// of an Agent as a test, and a small Agent in memory that is one of those it is run
// against.
package ipctest

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// Memory is an Agent that keeps contexts in memory and believes whoever logs in. It is
// a small real thing and no mock: a login with it can be asked for afterwards. Fields
// may be set before it is first used.
type Memory struct {
	Version string
	Now     func() time.Time
	// Stopped is called by Stop; nil: nothing happens.
	Stopped func()

	mu       sync.Mutex
	contexts map[string]credential.Context // guarded by mu
	current  string                        // guarded by mu
	allowed  map[string]bool               // guarded by mu
	cloud    map[string]madeToken          // guarded by mu; by uid
	flights  map[string]*flight            // guarded by mu; by context
	made     int                           // guarded by mu; how many names were given out
	guard    guard                         // guarded by mu
}

var _ management.Agent = (*Memory)(nil)

// Ping implements ipc.Agent.
func (m *Memory) Ping(context.Context) (ipc.Daemon, error) {
	return ipc.Daemon{Version: m.Version, Protocols: strconv.Itoa(ipc.ProtocolVersion), PID: 1, OnDemand: true}, nil
}

// Credential implements ipc.Agent.
func (m *Memory) Credential(_ context.Context, request ipc.Request) (ipc.Credential, error) {
	if request.URL != "" || request.Deployment != "" {
		return m.credentialFor(request)
	}
	need := credential.Access{Developer: true}
	if request.Access != "" {
		var err error
		if need, err = credential.ParseAccess(request.Access); err != nil {
			return ipc.Credential{}, &ipc.Error{Code: ipc.Usage, Message: err.Error(), Hint: "see --help"}
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.guard.locked {
		return ipc.Credential{}, errLocked
	}
	c, source, err := m.selectLocked(request.Selection)
	if err != nil {
		return ipc.Credential{}, err
	}
	token, err := c.Choose(need, m.Now())
	if err != nil {
		return ipc.Credential{}, &ipc.Error{Code: ipc.AccessMissing, Message: err.Error(), Hint: "log in"}
	}
	m.recordLocked(cmp.Or(request.Verb, "get"), c.Name)
	return ipc.Credential{
		Context:  c.Name,
		Source:   source,
		Endpoint: c.Endpoint,
		Header:   "X-YATAI-API-TOKEN",
		Value:    token.Value,
		Expires:  token.Expires,
	}, nil
}

func (m *Memory) selectLocked(selection ipc.Selection) (credential.Context, string, error) {
	name, source := selection.Context, selection.Source
	if name == "" {
		name, source = m.current, ipc.SourceCurrent
	}
	if name == "" {
		return credential.Context{}, "", &ipc.Error{Code: ipc.NoContext, Message: "there is no current context", Hint: "log in"}
	}
	c, found := m.contexts[name]
	if !found {
		return credential.Context{}, "", missing(name)
	}
	return c, source, nil
}

func missing(name string) error {
	return &ipc.Error{Code: ipc.NotFound, Message: "there is no context " + strconv.Quote(name), Hint: "list them"}
}

// Status implements management.Agent.
func (m *Memory) Status(ctx context.Context) (management.Status, error) {
	contexts, err := m.Contexts(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	return management.Status{
		Daemon:   management.Daemon{Version: m.Version, PID: 1, Mode: "on-demand", Started: m.Now().UTC()},
		Store:    management.Store{Backend: "memory", State: "ready", Why: "it is a test"},
		Current:  m.current,
		Contexts: contexts,
	}, err
}

// Contexts implements management.Agent.
func (m *Memory) Contexts(context.Context) ([]management.Context, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := []management.Context{}
	for _, c := range m.contexts {
		list = append(list, m.describeLocked(c))
	}
	slices.SortFunc(list, func(a, b management.Context) int { return cmp.Compare(a.Name, b.Name) })
	return list, nil
}

func (m *Memory) describeLocked(c credential.Context) management.Context {
	shown := management.Context{
		Name: c.Name, Endpoint: c.Endpoint, Organization: c.Organization, User: c.User, Email: c.Email,
		Current: c.Name == m.current, Tokens: []management.Token{},
	}
	for _, t := range c.Tokens {
		shown.Tokens = append(shown.Tokens, management.Token{
			Kind: string(t.Kind), Access: t.Access.Words(), Origin: string(t.Origin), Expired: t.Expired(m.Now()),
		})
	}
	return shown
}

// Context implements management.Agent.
func (m *Memory) Context(_ context.Context, selection ipc.Selection) (management.Context, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, source, err := m.selectLocked(selection)
	if err != nil {
		return management.Context{}, err
	}
	shown := m.describeLocked(c)
	shown.Source = source
	return shown, nil
}

// UseContext implements management.Agent.
func (m *Memory) UseContext(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, found := m.contexts[name]; !found {
		return missing(name)
	}
	m.current = name
	return nil
}

// RenameContext implements management.Agent.
func (m *Memory) RenameContext(_ context.Context, from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, found := m.contexts[from]
	if !found {
		return missing(from)
	}
	if _, taken := m.contexts[to]; taken {
		return &ipc.Error{Code: ipc.Exists, Message: "there is a context " + strconv.Quote(to) + " already", Hint: "choose another name"}
	}
	c.Name = to
	delete(m.contexts, from)
	m.contexts[to] = c
	if m.current == from {
		m.current = to
	}
	return nil
}

// DeleteContext implements management.Agent.
func (m *Memory) DeleteContext(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, found := m.contexts[name]; !found {
		return missing(name)
	}
	delete(m.contexts, name)
	if m.current == name {
		m.current = ""
	}
	return nil
}
