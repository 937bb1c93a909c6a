package daemon

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/internal/endpoint"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// defaultContext is the name of the first login, as BentoML's own client has it.
const defaultContext = "default"

// Login implements management.Agent. The store is tried before the cloud is asked, so
// that nobody is told of a login whose token cannot be kept, and nothing is written
// before the cloud has said whose token it is.
func (a *agent) Login(ctx context.Context, login management.Login) (management.LoggedIn, error) {
	d := a.daemon
	if _, err := d.vault.open(ctx); err != nil { // which is the current context?
		return management.LoggedIn{}, coded(err)
	}
	name := d.loginName(login.Context)
	if err := store.ValidateName(name); err != nil {
		return management.LoggedIn{}, coded(err)
	}
	address, err := d.loginEndpoint(login.Endpoint)
	if err != nil {
		return management.LoggedIn{}, err
	}
	token, err := tokenOf(login, d.config.Now())
	if err != nil {
		return management.LoggedIn{}, err
	}
	if _, err := d.vault.probe(ctx); err != nil {
		return management.LoggedIn{}, coded(err)
	}
	in, err := d.admit(ctx, admission{name: name, endpoint: address, token: token, replace: login.Replace})
	return in, coded(err)
}

// admission is a token on its way into the store.
type admission struct {
	name     string // of the context
	endpoint string // in its normal form
	token    credential.Token
	replace  bool // it may take the place of another login
}

// admit verifies a token and keeps it. It is the end of every login, however the token
// came.
func (d *Daemon) admit(ctx context.Context, wish admission) (management.LoggedIn, error) {
	book, err := d.vault.open(ctx)
	if err != nil {
		return management.LoggedIn{}, err
	}
	cloud, token := d.cloud.Load(), wish.token
	account, warnings, err := verify(ctx, cloud, wish.endpoint, token)
	if err != nil {
		return management.LoggedIn{}, err
	}
	if token.UID == "" {
		if known, found := cloud.Describe(ctx, wish.endpoint, token.Value); found {
			token = completed(token, known)
		}
	}
	err = book.Put(ctx, wish.name, func(c credential.Context) (credential.Context, error) {
		return joined(c, wish.endpoint, account, token, wish.replace)
	})
	if err != nil {
		return management.LoggedIn{}, err
	}
	d.pulses.good(wish.name, token, d.config.Now())
	d.nudge() // it is looked after from now on
	if d.current(book) == "" {
		if err := d.setCurrent(wish.name); err != nil { // the token is kept: no failure of the login
			d.config.Log.Error("making a context the current one", "context", wish.name, "error", err)
			warnings = append(warnings, "the context could not be made the current one: run `bento-cred context use "+wish.name+"`")
		}
	}
	d.config.Log.Info("logged in", "context", wish.name, "endpoint", wish.endpoint, "organization", account.Organization)
	c, _ := book.Get(wish.name)
	return management.LoggedIn{Context: d.describe(c), Token: d.describeToken(c.Name, token), Warnings: warnings}, nil
}

// verify asks the cloud whose token it is. A token that is said to open endpoints alone
// may be refused that question by a cloud that knows the token: that it is known is
// then all that can be verified.
func verify(ctx context.Context, cloud *bentocloud.Client, address string, token credential.Token) (bentocloud.Account, []string, error) {
	account, err := cloud.Verify(ctx, address, token.Value)
	endpointsAlone := token.Access.Known() && !token.Access.Developer
	if errors.Is(err, bentocloud.ErrScope) && endpointsAlone {
		return bentocloud.Account{}, []string{"the endpoint knows this token and does not tell it whose it is"}, nil
	}
	return account, nil, err
}

// loginName returns the name of the context a login is for.
func (d *Daemon) loginName(asked string) string {
	if asked != "" {
		return asked
	}
	if b := d.vault.opened(); b != nil && d.current(b) != "" {
		return d.current(b)
	}
	return defaultContext
}

// loginEndpoint returns the endpoint a login goes to, in its normal form.
func (d *Daemon) loginEndpoint(typed string) (string, error) {
	if typed == "" {
		if err := d.unsettled(); err != nil {
			return "", coded(err)
		}
		settings, _ := d.watcher.Current() // a bad file leaves good settings in force
		typed = settings.Login.Endpoint
	}
	address, err := endpoint.Normalise(typed)
	return address, coded(err)
}

// tokenOf returns the token a login brings, as far as the login describes it.
func tokenOf(login management.Login, now time.Time) (credential.Token, error) {
	kinds := []credential.Kind{
		credential.KindUnknown, credential.KindPersonal, credential.KindOrganization, credential.KindMonitoring,
	}
	kind := login.Kind
	if kind == "" {
		kind = credential.KindUnknown
	}
	if !slices.Contains(kinds, kind) {
		return credential.Token{}, &ipc.Error{
			Code:    ipc.Usage,
			Message: "there is no kind of token " + quoted(string(kind)),
			Hint:    "a token is personal, organization or monitoring",
		}
	}
	token := credential.Token{
		Kind:   kind,
		Access: login.Access,
		Origin: credential.OriginPasted,
		Value:  login.Token,
	}
	if token.Value.IsZero() {
		return credential.Token{}, &ipc.Error{
			Code:    ipc.Usage,
			Message: "the token is empty",
			Hint:    "give it on standard input with --api-token-stdin",
		}
	}
	if login.Expires == "" {
		return token, nil
	}
	var err error
	token.Expires, err = expiryOf(login.Expires, now)
	return token, err
}

// completed adds to a token what the cloud knows of it. What the user said of its
// kind and access stands: the cloud's fields for them are not confirmed.
func completed(token, known credential.Token) credential.Token {
	said := token
	token = known
	token.Origin, token.Value = said.Origin, said.Value
	if said.Kind != credential.KindUnknown {
		token.Kind = said.Kind
	}
	if said.Access.Known() {
		token.Access = said.Access
	}
	if token.Expires.IsZero() {
		token.Expires = said.Expires
	}
	return token
}

// joined returns context c after a login that brought token. A login elsewhere, or as
// somebody else, does not take the place of a context unless it is told to.
func joined(c credential.Context, address string, account bentocloud.Account, token credential.Token, replace bool) (credential.Context, error) {
	if isAnother(c, address, account) {
		if !replace {
			return c, &ipc.Error{
				Code: ipc.Exists,
				Message: "context " + quoted(c.Name) + " is a login of " + quoted(c.User) + " in organization " +
					quoted(c.Organization) + " at " + c.Endpoint,
				Hint: "choose another name with --context, or give --replace to forget that login",
			}
		}
		c = credential.Context{Name: c.Name}
	}
	c.Endpoint = address
	if account.User != "" {
		c.Organization, c.User, c.Email = account.Organization, account.User, account.Email
	}
	c.Tokens = append(without(c.Tokens, token), token)
	return c, nil
}

// isAnother reports whether c is a login elsewhere or of somebody else, as far as both
// are known: an imported context does not know whose it is until the first login.
func isAnother(c credential.Context, address string, account bentocloud.Account) bool {
	if c.Endpoint == "" {
		return false
	}
	known := c.User != "" && account.User != ""
	return c.Endpoint != address ||
		known && (c.Organization != account.Organization || c.User != account.User)
}

// without returns tokens less those that token takes the place of: the same one, and
// those of the same kind and access. One that retires stays until it is deleted at the
// cloud.
func without(tokens []credential.Token, token credential.Token) []credential.Token {
	return slices.DeleteFunc(slices.Clone(tokens), func(t credential.Token) bool {
		alike := t.Kind == token.Kind && t.Access.Equal(token.Access) && t.Retires.IsZero()
		return alike || t.Value.Reveal() == token.Value.Reveal()
	})
}
