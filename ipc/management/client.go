package management

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// Client is the Agent at the program's end of the socket.
type Client struct{ *ipc.Client }

// Client is an Agent.
var _ Agent = Client{}

// The operations, by the names they have on the wire.
const (
	OpStatus      = "status"
	OpContexts    = "contexts"
	OpContext     = "context"
	OpUse         = "use"
	OpRename      = "rename"
	OpDelete      = "delete"
	OpLogin       = "login"
	OpStartLogin  = "start_login"
	OpAwaitLogin  = "await_login"
	OpLeaveLogin  = "leave_login"
	OpLogout      = "logout"
	OpImport      = "import"
	OpTokens      = "tokens"
	OpToken       = "token"
	OpCreateToken = "create_token"
	OpDeleteToken = "delete_token"
	OpRevoke      = "revoke"
	OpRenew       = "renew"
	OpHosts       = "hosts"
	OpAddHost     = "add_host"
	OpRemoveHost  = "remove_host"
	OpDeployments = "deployments"
	OpDeployment  = "deployment"
	OpUnlock      = "unlock"
	OpMigrate     = "migrate"
	OpForgetStore = "forget_store"
	OpCheckConfig = "check_config"
	OpAllow       = "allow"
	OpDeny        = "deny"
	OpStop        = "stop"
)

// Status implements Agent.
func (c Client) Status(ctx context.Context) (Status, error) {
	return decode[Status](c.Ask(ctx, OpStatus, ipc.Message{}))
}

// Contexts implements Agent.
func (c Client) Contexts(ctx context.Context) ([]Context, error) {
	return decode[[]Context](c.Ask(ctx, OpContexts, ipc.Message{}))
}

// Context implements Agent.
func (c Client) Context(ctx context.Context, selection ipc.Selection) (Context, error) {
	return decode[Context](c.Ask(ctx, OpContext, selection.Encode()))
}

// UseContext implements Agent.
func (c Client) UseContext(ctx context.Context, name string) error {
	_, err := c.Tell(ctx, OpUse, message("context", name))
	return err
}

// RenameContext implements Agent.
func (c Client) RenameContext(ctx context.Context, from, to string) error {
	_, err := c.Tell(ctx, OpRename, message("context", from, "to", to))
	return err
}

// DeleteContext implements Agent.
func (c Client) DeleteContext(ctx context.Context, name string) error {
	_, err := c.Tell(ctx, OpDelete, message("context", name))
	return err
}

// Login implements Agent.
func (c Client) Login(ctx context.Context, login Login) (LoggedIn, error) {
	return decode[LoggedIn](c.Tell(ctx, OpLogin, login.encode()))
}

// StartLogin implements Agent.
func (c Client) StartLogin(ctx context.Context, login BrowserLogin) (Approval, error) {
	return decode[Approval](c.Tell(ctx, OpStartLogin, login.encode()))
}

// AwaitLogin implements Agent.
func (c Client) AwaitLogin(ctx context.Context, id string) (Progress, error) {
	return decode[Progress](c.Ask(ctx, OpAwaitLogin, message("id", id)))
}

// LeaveLogin implements Agent.
func (c Client) LeaveLogin(ctx context.Context, id string) error {
	_, err := c.Tell(ctx, OpLeaveLogin, message("id", id))
	return err
}

// Tokens implements Agent.
func (c Client) Tokens(ctx context.Context, selection ipc.Selection, search string) ([]CloudToken, error) {
	return decode[[]CloudToken](c.Ask(ctx, OpTokens, with(selection, "search", search)))
}

// Token implements Agent.
func (c Client) Token(ctx context.Context, selection ipc.Selection, uid string) (CloudToken, error) {
	return decode[CloudToken](c.Ask(ctx, OpToken, with(selection, "uid", uid)))
}

// CreateToken implements Agent.
func (c Client) CreateToken(ctx context.Context, wish NewToken) (CreatedToken, error) {
	reply, err := c.Tell(ctx, OpCreateToken, wish.encode())
	created, err := decode[CreatedToken](reply, err)
	if err == nil && !wish.Keep {
		created.Value = credential.NewSecret(reply.Get("value"))
	}
	return created, err
}

// DeleteToken implements Agent.
func (c Client) DeleteToken(ctx context.Context, selection ipc.Selection, uid string) (DeletedToken, error) {
	return decode[DeletedToken](c.Tell(ctx, OpDeleteToken, with(selection, "uid", uid)))
}

// Revoke implements Agent.
func (c Client) Revoke(ctx context.Context, name string) ([]DeletedToken, error) {
	return decode[[]DeletedToken](c.Tell(ctx, OpRevoke, message("context", name)))
}

// Renew implements Agent.
func (c Client) Renew(ctx context.Context, selection ipc.Selection, uid string) (Renewed, error) {
	return decode[Renewed](c.Tell(ctx, OpRenew, with(selection, "uid", uid)))
}

// Logout implements Agent.
func (c Client) Logout(ctx context.Context, which Logout) ([]string, error) {
	return decode[[]string](c.Tell(ctx, OpLogout, which.encode()))
}

// Import implements Agent.
func (c Client) Import(ctx context.Context, request Import) (Imported, error) {
	return decode[Imported](c.Tell(ctx, OpImport, request.encode()))
}

// Unlock implements Agent.
func (c Client) Unlock(ctx context.Context, passphrase credential.Secret) error {
	_, err := c.Tell(ctx, OpUnlock, message("passphrase", passphrase.Reveal()))
	return err
}

// Migrate implements Agent.
func (c Client) Migrate(ctx context.Context, migration Migration) (Store, error) {
	return decode[Store](c.Tell(ctx, OpMigrate, migration.encode()))
}

// ForgetStore implements Agent.
func (c Client) ForgetStore(ctx context.Context) error {
	_, err := c.Tell(ctx, OpForgetStore, ipc.Message{})
	return err
}

// CheckConfig implements Agent.
func (c Client) CheckConfig(ctx context.Context, path string) (ConfigState, error) {
	return decode[ConfigState](c.Ask(ctx, OpCheckConfig, message("path", path)))
}

// Allow implements Agent.
func (c Client) Allow(ctx context.Context, path string) (DirectoryFile, error) {
	return decode[DirectoryFile](c.Tell(ctx, OpAllow, message("path", path)))
}

// Deny implements Agent.
func (c Client) Deny(ctx context.Context, path string) (DirectoryFile, error) {
	return decode[DirectoryFile](c.Tell(ctx, OpDeny, message("path", path)))
}

// Stop implements Agent.
func (c Client) Stop(ctx context.Context, stop Stop) error {
	_, err := c.Tell(ctx, OpStop, message("if_older_than", stop.IfOlderThan))
	return err
}

// decode reads the JSON document of a reply.
func decode[T any](reply ipc.Message, err error) (T, error) {
	var document T
	if err != nil {
		return document, err
	}
	if err := json.Unmarshal([]byte(reply.Get("json")), &document); err != nil {
		return document, &ipc.Error{
			Code:    ipc.BadRequest,
			Message: fmt.Sprintf("reading the daemon's reply: %v", err),
			Hint:    "restart the daemon with `bento-cred stop`",
		}
	}
	return document, nil
}

// with returns the message of a selection and one key more.
func with(selection ipc.Selection, key, value string) ipc.Message {
	m := selection.Encode()
	m.Add(key, value)
	return m
}

// message returns a message of key, value, key, value.
func message(pairs ...string) ipc.Message {
	var m ipc.Message
	for i := 0; i+1 < len(pairs); i += 2 {
		m.Add(pairs[i], pairs[i+1])
	}
	return m
}
