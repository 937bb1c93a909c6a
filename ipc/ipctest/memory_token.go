package ipctest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// madeToken is a token at the Memory's cloud.
type madeToken struct {
	shown management.CloudToken
	value credential.Secret
}

// Tokens implements management.Agent.
func (m *Memory) Tokens(_ context.Context, selection ipc.Selection, search string) ([]management.CloudToken, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, _, err := m.selectLocked(selection); err != nil {
		return nil, err
	}
	list := []management.CloudToken{}
	for _, made := range m.cloud {
		if strings.Contains(made.shown.Name, search) {
			list = append(list, made.shown)
		}
	}
	slices.SortFunc(list, func(a, b management.CloudToken) int { return cmp.Compare(a.UID, b.UID) })
	return list, nil
}

// Token implements management.Agent.
func (m *Memory) Token(_ context.Context, selection ipc.Selection, uid string) (management.CloudToken, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, _, err := m.selectLocked(selection); err != nil {
		return management.CloudToken{}, err
	}
	made, found := m.cloud[uid]
	if !found {
		return management.CloudToken{}, noSuchToken(uid)
	}
	return made.shown, nil
}

func noSuchToken(uid string) error {
	return &ipc.Error{Code: ipc.NotFound, Message: "there is no token " + strconv.Quote(uid), Hint: "list them"}
}

// CreateToken implements management.Agent.
func (m *Memory) CreateToken(_ context.Context, wish management.NewToken) (management.CreatedToken, error) {
	if wish.Name == "" || (!wish.Access.Known() && len(wish.Scopes) == 0) {
		return management.CreatedToken{}, &ipc.Error{Code: ipc.Usage, Message: "a token needs a name and an access", Hint: "give them"}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c, _, err := m.selectLocked(wish.Selection)
	if err != nil {
		return management.CreatedToken{}, err
	}
	uid := m.nameLocked("token")
	made := madeToken{value: credential.NewSecret("made-up-" + uid), shown: management.CloudToken{
		UID: uid, Name: wish.Name, Description: wish.Description, Scopes: wish.Scopes, Labels: []string{},
		Kind: string(credential.KindPersonal), Access: wish.Access.Words(), CreatedBy: MemoryUser, IsAPIToken: wish.Access.Developer,
	}}
	created := management.CreatedToken{Value: made.value}
	if wish.Keep {
		made.shown.Kept, created.Value = c.Name, credential.Secret{}
		c.Tokens = append(slices.Clone(c.Tokens), credential.Token{
			UID: uid, Name: wish.Name, Kind: credential.KindPersonal, Access: wish.Access,
			Origin: credential.OriginCreated, Value: made.value,
		})
		m.contexts[c.Name] = c
	}
	if m.cloud == nil {
		m.cloud = make(map[string]madeToken)
	}
	m.cloud[uid] = made
	created.Token = made.shown
	return created, nil
}

// DeleteToken implements management.Agent.
func (m *Memory) DeleteToken(_ context.Context, selection ipc.Selection, uid string) (management.DeletedToken, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, _, err := m.selectLocked(selection); err != nil {
		return management.DeletedToken{}, err
	}
	made, found := m.cloud[uid]
	if !found {
		return management.DeletedToken{}, noSuchToken(uid)
	}
	delete(m.cloud, uid)
	deleted := management.DeletedToken{UID: uid, Name: made.shown.Name}
	for _, name := range slices.Sorted(maps.Keys(m.contexts)) {
		if m.forgetLocked(name, uid) {
			deleted.Forgotten = append(deleted.Forgotten, name)
		}
	}
	return deleted, nil
}

// forgetLocked takes a token out of a context, and reports whether it was there.
func (m *Memory) forgetLocked(name, uid string) bool {
	c := m.contexts[name]
	before := len(c.Tokens)
	c.Tokens = slices.DeleteFunc(slices.Clone(c.Tokens), func(t credential.Token) bool { return t.UID == uid && uid != "" })
	m.contexts[name] = c
	return len(c.Tokens) < before
}

// Revoke implements management.Agent.
func (m *Memory) Revoke(ctx context.Context, name string) ([]management.DeletedToken, error) {
	m.mu.Lock()
	c, found := m.contexts[name]
	m.mu.Unlock()
	if !found {
		return nil, missing(name)
	}
	list := []management.DeletedToken{}
	for _, t := range c.Tokens {
		if !t.Ours() || t.UID == "" {
			continue
		}
		deleted, err := m.DeleteToken(ctx, ipc.Selection{Context: name}, t.UID)
		if err != nil {
			return list, err
		}
		list = append(list, deleted)
	}
	return list, nil
}

// Renew implements management.Agent: the new token has the old one's access.
func (m *Memory) Renew(ctx context.Context, selection ipc.Selection, uid string) (management.Renewed, error) {
	m.mu.Lock()
	c, _, err := m.selectLocked(selection)
	m.mu.Unlock()
	if err != nil {
		return management.Renewed{}, err
	}
	i := slices.IndexFunc(c.Tokens, func(t credential.Token) bool { return t.UID != "" && (uid == "" || t.UID == uid) })
	if i < 0 {
		return management.Renewed{}, noSuchToken(uid)
	}
	old := c.Tokens[i]
	created, err := m.CreateToken(ctx, management.NewToken{Selection: selection, Name: old.Name, Access: old.Access, Keep: true})
	if err != nil {
		return management.Renewed{}, err
	}
	if _, err := m.DeleteToken(ctx, selection, old.UID); err != nil {
		return management.Renewed{}, err
	}
	return management.Renewed{
		Context: c.Name,
		Old:     management.Token{UID: old.UID, Name: old.Name, Kind: string(old.Kind), Access: old.Access.Words()},
		New:     management.Token{UID: created.Token.UID, Name: old.Name, Kind: string(old.Kind), Access: old.Access.Words()},
	}, nil
}
