package ipctest

import (
	"context"
	"slices"
	"strconv"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// guard is what a Memory knows of who gets what: there are no rules, and all is recorded.
type guard struct {
	locked  bool
	grants  []management.Grant
	records []management.LogRecord
}

// Lock implements management.Agent.
func (m *Memory) Lock(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.guard.locked = true
	return nil
}

// Unlock implements management.Agent.
func (m *Memory) Unlock(context.Context, credential.Secret) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.guard.locked = false
	return nil
}

// errLocked is what a Memory that is locked answers.
var errLocked = &ipc.Error{Code: ipc.Locked, Message: "it is locked", Hint: "unlock it"}

// recordLocked notes that something was given, or done.
func (m *Memory) recordLocked(verb, context string) {
	m.guard.records = append(m.guard.records, management.LogRecord{
		Seq: uint64(len(m.guard.records)) + 1, Time: m.Now().UTC(), PID: 1, Verb: verb, Context: context, Answer: "allow",
	})
}

// Grant implements management.Agent.
func (m *Memory) Grant(_ context.Context, wish management.GrantWish) (management.Grant, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, _, err := m.selectLocked(wish.Selection)
	if err != nil {
		return management.Grant{}, err
	}
	if wish.TTL <= 0 {
		return management.Grant{}, &ipc.Error{Code: ipc.Usage, Message: "a grant has a time", Hint: "give it one"}
	}
	m.made++
	given := management.Grant{
		ID: "grant-" + strconv.Itoa(m.made), Context: c.Name, Hosts: wish.Hosts, Expires: m.Now().Add(wish.TTL).UTC(),
		Limited: wish.Uses > 0, Left: wish.Uses, PID: 1,
	}
	m.guard.grants = append(m.guard.grants, given)
	m.recordLocked(management.OpGrant, c.Name)
	return given, nil
}

// EndGrant implements management.Agent.
func (m *Memory) EndGrant(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := len(m.guard.grants)
	m.guard.grants = slices.DeleteFunc(m.guard.grants, func(g management.Grant) bool { return g.ID == id })
	if len(m.guard.grants) == before {
		return &ipc.Error{Code: ipc.NotFound, Message: "there is no such grant", Hint: "list them"}
	}
	return nil
}

// Grants implements management.Agent.
func (m *Memory) Grants(context.Context) ([]management.Grant, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]management.Grant{}, m.guard.grants...), nil
}

// TestPolicy implements management.Agent.
func (m *Memory) TestPolicy(_ context.Context, test management.PolicyTest) (management.Explanation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, _, err := m.selectLocked(test.Selection)
	if err != nil {
		return management.Explanation{}, err
	}
	verb := test.Verb
	if verb == "" {
		verb = "get"
	}
	return management.Explanation{Answer: "allow", Verb: verb, Context: c.Name, Executables: []string{test.Program}}, nil
}

// Log implements management.Agent.
func (m *Memory) Log(_ context.Context, query management.LogQuery) ([]management.LogRecord, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := []management.LogRecord{}
	for _, r := range m.guard.records {
		if r.Seq > query.After && (query.Context == "" || query.Context == r.Context) {
			list = append(list, r)
		}
	}
	if query.Limit > 0 && len(list) > query.Limit {
		list = list[len(list)-query.Limit:]
	}
	return list, nil
}

// VerifyLog implements management.Agent.
func (m *Memory) VerifyLog(context.Context) (management.LogCheck, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := uint64(len(m.guard.records))
	return management.LogCheck{Whole: true, Files: 1, Records: n, First: min(1, n), Last: n}, nil
}
