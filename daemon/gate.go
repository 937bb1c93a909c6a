package daemon

import (
	"cmp"
	"context"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/internal/endpoint"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// decidedOperations are those that gate decides about. No program may claim one of them as
// what it wants a token for.
var decidedOperations = []string{
	management.OpUse, management.OpRename, management.OpDelete, management.OpLogin, management.OpStartLogin,
	management.OpLogout, management.OpImport, management.OpCreateToken, management.OpDeleteToken, management.OpRevoke,
	management.OpRenew, management.OpAddHost, management.OpRemoveHost, management.OpUnlock, management.OpLock,
	management.OpMigrate, management.OpForgetStore, management.OpAllow, management.OpDeny, management.OpGrant, management.OpStop,
}

// gate is the Agent that a peer has: what changes something goes through decide first, under
// the operation's own name. What only reads goes to the agent as it is; and what hands over a
// token is decided there, when it is known which (release). EndGrant, which only the grant's
// own process may ask for, is not decided.
//
// Which context an operation is about is settled here, and handed on: what is chosen anew
// later could be another one.
type gate struct{ *agent }

// decideOn decides about a context by name.
func (g *gate) decideOn(ctx context.Context, verb, name, detail string) error {
	b, err := g.daemon.vault.open(ctx)
	if err != nil {
		return coded(err)
	}
	what := act{verb: verb, context: name, detail: detail}
	if c, found := b.Get(name); found {
		what.host = hostOfEndpoint(c.Endpoint)
	}
	return g.decide(ctx, what)
}

// decideFor decides about the context that a selection means, and returns the selection of
// just that one.
func (g *gate) decideFor(ctx context.Context, verb string, selection ipc.Selection, detail string) (ipc.Selection, error) {
	chosen, err := g.choose(ctx, selection)
	if err != nil {
		return selection, err
	}
	selection.Context, selection.Source = chosen.context.Name, chosen.source
	return selection, g.decideOn(ctx, verb, chosen.context.Name, detail)
}

// UseContext implements management.Agent.
func (g *gate) UseContext(ctx context.Context, name string) error {
	if err := g.decideOn(ctx, management.OpUse, name, ""); err != nil {
		return err
	}
	return g.agent.UseContext(ctx, name)
}

// RenameContext implements management.Agent. Both names are decided about.
func (g *gate) RenameContext(ctx context.Context, from, to string) error {
	for _, name := range []string{from, to} {
		if err := g.decideOn(ctx, management.OpRename, name, from+" to "+to); err != nil {
			return err
		}
	}
	return g.agent.RenameContext(ctx, from, to)
}

// DeleteContext implements management.Agent.
func (g *gate) DeleteContext(ctx context.Context, name string) error {
	if err := g.decideOn(ctx, management.OpDelete, name, ""); err != nil {
		return err
	}
	return g.agent.DeleteContext(ctx, name)
}

// decideLogin decides about a login, and returns the name of its context.
func (g *gate) decideLogin(ctx context.Context, verb, name, endpoint string) (string, error) {
	if _, err := g.daemon.vault.open(ctx); err != nil { // which is the current context?
		return "", coded(err)
	}
	name = g.daemon.loginName(name)
	address, err := g.daemon.loginEndpoint(endpoint)
	if err != nil {
		return "", err
	}
	return name, g.decide(ctx, act{verb: verb, context: name, host: hostOfEndpoint(address), detail: "at " + address})
}

// Login implements management.Agent.
func (g *gate) Login(ctx context.Context, login management.Login) (in management.LoggedIn, err error) {
	if login.Context, err = g.decideLogin(ctx, management.OpLogin, login.Context, login.Endpoint); err != nil {
		return in, err
	}
	return g.agent.Login(ctx, login)
}

// StartLogin implements management.Agent.
func (g *gate) StartLogin(ctx context.Context, wish management.BrowserLogin) (approval management.Approval, err error) {
	if wish.Context, err = g.decideLogin(ctx, management.OpStartLogin, wish.Context, wish.Endpoint); err != nil {
		return approval, err
	}
	return g.agent.StartLogin(ctx, wish)
}

// Logout implements management.Agent.
func (g *gate) Logout(ctx context.Context, which management.Logout) ([]string, error) {
	var err error
	if which.All {
		err = g.decide(ctx, act{verb: management.OpLogout, anyContext: true, anyHost: true, detail: "all contexts"})
	} else {
		err = g.decideOn(ctx, management.OpLogout, which.Context, "")
	}
	if err != nil {
		return nil, err
	}
	return g.agent.Logout(ctx, which)
}

// Import implements management.Agent. Which contexts it brings is in the file.
func (g *gate) Import(ctx context.Context, request management.Import) (management.Imported, error) {
	what := act{verb: management.OpImport, anyContext: true, anyHost: true, detail: request.Path}
	if err := g.decide(ctx, what); err != nil {
		return management.Imported{}, err
	}
	return g.agent.Import(ctx, request)
}

// CreateToken implements management.Agent.
func (g *gate) CreateToken(ctx context.Context, wish management.NewToken) (made management.CreatedToken, err error) {
	detail := wish.Name + " for " + wish.Access.String() + " until " + cmp.Or(wish.Expires, "it is deleted")
	if wish.Selection, err = g.decideFor(ctx, management.OpCreateToken, wish.Selection, detail); err != nil {
		return made, err
	}
	return g.agent.CreateToken(ctx, wish)
}

// DeleteToken implements management.Agent.
func (g *gate) DeleteToken(ctx context.Context, selection ipc.Selection, uid string) (management.DeletedToken, error) {
	selection, err := g.decideFor(ctx, management.OpDeleteToken, selection, uid)
	if err != nil {
		return management.DeletedToken{}, err
	}
	return g.agent.DeleteToken(ctx, selection, uid)
}

// Revoke implements management.Agent.
func (g *gate) Revoke(ctx context.Context, name string) ([]management.DeletedToken, error) {
	if err := g.decideOn(ctx, management.OpRevoke, name, ""); err != nil {
		return nil, err
	}
	return g.agent.Revoke(ctx, name)
}

// Renew implements management.Agent.
func (g *gate) Renew(ctx context.Context, selection ipc.Selection, uid string) (management.Renewed, error) {
	selection, err := g.decideFor(ctx, management.OpRenew, selection, uid)
	if err != nil {
		return management.Renewed{}, err
	}
	return g.agent.Renew(ctx, selection, uid)
}

// decideHost decides about a host that is bound to a context, or is no more: it is the host
// that a token may go to then.
func (g *gate) decideHost(ctx context.Context, verb string, binding management.Binding) (management.Binding, error) {
	origin, err := endpoint.Origin(binding.URL)
	if err != nil {
		return binding, coded(err)
	}
	chosen, err := g.choose(ctx, binding.Selection)
	if err != nil {
		return binding, err
	}
	binding.Context, binding.Source = chosen.context.Name, chosen.source
	return binding, g.decide(ctx, act{verb: verb, context: binding.Context, host: hostOfEndpoint(origin), detail: origin})
}

// AddHost implements management.Agent.
func (g *gate) AddHost(ctx context.Context, binding management.Binding) (management.Host, error) {
	binding, err := g.decideHost(ctx, management.OpAddHost, binding)
	if err != nil {
		return management.Host{}, err
	}
	return g.agent.AddHost(ctx, binding)
}

// RemoveHost implements management.Agent.
func (g *gate) RemoveHost(ctx context.Context, binding management.Binding) (management.Host, error) {
	binding, err := g.decideHost(ctx, management.OpRemoveHost, binding)
	if err != nil {
		return management.Host{}, err
	}
	return g.agent.RemoveHost(ctx, binding)
}

// Unlock implements management.Agent.
func (g *gate) Unlock(ctx context.Context, passphrase credential.Secret) error {
	if err := g.decide(ctx, act{verb: management.OpUnlock}); err != nil {
		return err
	}
	return g.agent.Unlock(ctx, passphrase)
}

// Lock implements management.Agent.
func (g *gate) Lock(ctx context.Context) error {
	if err := g.decide(ctx, act{verb: management.OpLock, lessens: true}); err != nil {
		return err
	}
	return g.agent.Lock(ctx)
}

// Migrate implements management.Agent. A store that is locked stays closed.
func (g *gate) Migrate(ctx context.Context, migration management.Migration) (management.Store, error) {
	if g.daemon.locked() {
		return management.Store{}, coded(errLockedByHand)
	}
	if err := g.decide(ctx, act{verb: management.OpMigrate, detail: migration.Backend}); err != nil {
		return management.Store{}, err
	}
	return g.agent.Migrate(ctx, migration)
}

// ForgetStore implements management.Agent. It would open the store to see whether it is used.
func (g *gate) ForgetStore(ctx context.Context) error {
	if g.daemon.locked() {
		return coded(errLockedByHand)
	}
	if err := g.decide(ctx, act{verb: management.OpForgetStore}); err != nil {
		return err
	}
	return g.agent.ForgetStore(ctx)
}

// Allow implements management.Agent.
func (g *gate) Allow(ctx context.Context, path string) (management.DirectoryFile, error) {
	if err := g.decide(ctx, act{verb: management.OpAllow, detail: path}); err != nil {
		return management.DirectoryFile{}, err
	}
	return g.agent.Allow(ctx, path)
}

// Deny implements management.Agent.
func (g *gate) Deny(ctx context.Context, path string) (management.DirectoryFile, error) {
	if err := g.decide(ctx, act{verb: management.OpDeny, detail: path}); err != nil {
		return management.DirectoryFile{}, err
	}
	return g.agent.Deny(ctx, path)
}

// Stop implements management.Agent. That a newer program takes an older daemon's place is
// nobody's decision.
func (g *gate) Stop(ctx context.Context, stop management.Stop) error {
	if stop.IfOlderThan == "" {
		if err := g.decide(ctx, act{verb: management.OpStop, lessens: true}); err != nil {
			return err
		}
	}
	return g.agent.Stop(ctx, stop)
}
