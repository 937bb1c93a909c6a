package daemon

import (
	"context"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// gate is the Agent that a peer has: what changes something goes through decide first, under
// the operation's own name. What only reads goes to the agent as it is; and what hands over a
// token is decided there, when it is known which (release).
type gate struct{ *agent }

// decideOn decides about a context by name; empty: about none, or all.
func (g *gate) decideOn(ctx context.Context, verb, name string) error {
	what := act{verb: verb, context: name}
	if b := g.daemon.vault.opened(); b != nil {
		if c, found := b.Get(name); found {
			what.host = hostOfEndpoint(c.Endpoint)
		}
	}
	return g.decide(ctx, what)
}

// decideFor decides about the context that a selection means.
func (g *gate) decideFor(ctx context.Context, verb string, selection ipc.Selection) error {
	chosen, err := g.choose(ctx, selection)
	if err != nil {
		return err
	}
	return g.decideOn(ctx, verb, chosen.context.Name)
}

// UseContext implements management.Agent.
func (g *gate) UseContext(ctx context.Context, name string) error {
	if err := g.decideOn(ctx, management.OpUse, name); err != nil {
		return err
	}
	return g.agent.UseContext(ctx, name)
}

// RenameContext implements management.Agent.
func (g *gate) RenameContext(ctx context.Context, from, to string) error {
	if err := g.decideOn(ctx, management.OpRename, from); err != nil {
		return err
	}
	return g.agent.RenameContext(ctx, from, to)
}

// DeleteContext implements management.Agent.
func (g *gate) DeleteContext(ctx context.Context, name string) error {
	if err := g.decideOn(ctx, management.OpDelete, name); err != nil {
		return err
	}
	return g.agent.DeleteContext(ctx, name)
}

// Login implements management.Agent.
func (g *gate) Login(ctx context.Context, login management.Login) (management.LoggedIn, error) {
	if err := g.decideOn(ctx, management.OpLogin, g.daemon.loginName(login.Context)); err != nil {
		return management.LoggedIn{}, err
	}
	return g.agent.Login(ctx, login)
}

// StartLogin implements management.Agent.
func (g *gate) StartLogin(ctx context.Context, wish management.BrowserLogin) (management.Approval, error) {
	if err := g.decideOn(ctx, management.OpStartLogin, g.daemon.loginName(wish.Context)); err != nil {
		return management.Approval{}, err
	}
	return g.agent.StartLogin(ctx, wish)
}

// Logout implements management.Agent.
func (g *gate) Logout(ctx context.Context, which management.Logout) ([]string, error) {
	if err := g.decideOn(ctx, management.OpLogout, which.Context); err != nil {
		return nil, err
	}
	return g.agent.Logout(ctx, which)
}

// Import implements management.Agent.
func (g *gate) Import(ctx context.Context, request management.Import) (management.Imported, error) {
	if err := g.decideOn(ctx, management.OpImport, ""); err != nil {
		return management.Imported{}, err
	}
	return g.agent.Import(ctx, request)
}

// CreateToken implements management.Agent.
func (g *gate) CreateToken(ctx context.Context, wish management.NewToken) (management.CreatedToken, error) {
	if err := g.decideFor(ctx, management.OpCreateToken, wish.Selection); err != nil {
		return management.CreatedToken{}, err
	}
	return g.agent.CreateToken(ctx, wish)
}

// DeleteToken implements management.Agent.
func (g *gate) DeleteToken(ctx context.Context, selection ipc.Selection, uid string) (management.DeletedToken, error) {
	if err := g.decideFor(ctx, management.OpDeleteToken, selection); err != nil {
		return management.DeletedToken{}, err
	}
	return g.agent.DeleteToken(ctx, selection, uid)
}

// Revoke implements management.Agent.
func (g *gate) Revoke(ctx context.Context, name string) ([]management.DeletedToken, error) {
	if err := g.decideOn(ctx, management.OpRevoke, name); err != nil {
		return nil, err
	}
	return g.agent.Revoke(ctx, name)
}

// Renew implements management.Agent.
func (g *gate) Renew(ctx context.Context, selection ipc.Selection, uid string) (management.Renewed, error) {
	if err := g.decideFor(ctx, management.OpRenew, selection); err != nil {
		return management.Renewed{}, err
	}
	return g.agent.Renew(ctx, selection, uid)
}

// AddHost implements management.Agent.
func (g *gate) AddHost(ctx context.Context, binding management.Binding) (management.Host, error) {
	if err := g.decideFor(ctx, management.OpAddHost, binding.Selection); err != nil {
		return management.Host{}, err
	}
	return g.agent.AddHost(ctx, binding)
}

// RemoveHost implements management.Agent.
func (g *gate) RemoveHost(ctx context.Context, binding management.Binding) (management.Host, error) {
	if err := g.decideFor(ctx, management.OpRemoveHost, binding.Selection); err != nil {
		return management.Host{}, err
	}
	return g.agent.RemoveHost(ctx, binding)
}

// Unlock implements management.Agent.
func (g *gate) Unlock(ctx context.Context, passphrase credential.Secret) error {
	if err := g.decideOn(ctx, management.OpUnlock, ""); err != nil {
		return err
	}
	return g.agent.Unlock(ctx, passphrase)
}

// Lock implements management.Agent.
func (g *gate) Lock(ctx context.Context) error {
	if err := g.decideOn(ctx, management.OpLock, ""); err != nil {
		return err
	}
	return g.agent.Lock(ctx)
}

// Migrate implements management.Agent.
func (g *gate) Migrate(ctx context.Context, migration management.Migration) (management.Store, error) {
	if err := g.decideOn(ctx, management.OpMigrate, ""); err != nil {
		return management.Store{}, err
	}
	return g.agent.Migrate(ctx, migration)
}

// ForgetStore implements management.Agent.
func (g *gate) ForgetStore(ctx context.Context) error {
	if err := g.decideOn(ctx, management.OpForgetStore, ""); err != nil {
		return err
	}
	return g.agent.ForgetStore(ctx)
}

// Allow implements management.Agent.
func (g *gate) Allow(ctx context.Context, path string) (management.DirectoryFile, error) {
	if err := g.decideOn(ctx, management.OpAllow, ""); err != nil {
		return management.DirectoryFile{}, err
	}
	return g.agent.Allow(ctx, path)
}

// Deny implements management.Agent.
func (g *gate) Deny(ctx context.Context, path string) (management.DirectoryFile, error) {
	if err := g.decideOn(ctx, management.OpDeny, ""); err != nil {
		return management.DirectoryFile{}, err
	}
	return g.agent.Deny(ctx, path)
}

// Grant implements management.Agent. A grant for several hosts is decided for each.
func (g *gate) Grant(ctx context.Context, wish management.GrantWish) (management.Grant, error) {
	chosen, err := g.choose(ctx, wish.Selection)
	if err != nil {
		return management.Grant{}, err
	}
	hosts := wish.Hosts
	if len(hosts) == 0 {
		hosts = []string{hostOfEndpoint(chosen.context.Endpoint)}
	}
	for _, host := range hosts {
		what := act{verb: management.OpGrant, context: chosen.context.Name, host: host}
		if err := g.decide(ctx, what); err != nil {
			return management.Grant{}, err
		}
	}
	return g.agent.Grant(ctx, wish)
}
