package daemon

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/daemon/internal/signin"
	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

const (
	// awaitTime is how long one AwaitLogin waits. It is shorter than the time after
	// which a client tells its person that it waits for the daemon.
	awaitTime = time.Second
	// longestRetry is the longest pause between two tries to keep an approved token.
	longestRetry = 16 * time.Second
)

// signIns is the desk of the logins by browser.
type signIns = signin.Desk[management.LoggedIn]

// StartLogin implements management.Agent. Whatever can be refused is refused before a
// person is sent to a browser: a name that cannot be kept, a store that cannot be
// written, another login in the place of this one.
func (a *agent) StartLogin(ctx context.Context, wish management.BrowserLogin) (management.Approval, error) {
	d := a.daemon
	book, err := d.vault.open(ctx)
	if err != nil {
		return management.Approval{}, coded(err)
	}
	name := d.loginName(wish.Context)
	if err := store.ValidateName(name); err != nil {
		return management.Approval{}, coded(err)
	}
	address, err := d.loginEndpoint(wish.Endpoint)
	if err != nil {
		return management.Approval{}, err
	}
	if c, found := book.Get(name); found {
		if _, err := joined(c, address, bentocloud.Account{}, credential.Token{}, wish.Replace); err != nil {
			return management.Approval{}, err
		}
	}
	goal := admission{name: name, endpoint: address, replace: wish.Replace}
	login, joined, err := d.signIns.Begin(ctx, name, func(ctx context.Context) (signin.Plan[management.LoggedIn], error) {
		return d.planLogin(ctx, goal)
	})
	if err != nil {
		return management.Approval{}, coded(err)
	}
	if login.Endpoint != address {
		_ = d.signIns.Leave(login.ID) // it may have ended already
		return management.Approval{}, &ipc.Error{
			Code:    ipc.Exists,
			Message: "another login of context " + quoted(name) + " waits for its approval, at " + login.Endpoint,
			Hint:    "finish that one first, or choose another name with --context",
		}
	}
	return management.Approval{
		ID: login.ID, Context: name, Endpoint: address, Page: login.Page, Deadline: login.Deadline, Joined: joined,
	}, nil
}

// planLogin gets a code from the endpoint.
func (d *Daemon) planLogin(ctx context.Context, goal admission) (signin.Plan[management.LoggedIn], error) {
	if _, err := d.vault.probe(ctx); err != nil {
		return signin.Plan[management.LoggedIn]{}, err
	}
	code, err := d.cloud.Load().LoginCode(ctx, goal.endpoint)
	if err != nil {
		return signin.Plan[management.LoggedIn]{}, err
	}
	settings, _ := d.watcher.Current() // a bad file leaves good settings in force
	d.config.Log.Info("waiting for a login to be approved", "context", goal.name, "endpoint", goal.endpoint)
	return signin.Plan[management.LoggedIn]{
		Page:     code.Page,
		Endpoint: goal.endpoint,
		Lifetime: settings.Login.BrowserTimeout,
		Ask: func(ctx context.Context) (signin.Answer[management.LoggedIn], error) {
			return d.collect(ctx, goal, code.Value)
		},
	}, nil
}

// collect asks whether a login was approved, and keeps its token when it was.
func (d *Daemon) collect(ctx context.Context, goal admission, code credential.Secret) (signin.Answer[management.LoggedIn], error) {
	var answer signin.Answer[management.LoggedIn]
	token, err := d.cloud.Load().Collect(ctx, goal.endpoint, code)
	var said *bentocloud.Error
	switch {
	case err == nil:
		goal.token = token
		in, err := d.admitCollected(ctx, goal)
		answer.Done = &in
		return answer, err
	case errors.Is(err, bentocloud.ErrDenied), errors.Is(err, bentocloud.ErrCodeExpired), !errors.As(err, &said):
		return answer, err
	case errors.Is(err, bentocloud.ErrPending) && said.Status != http.StatusTooManyRequests:
		answer.Word = strconv.Itoa(said.Status) + " " + said.Detail
	default:
		answer.Trouble = err.Error()
	}
	return answer, nil
}

// admitCollected keeps the token of an approved login. A code gives its token once, so
// the cloud's moods are waited out here; and a token that cannot be kept is deleted
// again, for nobody would have it.
func (d *Daemon) admitCollected(ctx context.Context, goal admission) (management.LoggedIn, error) {
	in, err := d.admit(ctx, goal)
	for pause := time.Second; passing(err) && pause <= longestRetry; pause *= 2 {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return in, d.unmake(ctx, goal, err)
		}
		in, err = d.admit(ctx, goal)
	}
	if err != nil {
		return in, d.unmake(ctx, goal, err)
	}
	return in, nil
}

// unmake deletes the token of a login that could not be kept, and returns why not.
func (d *Daemon) unmake(ctx context.Context, goal admission, why error) error {
	return d.discard(ctx, credential.Context{Endpoint: goal.endpoint}, goal.token, goal.token, givenUp(why))
}

// givenUp returns err; in the place of one that only says that the login was cut short, one
// that says by whom.
func givenUp(err error) error {
	if !errors.Is(err, context.Canceled) {
		return err
	}
	return &ipc.Error{
		Code:    ipc.TimedOut,
		Message: "the login was given up: the daemon leaves, or nobody waits for it any more",
		Hint:    "run `bento-cred login` again",
	}
}

// passing reports whether err may be gone when the same is tried again.
func passing(err error) bool {
	return errors.Is(err, bentocloud.ErrUnreachable) || errors.Is(err, bentocloud.ErrTimeout) ||
		errors.Is(err, bentocloud.ErrServer)
}

// AwaitLogin implements management.Agent.
func (a *agent) AwaitLogin(ctx context.Context, id string) (management.Progress, error) {
	login, err := a.daemon.signIns.Find(id)
	if err != nil {
		return management.Progress{}, coded(err)
	}
	done, trouble, err := login.Await(ctx, awaitTime)
	return management.Progress{Deadline: login.Deadline, Trouble: trouble, Done: done}, coded(givenUp(err))
}

// LeaveLogin implements management.Agent.
func (a *agent) LeaveLogin(_ context.Context, id string) error {
	return coded(a.daemon.signIns.Leave(id))
}
