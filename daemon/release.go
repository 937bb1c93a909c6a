package daemon

import (
	"context"
	"fmt"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// headerEndpoints is the header a protected deployment takes its token in, behind
// schemeEndpoints.
const (
	headerEndpoints = "Authorization"
	schemeEndpoints = "Bearer"
)

// Credential implements ipc.Agent.
func (a *agent) Credential(ctx context.Context, request ipc.Request) (ipc.Credential, error) {
	if request.URL != "" || request.Deployment != "" {
		return a.credentialFor(ctx, request)
	}
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

// release hands a token of a context over to the peer.
func (a *agent) release(chosen choice, need credential.Access, token credential.Token) (ipc.Credential, error) {
	d := a.daemon
	value := a.handOver(chosen.context, chosen.source, need, token)
	d.pulses.used(chosen.context.Name, token, d.config.Now())
	header, scheme := bentocloud.Header, ""
	if !need.Developer {
		header, scheme = headerEndpoints, schemeEndpoints
	}
	warnings := chosen.warnings
	if warning := d.dailyWarning(chosen.context); warning != "" {
		warnings = append(warnings, warning)
	}
	return ipc.Credential{
		Context:  chosen.context.Name,
		Source:   chosen.source,
		Endpoint: chosen.context.Endpoint,
		Header:   header,
		Scheme:   scheme,
		Value:    value,
		Expires:  token.Expires,
		TokenUID: token.UID,
		Warnings: warnings,
	}, nil
}

// handOver is the one place where a secret leaves the daemon: it records who gets
// which, and returns it.
func (a *agent) handOver(c credential.Context, source string, need credential.Access, token credential.Token) credential.Secret {
	a.daemon.config.Log.Debug("giving a token",
		"pid", a.peer.PID, "context", c.Name, "source", source, "access", need.String(), "token", token.UID)
	return token.Value
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
