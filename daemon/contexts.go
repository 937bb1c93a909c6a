package daemon

import (
	"context"
	"errors"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/book"
	"github.com/bento-cred/bento-cred/daemon/internal/lifetime"
	"github.com/bento-cred/bento-cred/daemon/internal/state"
	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// Contexts implements management.Agent.
func (a *agent) Contexts(ctx context.Context) ([]management.Context, error) {
	b, err := a.daemon.vault.open(ctx)
	if err != nil {
		return nil, coded(err)
	}
	list := []management.Context{}
	for _, c := range b.All() {
		list = append(list, a.daemon.describe(c))
	}
	return list, nil
}

// Context implements management.Agent.
func (a *agent) Context(ctx context.Context, selection ipc.Selection) (management.Context, error) {
	chosen, err := a.choose(ctx, selection)
	if err != nil {
		return management.Context{}, err
	}
	shown := a.daemon.describe(chosen.context)
	shown.Source = chosen.source
	return shown, nil
}

// UseContext implements management.Agent.
func (a *agent) UseContext(ctx context.Context, name string) error {
	b, err := a.daemon.vault.open(ctx)
	if err != nil {
		return coded(err)
	}
	if _, found := b.Get(name); !found {
		return notFound(name, "")
	}
	return coded(a.daemon.setCurrent(name))
}

// RenameContext implements management.Agent.
func (a *agent) RenameContext(ctx context.Context, from, to string) error {
	if err := store.ValidateName(to); err != nil {
		return coded(err)
	}
	b, err := a.daemon.vault.open(ctx)
	if err != nil {
		return coded(err)
	}
	err = b.Rename(ctx, from, to, func() error {
		if a.daemon.state.Get().Current != from {
			return nil
		}
		return a.daemon.setCurrent(to)
	})
	switch {
	case err == nil && from != to:
		a.daemon.untell(ctx, from, to)
		a.daemon.nudge() // it is looked after under its new name from now on
	case errors.Is(err, book.ErrNotFound):
		return notFound(from, "")
	case errors.Is(err, book.ErrExists):
		return &ipc.Error{
			Code:    ipc.Exists,
			Message: "there is a context " + quoted(to) + " already",
			Hint:    "choose another name, or run `bento-cred context delete " + to + "` first",
		}
	}
	return coded(err)
}

// DeleteContext implements management.Agent.
func (a *agent) DeleteContext(ctx context.Context, name string) error {
	b, err := a.daemon.vault.open(ctx)
	if err != nil {
		return coded(err)
	}
	err = b.Delete(ctx, name)
	if errors.Is(err, book.ErrNotFound) {
		return notFound(name, "")
	}
	if err != nil {
		return coded(err)
	}
	a.daemon.untell(ctx, name, "")
	if a.daemon.state.Get().Current != name {
		return nil
	}
	return coded(a.daemon.setCurrent(""))
}

// Logout implements management.Agent.
func (a *agent) Logout(ctx context.Context, which management.Logout) ([]string, error) {
	b, err := a.daemon.vault.open(ctx)
	if err != nil {
		return nil, coded(err)
	}
	names := []string{which.Context}
	if which.All {
		names = nil
		for _, c := range b.All() {
			names = append(names, c.Name)
		}
		names = append(names, b.Damaged()...)
	}
	for i, name := range names {
		if err := a.DeleteContext(ctx, name); err != nil {
			return names[:i], err
		}
	}
	return names, nil
}

// current returns the name of the current context; "" where there is none, or where one
// is remembered that is not kept: a crash may fall between the two.
func (d *Daemon) current(b *book.Book) string {
	name := d.state.Get().Current
	if _, found := b.Get(name); !found {
		return ""
	}
	return name
}

// setCurrent makes the context called name the current one.
func (d *Daemon) setCurrent(name string) error {
	return d.state.Change(func(s *state.State) { s.Current = name })
}

// describe returns c as it is shown, without secrets.
func (d *Daemon) describe(c credential.Context) management.Context {
	settings, _ := d.watcher.Current() // a bad file leaves good settings in force
	how := settings.RenewalOf(c.Name)
	c = d.pulses.fresh(c)
	shown := management.Context{
		Name:         c.Name,
		Endpoint:     c.Endpoint,
		Organization: c.Organization,
		User:         c.User,
		Email:        c.Email,
		Current:      d.state.Get().Current == c.Name,
		Tokens:       []management.Token{},
		Renewal: management.Renewal{
			Mode: string(how.Renew), Window: how.Window.String(), Grace: how.Grace.String(),
		},
	}
	for _, t := range c.Tokens {
		shown.Tokens = append(shown.Tokens, d.describeToken(c.Name, t))
	}
	for _, w := range d.warnings(c) {
		shown.Warnings = append(shown.Warnings, w.text)
	}
	return shown
}

// describeToken returns a token of the context called name as it is shown.
func (d *Daemon) describeToken(name string, t credential.Token) management.Token {
	now := d.config.Now()
	shown := management.Token{
		UID:         t.UID,
		Name:        t.Name,
		Description: t.Description,
		Kind:        string(t.Kind),
		Access:      t.Access.Words(),
		Expired:     t.Expired(now),
		Origin:      string(t.Origin),
		Refused:     t.Refused,
		Created:     known(t.Created),
		Expires:     known(t.Expires),
		LastUsed:    known(t.LastUsed),
		Retires:     known(t.Retires),
	}
	d.pulses.with(name, t, func(p *pulse) { shown.Checked = known(p.checked.UTC().Truncate(time.Second)) })
	if left, total, known := lifetime.Left(t, now); known {
		shown.Life = &management.Life{Left: int64(left / time.Second), Total: int64(total / time.Second)}
	}
	return shown
}
