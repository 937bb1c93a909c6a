package server

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// Operations of package ipc, by their names on the wire.
const (
	opPing = "ping"
	opGet  = "get"
)

// dispatch hands request to the method of agent it names and returns the reply.
func dispatch(ctx context.Context, agent management.Agent, request ipc.Message) (ipc.Message, error) {
	if request.Version != ipc.ProtocolVersion {
		return ipc.Message{}, &ipc.Error{
			Code:    ipc.Version,
			Message: "this daemon speaks version " + strconv.Itoa(ipc.ProtocolVersion) + " of the protocol",
			Hint:    "use a bento-cred of the same version as the daemon",
		}
	}
	switch request.Get("op") {
	case opPing:
		daemon, err := agent.Ping(ctx)
		return daemon.Encode(), err
	case opGet:
		answer, err := agent.Credential(ctx, ipc.DecodeRequest(request))
		return answer.Encode(), err
	case "refused":
		return ipc.Message{}, agent.Refused(ctx, credential.NewSecret(request.Get("value")))
	case management.OpStatus:
		return document(agent.Status(ctx))
	case management.OpContexts:
		return document(agent.Contexts(ctx))
	case management.OpContext:
		return document(agent.Context(ctx, ipc.DecodeSelection(request)))
	case management.OpStartLogin, management.OpAwaitLogin, management.OpLeaveLogin,
		management.OpTokens, management.OpToken, management.OpCreateToken,
		management.OpDeleteToken, management.OpRevoke, management.OpRenew,
		management.OpDeployments, management.OpDeployment:
		return atCloud(ctx, agent, request)
	case management.OpLock, management.OpGrant, management.OpEndGrant, management.OpGrants,
		management.OpTestPolicy, management.OpLog, management.OpVerifyLog:
		return guard(ctx, agent, request)
	default:
		return change(ctx, agent, request)
	}
}

// guard dispatches the operations about who gets what.
func guard(ctx context.Context, agent management.Agent, request ipc.Message) (ipc.Message, error) {
	switch request.Get("op") {
	case management.OpLock:
		return ipc.Message{}, agent.Lock(ctx)
	case management.OpGrant:
		wish, err := management.DecodeGrantWish(request)
		if err != nil {
			return ipc.Message{}, err
		}
		return document(agent.Grant(ctx, wish))
	case management.OpEndGrant:
		return ipc.Message{}, agent.EndGrant(ctx, request.Get("id"))
	case management.OpGrants:
		return document(agent.Grants(ctx))
	case management.OpTestPolicy:
		return document(agent.TestPolicy(ctx, management.PolicyTest{
			Request: ipc.DecodeRequest(request), Program: request.Get("program"),
		}))
	case management.OpLog:
		return document(agent.Log(ctx, management.DecodeLogQuery(request)))
	default:
		return document(agent.VerifyLog(ctx))
	}
}

// atCloud dispatches the operations that are the cloud's to carry out.
func atCloud(ctx context.Context, agent management.Agent, request ipc.Message) (ipc.Message, error) {
	selection, uid, id := ipc.DecodeSelection(request), request.Get("uid"), request.Get("id")
	switch request.Get("op") {
	case management.OpStartLogin:
		return document(agent.StartLogin(ctx, management.DecodeBrowserLogin(request)))
	case management.OpAwaitLogin:
		return document(agent.AwaitLogin(ctx, id))
	case management.OpLeaveLogin:
		return ipc.Message{}, agent.LeaveLogin(ctx, id)
	case management.OpTokens:
		return document(agent.Tokens(ctx, selection, request.Get("search")))
	case management.OpToken:
		return document(agent.Token(ctx, selection, uid))
	case management.OpCreateToken:
		return createToken(ctx, agent, request)
	case management.OpDeleteToken:
		return document(agent.DeleteToken(ctx, selection, uid))
	case management.OpRevoke:
		return document(agent.Revoke(ctx, request.Get("context")))
	case management.OpDeployments:
		return document(agent.Deployments(ctx, selection))
	case management.OpDeployment:
		return document(agent.Deployment(ctx, selection, request.Get("name")))
	default:
		return document(agent.Renew(ctx, selection, uid))
	}
}

// createToken dispatches the one operation whose answer has a secret beside its document.
func createToken(ctx context.Context, agent management.Agent, request ipc.Message) (ipc.Message, error) {
	wish, err := management.DecodeNewToken(request)
	if err != nil {
		return ipc.Message{}, err
	}
	created, err := agent.CreateToken(ctx, wish)
	reply, err := document(created, err)
	if err == nil && !wish.Keep {
		reply.Add("value", created.Value.Reveal())
	}
	return reply, err
}

// change dispatches the operations that change something.
func change(ctx context.Context, agent management.Agent, request ipc.Message) (ipc.Message, error) {
	context, path := request.Get("context"), request.Get("path")
	switch request.Get("op") {
	case management.OpUse:
		return ipc.Message{}, agent.UseContext(ctx, context)
	case management.OpRename:
		return ipc.Message{}, agent.RenameContext(ctx, context, request.Get("to"))
	case management.OpDelete:
		return ipc.Message{}, agent.DeleteContext(ctx, context)
	case management.OpLogin:
		login, err := management.DecodeLogin(request)
		if err != nil {
			return ipc.Message{}, err
		}
		return document(agent.Login(ctx, login))
	case management.OpLogout:
		return document(agent.Logout(ctx, management.DecodeLogout(request)))
	case management.OpImport:
		return document(agent.Import(ctx, management.DecodeImport(request)))
	case management.OpHosts:
		return document(agent.Hosts(ctx, ipc.DecodeSelection(request)))
	case management.OpAddHost:
		return document(agent.AddHost(ctx, management.DecodeBinding(request)))
	case management.OpRemoveHost:
		return document(agent.RemoveHost(ctx, management.DecodeBinding(request)))
	case management.OpUnlock:
		return ipc.Message{}, agent.Unlock(ctx, credential.NewSecret(request.Get("passphrase")))
	case management.OpMigrate:
		return document(agent.Migrate(ctx, management.DecodeMigration(request)))
	case management.OpForgetStore:
		return ipc.Message{}, agent.ForgetStore(ctx)
	case management.OpCheckConfig:
		return document(agent.CheckConfig(ctx, path))
	case management.OpAllow:
		return document(agent.Allow(ctx, path))
	case management.OpDeny:
		return document(agent.Deny(ctx, path))
	case management.OpStop:
		return ipc.Message{}, agent.Stop(ctx, management.Stop{IfOlderThan: request.Get("if_older_than")})
	default:
		return ipc.Message{}, &ipc.Error{
			Code:    ipc.Unsupported,
			Message: "this daemon does not know the operation " + strconv.Quote(request.Get("op")),
			Hint:    "restart the daemon with `bento-cred stop` if it is older than bento-cred",
		}
	}
}

// document returns the reply that carries a JSON document.
func document[T any](value T, err error) (ipc.Message, error) {
	if err != nil {
		return ipc.Message{}, err
	}
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // nobody shows it as HTML, and a path of "<" would be six times as long
	if err := encoder.Encode(value); err != nil {
		return ipc.Message{}, err
	}
	var reply ipc.Message
	reply.Add("json", strings.TrimSuffix(text.String(), "\n"))
	return reply, nil
}
