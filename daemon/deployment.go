package daemon

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/daemon/internal/deployments"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/internal/endpoint"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// upstream is a context's cloud as the memory of deployments asks it.
type upstream struct {
	daemon  *Daemon
	context credential.Context
	bearer  credential.Token
}

// List implements deployments.Source.
func (u upstream) List(ctx context.Context) ([]deployments.Deployment, error) {
	listed, err := u.daemon.cloud.Load().Deployments(ctx, u.context.Endpoint, u.bearer.Value)
	if err != nil {
		return nil, u.daemon.answered(u.context, u.bearer, err)
	}
	all := make([]deployments.Deployment, 0, len(listed))
	for _, each := range listed {
		all = append(all, remembered(each))
	}
	return all, nil
}

// Get implements deployments.Source.
func (u upstream) Get(ctx context.Context, listed deployments.Deployment) (deployments.Deployment, error) {
	whole, err := u.daemon.cloud.Load().Deployment(ctx, u.context.Endpoint, u.bearer.Value, listed.Cluster, listed.Name)
	if errors.Is(err, bentocloud.ErrNotFound) {
		return listed, noDeployment(listed.Name, u.context)
	}
	if err != nil {
		return listed, u.daemon.answered(u.context, u.bearer, err)
	}
	return remembered(whole), nil
}

// remembered returns what is remembered of a deployment. An address no token could be
// sent to, such as one in plain http, is none.
func remembered(d bentocloud.Deployment) deployments.Deployment {
	kept := deployments.Deployment{Name: d.Name, Cluster: d.Cluster, Status: d.Status, Public: d.Public}
	for _, url := range d.URLs {
		if origin, err := endpoint.Origin(url); err == nil && !slices.Contains(kept.Origins, origin) {
			kept.Origins = append(kept.Origins, origin)
		}
	}
	return kept
}

// keyOfLogin names a login among what is remembered: a context of the same name may be
// another one tomorrow.
func keyOfLogin(c credential.Context) string {
	return strings.Join([]string{c.Name, c.Endpoint, c.Organization, c.User}, "\x00")
}

// logins returns the keys of contexts.
func logins(contexts []credential.Context) map[string]bool {
	keys := make(map[string]bool, len(contexts))
	for _, c := range contexts {
		keys[keyOfLogin(c)] = true
	}
	return keys
}

// findDeployment looks for a deployment of c.
func (d *Daemon) findDeployment(ctx context.Context, c credential.Context, wanted, likely func(deployments.Deployment) bool) (deployments.Deployment, bool, error) {
	need := credential.Access{Developer: true}
	bearer, err := c.Choose(need, d.config.Now())
	if err != nil {
		return deployments.Deployment{}, false, noToken(err, c, need)
	}
	return d.deployments.Find(ctx, keyOfLogin(c), upstream{d, c, bearer}, wanted, likely)
}

// credentialForDeployment is Credential for a deployment by its name, at its first address.
func (a *agent) credentialForDeployment(ctx context.Context, request ipc.Request) (ipc.Credential, error) {
	chosen, err := a.choose(ctx, request.Selection)
	if err != nil {
		return ipc.Credential{}, err
	}
	c := chosen.context
	place := credential.Place{Context: c}
	// What a person bound needs no cloud, nor a token to ask it with.
	at := slices.IndexFunc(c.Hosts, func(h credential.Host) bool { return h.Deployment == request.Deployment })
	if at >= 0 {
		place.Host = c.Hosts[at]
		return a.releaseAt(ctx, verbOf(request.Verb), place, place.Host.Origin, chosen)
	}
	found, ok, err := a.daemon.findDeployment(ctx, c, func(d deployments.Deployment) bool {
		return d.Name == request.Deployment
	}, func(d deployments.Deployment) bool { return d.Name == request.Deployment })
	switch {
	case err != nil:
		return ipc.Credential{}, coded(err)
	case !ok:
		return ipc.Credential{}, noDeployment(request.Deployment, c)
	case len(found.Origins) == 0:
		return ipc.Credential{}, &ipc.Error{
			Code:    ipc.NotFound,
			Message: "deployment " + quoted(found.Name) + " has no address yet; it is " + quoted(found.Status),
			Hint:    "look at it with `bento-cred deployment get " + found.Name + "`",
		}
	}
	place.Host = hostOf(found, found.Origins[0])
	return a.releaseAt(ctx, verbOf(request.Verb), place, place.Host.Origin, chosen)
}

func noDeployment(name string, c credential.Context) error {
	return &ipc.Error{
		Code:    ipc.NotFound,
		Message: "there is no deployment " + quoted(name) + " in organization " + quoted(c.Organization),
		Hint:    "`bento-cred deployment list` shows them; one of another context needs --context",
	}
}

// Deployments implements management.Agent.
func (a *agent) Deployments(ctx context.Context, selection ipc.Selection) ([]management.Deployment, error) {
	c, bearer, err := a.manager(ctx, selection)
	if err != nil {
		return nil, err
	}
	all, err := a.daemon.deployments.All(ctx, keyOfLogin(c), upstream{a.daemon, c, bearer})
	if err != nil {
		return nil, coded(err)
	}
	list := make([]management.Deployment, 0, len(all))
	for _, each := range all {
		list = append(list, a.describeDeployment(c, each))
	}
	slices.SortFunc(list, func(a, b management.Deployment) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Cluster, b.Cluster))
	})
	return list, nil
}

// Deployment implements management.Agent.
func (a *agent) Deployment(ctx context.Context, selection ipc.Selection, name string) (management.Deployment, error) {
	c, bearer, err := a.manager(ctx, selection)
	if err != nil {
		return management.Deployment{}, err
	}
	found, err := upstream{a.daemon, c, bearer}.Get(ctx, deployments.Deployment{Name: name})
	if err != nil {
		return management.Deployment{}, coded(err)
	}
	return a.describeDeployment(c, found), nil
}

// describeDeployment tells of a deployment, and of the token that would be sent there.
func (a *agent) describeDeployment(c credential.Context, d deployments.Deployment) management.Deployment {
	shown := management.Deployment{
		Name: d.Name, Cluster: d.Cluster, Status: d.Status, Protected: !d.Public, URLs: d.Origins, Context: c.Name,
	}
	if shown.URLs == nil {
		shown.URLs = []string{}
	}
	if d.Public {
		return shown
	}
	need := credential.Access{Deployments: []string{d.Name}}
	token, err := c.Choose(need, a.daemon.config.Now())
	if err != nil {
		shown.Missing = noToken(err, c, need).Error()
		return shown
	}
	shown.Token = &management.DeploymentToken{
		UID: token.UID, Name: token.Name, Kind: string(token.Kind), Access: token.Access.Words(),
	}
	return shown
}
