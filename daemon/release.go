package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

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
	late := time.Now().Add(min(request.Wait, ipc.LongestWait))
	for {
		answer, err := a.credential(ctx, request)
		if !errors.Is(err, ipc.Locked) || !a.awaitUnlock(ctx, time.Until(late)) {
			return answer, err
		}
	}
}

// awaitUnlock waits until the store is unlocked, and reports whether it is worth asking again.
func (a *agent) awaitUnlock(ctx context.Context, patience time.Duration) bool {
	if patience <= 0 {
		return false
	}
	ctx, cancel := a.daemon.whileServing(ctx)
	defer cancel()
	return a.daemon.vault.awaitUnlock(ctx, patience)
}

// credential is Credential without patience.
func (a *agent) credential(ctx context.Context, request ipc.Request) (ipc.Credential, error) {
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
	what := act{verb: verbOf(request.Verb), host: hostOfEndpoint(chosen.context.Endpoint)}
	return a.release(ctx, what, chosen, need, token)
}

// release hands a token of a context over to the peer, if the decision is that it may.
func (a *agent) release(ctx context.Context, what act, chosen choice, need credential.Access, token credential.Token) (ipc.Credential, error) {
	d := a.daemon
	what.context, what.token, what.credential = chosen.context.Name, token.UID, true
	if err := a.decide(ctx, what); err != nil {
		return ipc.Credential{}, err
	}
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

// handOver is the one place where a secret leaves the daemon, once that is decided.
func (a *agent) handOver(c credential.Context, source string, need credential.Access, token credential.Token) credential.Secret {
	if log := a.daemon.config.Log; log.Enabled(context.Background(), slog.LevelDebug) {
		log.Debug("giving a token", "pid", a.peer.PID, "context", c.Name, "source", source, "access", need.String(), "token", token.UID)
	}
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
