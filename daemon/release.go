package daemon

import (
	"context"
	"fmt"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// headerEndpoints is the header a protected deployment takes its token in, as
// "Bearer TOKEN".
const headerEndpoints = "Authorization"

// Credential implements ipc.Agent.
func (a *agent) Credential(ctx context.Context, request ipc.Request) (ipc.Credential, error) {
	need, err := needOf(request.Access)
	if err != nil {
		return ipc.Credential{}, err
	}
	chosen, err := a.choose(ctx, request.Selection)
	if err != nil {
		return ipc.Credential{}, err
	}
	token, err := chosen.context.Choose(need, a.daemon.config.Now())
	if err != nil {
		return ipc.Credential{}, noToken(err, chosen.context, need)
	}
	return a.release(chosen, need, token)
}

// release is the one place where a secret leaves the daemon: it records who gets
// which, and hands it over.
func (a *agent) release(chosen choice, need credential.Access, token credential.Token) (ipc.Credential, error) {
	a.daemon.config.Log.Debug("giving a token",
		"pid", a.peer.PID, "context", chosen.context.Name, "source", chosen.source,
		"access", need.String(), "token", token.UID)
	header := bentocloud.Header
	if !need.Developer {
		header = headerEndpoints
	}
	return ipc.Credential{
		Context:  chosen.context.Name,
		Source:   chosen.source,
		Endpoint: chosen.context.Endpoint,
		Header:   header,
		Value:    token.Value,
		Expires:  token.Expires,
		TokenUID: token.UID,
		Warnings: chosen.warnings,
	}, nil
}

// needOf reads what a request asks the credential to open.
func needOf(word string) (credential.Access, error) {
	if word == "" {
		return credential.Access{Developer: true}, nil
	}
	need, err := credential.ParseAccess(word)
	if err == nil && len(need.Words()) != 1 {
		err = fmt.Errorf("one access at a time: %w", credential.ErrAccess)
	}
	if err != nil {
		return credential.Access{}, &ipc.Error{
			Code:    ipc.Usage,
			Message: fmt.Sprintf("reading the access %q: %v", word, err),
			Hint:    "see `bento-cred env --help`",
		}
	}
	return need, nil
}
