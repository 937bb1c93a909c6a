package ipctest

import (
	"context"
	"path/filepath"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// The account everybody has who logs in at a Memory.
const (
	MemoryUser         = "ada"
	MemoryEmail        = "ada@acme.example"
	MemoryOrganization = "acme"
)

// Login implements management.Agent.
func (m *Memory) Login(_ context.Context, login management.Login) (management.LoggedIn, error) {
	if login.Token.IsZero() {
		return management.LoggedIn{}, &ipc.Error{Code: ipc.Usage, Message: "the token is empty", Hint: "give one"}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	name := login.Context
	if name == "" {
		name = "default"
	}
	token := credential.Token{
		Kind: login.Kind, Access: login.Access, Origin: credential.OriginPasted, Value: login.Token,
	}
	if login.Expires != "" {
		expires, err := time.Parse(time.RFC3339, login.Expires)
		if err != nil {
			return management.LoggedIn{}, &ipc.Error{Code: ipc.Usage, Message: "the expiry is no date", Hint: "give a date"}
		}
		token.Expires = expires
	}
	c := m.contexts[name]
	c.Name, c.Endpoint, c.Organization = name, login.Endpoint, MemoryOrganization
	c.User, c.Email = MemoryUser, MemoryEmail
	c.Tokens = append(c.Tokens, token)
	if m.contexts == nil {
		m.contexts = make(map[string]credential.Context)
	}
	m.contexts[name] = c
	if m.current == "" {
		m.current = name
	}
	shown := m.describeLocked(c)
	return management.LoggedIn{Context: shown, Token: shown.Tokens[len(shown.Tokens)-1]}, nil
}

// Logout implements management.Agent.
func (m *Memory) Logout(ctx context.Context, which management.Logout) ([]string, error) {
	names := []string{which.Context}
	if which.All {
		names = nil
		contexts, err := m.Contexts(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range contexts {
			names = append(names, c.Name)
		}
	}
	for _, name := range names {
		if err := m.DeleteContext(ctx, name); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// Import implements management.Agent: no file holds anything.
func (m *Memory) Import(_ context.Context, request management.Import) (management.Imported, error) {
	if !filepath.IsAbs(request.Path) {
		return management.Imported{}, notAbsolute(request.Path)
	}
	return management.Imported{}, &ipc.Error{Code: ipc.NotFound, Message: "there is no such file", Hint: "name another"}
}

// Migrate implements management.Agent: there is no other store.
func (m *Memory) Migrate(_ context.Context, migration management.Migration) (management.Store, error) {
	return management.Store{}, &ipc.Error{Code: ipc.Usage, Message: "there is no store " + migration.Backend, Hint: "choose another"}
}

// ForgetStore implements management.Agent: the memory is always there.
func (m *Memory) ForgetStore(context.Context) error {
	return &ipc.Error{Code: ipc.Denied, Message: "the store is in use", Hint: "move it instead"}
}

// CheckConfig implements management.Agent: every file that might be there is fine.
func (m *Memory) CheckConfig(_ context.Context, path string) (management.ConfigState, error) {
	if path != "" && !filepath.IsAbs(path) {
		return management.ConfigState{}, notAbsolute(path)
	}
	return management.ConfigState{Path: path}, nil
}

// Allow implements management.Agent.
func (m *Memory) Allow(_ context.Context, path string) (management.DirectoryFile, error) {
	return m.permit(path, true)
}

// Deny implements management.Agent.
func (m *Memory) Deny(_ context.Context, path string) (management.DirectoryFile, error) {
	m.mu.Lock()
	known := m.allowed[path]
	m.mu.Unlock()
	if filepath.IsAbs(path) && !known {
		return management.DirectoryFile{}, &ipc.Error{Code: ipc.NotFound, Message: "it was not allowed", Hint: "look at the path"}
	}
	return m.permit(path, false)
}

func (m *Memory) permit(path string, allowed bool) (management.DirectoryFile, error) {
	if !filepath.IsAbs(path) {
		return management.DirectoryFile{}, notAbsolute(path)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.allowed == nil {
		m.allowed = make(map[string]bool)
	}
	m.allowed[path] = allowed
	return management.DirectoryFile{Path: path, Context: m.current}, nil
}

func notAbsolute(path string) error {
	return &ipc.Error{Code: ipc.Usage, Message: path + " is not an absolute path", Hint: "give the whole path"}
}

// Stop implements management.Agent.
func (m *Memory) Stop(_ context.Context, stop management.Stop) error {
	if stop.IfOlderThan != "" {
		return &ipc.Error{Code: ipc.Denied, Message: "the daemon is not older", Hint: "ask without a version"}
	}
	if m.Stopped != nil {
		m.Stopped()
	}
	return nil
}
