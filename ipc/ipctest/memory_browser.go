package ipctest

import (
	"context"
	"strconv"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// flight is a login by browser that waits for Approve.
type flight struct {
	approval management.Approval
	shells   int           // how many wait
	ended    chan struct{} // closed when done and err are set
	done     management.LoggedIn
	err      error
}

// flightTime is how long a login by browser waits, and awaitTime one AwaitLogin.
const (
	flightTime = 10 * time.Minute
	awaitTime  = 10 * time.Millisecond
)

// StartLogin implements management.Agent.
func (m *Memory) StartLogin(_ context.Context, login management.BrowserLogin) (management.Approval, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	name := login.Context
	if name == "" {
		name = "default"
	}
	f, joined := m.flights[name]
	if joined {
		select {
		case <-f.ended:
			joined = false // the next login is another
		default:
		}
	}
	if !joined {
		id := m.nameLocked("login")
		f = &flight{ended: make(chan struct{}), approval: management.Approval{
			ID: id, Context: name, Endpoint: login.Endpoint,
			Page: login.Endpoint + "/api_tokens?code=" + id, Deadline: m.Now().Add(flightTime).UTC().Truncate(time.Second),
		}}
		if m.flights == nil {
			m.flights = make(map[string]*flight)
		}
		m.flights[name] = f
	}
	f.shells++
	approval := f.approval
	approval.Joined = joined
	return approval, nil
}

// Approve approves the login that waits at page, as a person does in a browser.
func (m *Memory) Approve(page string) {
	m.mu.Lock()
	var f *flight
	for _, each := range m.flights {
		if each.approval.Page == page {
			f = each
		}
	}
	m.mu.Unlock()
	if f == nil {
		return
	}
	f.done, f.err = m.Login(context.Background(), management.Login{
		Context: f.approval.Context, Endpoint: f.approval.Endpoint, Kind: credential.KindPersonal,
		Access: credential.Access{Developer: true}, Token: credential.NewSecret("made-up-" + f.approval.ID),
	})
	close(f.ended)
}

// flight returns the login with that id.
func (m *Memory) flight(id string) (*flight, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range m.flights {
		if f.approval.ID == id {
			return f, nil
		}
	}
	return nil, &ipc.Error{Code: ipc.NotFound, Message: "there is no such login", Hint: "begin another"}
}

// AwaitLogin implements management.Agent.
func (m *Memory) AwaitLogin(ctx context.Context, id string) (management.Progress, error) {
	f, err := m.flight(id)
	if err != nil {
		return management.Progress{}, err
	}
	progress := management.Progress{Deadline: f.approval.Deadline}
	select {
	case <-f.ended:
		progress.Done = &f.done
		return progress, f.err
	case <-time.After(awaitTime):
	case <-ctx.Done():
	}
	return progress, nil
}

// LeaveLogin implements management.Agent.
func (m *Memory) LeaveLogin(_ context.Context, id string) error {
	f, err := m.flight(id)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if f.shells--; f.shells == 0 {
		delete(m.flights, f.approval.Context)
	}
	return nil
}

// nameLocked returns a name that was not given out yet.
func (m *Memory) nameLocked(kind string) string {
	m.made++
	return kind + "-" + strconv.Itoa(m.made)
}
