// Package management is the second half of what can be asked at the socket: the
// contexts, logins and state of the daemon, for the management face and for people.
//
// It extends ipc.Agent. It stands in a package of its own because its answers are
// JSON documents, and the hot helper must link neither encoding/json nor anything
// that would need it. The types here are those documents; none holds a secret.
package management

import (
	"context"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// Agent answers everything that can be asked at the socket.
type Agent interface {
	ipc.Agent
	Guard

	// Status tells the state of the daemon, its store and its contexts.
	Status(ctx context.Context) (Status, error)
	// Contexts lists the contexts by name.
	Contexts(ctx context.Context) ([]Context, error)
	// Context shows the context that selection means.
	Context(ctx context.Context, selection ipc.Selection) (Context, error)
	// UseContext makes the context of that name the current one.
	UseContext(ctx context.Context, name string) error
	// RenameContext gives a context another name; it stays current if it was.
	RenameContext(ctx context.Context, from, to string) error
	// DeleteContext forgets a context and its tokens.
	DeleteContext(ctx context.Context, name string) error

	// Login verifies a token with the cloud and keeps it.
	Login(ctx context.Context, login Login) (LoggedIn, error)
	// StartLogin begins a login that a person approves in a browser, or joins the one
	// under way for the same context.
	StartLogin(ctx context.Context, login BrowserLogin) (Approval, error)
	// AwaitLogin waits for the end of a login, some seconds at most, and tells how far it
	// is. Its error is the login's own: every caller gets the same outcome.
	AwaitLogin(ctx context.Context, id string) (Progress, error)
	// LeaveLogin takes back one StartLogin. A login that nobody is left for ends.
	LeaveLogin(ctx context.Context, id string) error
	// Logout forgets one context, or all of them, and returns their names.
	Logout(ctx context.Context, which Logout) ([]string, error)
	// Import takes over the contexts of BentoML's own context file.
	Import(ctx context.Context, request Import) (Imported, error)

	// Tokens lists the tokens the cloud shows to the selected context, those whose name
	// has search in it; empty: all.
	Tokens(ctx context.Context, selection ipc.Selection, search string) ([]CloudToken, error)
	// Token shows the token of that uid.
	Token(ctx context.Context, selection ipc.Selection, uid string) (CloudToken, error)
	// CreateToken makes a token at the cloud.
	CreateToken(ctx context.Context, wish NewToken) (CreatedToken, error)
	// DeleteToken deletes a token at the cloud, and in the context that has it.
	DeleteToken(ctx context.Context, selection ipc.Selection, uid string) (DeletedToken, error)
	// Revoke deletes, at the cloud and in the context of that name, the tokens that
	// bento-cred had made.
	Revoke(ctx context.Context, name string) ([]DeletedToken, error)
	// Renew makes a token that takes the place of the selected context's: of the one
	// with that uid, or, where it is empty, of the one that expires first.
	Renew(ctx context.Context, selection ipc.Selection, uid string) (Renewed, error)

	// Hosts returns the hosts of the selected context, those that a person bound and those
	// that the cloud told of and the daemon remembers; of every context, where none is
	// named.
	Hosts(ctx context.Context, selection ipc.Selection) ([]Host, error)
	// AddHost binds a host to the selected context: its tokens may be sent there.
	AddHost(ctx context.Context, binding Binding) (Host, error)
	// RemoveHost takes back what AddHost did, in the selected context.
	RemoveHost(ctx context.Context, binding Binding) (Host, error)
	// Deployments returns the deployments that the cloud shows to the selected context.
	Deployments(ctx context.Context, selection ipc.Selection) ([]Deployment, error)
	// Deployment returns one of them.
	Deployment(ctx context.Context, selection ipc.Selection, name string) (Deployment, error)

	// Unlock opens the store with a passphrase, or lets the keychain ask for one.
	Unlock(ctx context.Context, passphrase credential.Secret) error
	// Migrate moves every context into another store.
	Migrate(ctx context.Context, migration Migration) (Store, error)
	// ForgetStore forgets which store was chosen, when that store is gone for good. The
	// next request chooses anew; nothing is deleted anywhere.
	ForgetStore(ctx context.Context) error

	// CheckConfig tells whether a configuration file can be used.
	CheckConfig(ctx context.Context, path string) (ConfigState, error)
	// Allow honours a directory's .bento-cred.toml, as it stands now, from now on.
	Allow(ctx context.Context, path string) (DirectoryFile, error)
	// Deny takes back what Allow gave.
	Deny(ctx context.Context, path string) (DirectoryFile, error)

	// Stop makes the daemon leave when the requests under way are answered.
	Stop(ctx context.Context, stop Stop) error
}

// Login is a request to keep a token.
type Login struct {
	Context  string // the name to keep it under; empty: the current context, else "default"
	Endpoint string // as typed; empty: the configured one
	Token    credential.Secret
	Kind     credential.Kind
	Access   credential.Access
	Expires  string // RFC 3339; empty where it is not known
	// Replace lets the login take the place of a context of that name that belongs
	// to another endpoint or organization.
	Replace bool
}

// Logout names what to forget.
type Logout struct {
	Context string
	All     bool
}

// Import is a request to take over BentoML's context file.
type Import struct {
	Path   string // of the .yatai.yaml, absolute
	Scrub  bool   // remove the tokens from the file once they are safe in the store
	DryRun bool   // only tell what would be done
}

// Migration is a request to move to another store.
type Migration struct {
	Backend    string
	Passphrase credential.Secret // for a store that needs one typed
}

// Stop asks the daemon to leave.
type Stop struct {
	// IfOlderThan makes the request one for a replacement: only a daemon on demand of
	// an older version leaves.
	IfOlderThan string
}
