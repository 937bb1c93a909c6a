package daemon

import (
	"context"
	"slices"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/internal/endpoint"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// Hosts implements management.Agent. No cloud is asked.
func (a *agent) Hosts(ctx context.Context, selection ipc.Selection) ([]management.Host, error) {
	b, err := a.daemon.vault.open(ctx)
	if err != nil {
		return nil, coded(err)
	}
	contexts := b.All()
	if name := selection.Context; name != "" {
		c, found := b.Get(name)
		if !found {
			return nil, notFound(name, selection.Source)
		}
		contexts = []credential.Context{c}
	}
	list := []management.Host{}
	for _, c := range contexts {
		list = append(list, management.Host{
			URL: c.Endpoint, Context: c.Name, Origin: management.HostEndpoint, Header: bentocloud.Header,
			Access: credential.Access{Developer: true}.String(),
		})
		for _, h := range c.Hosts {
			list = append(list, describeHost(c, h))
		}
		for _, each := range a.daemon.deployments.Known(keyOfLogin(c)) {
			for _, origin := range each.Origins {
				list = append(list, describeHost(c, hostOf(each, origin)))
			}
		}
	}
	return list, nil
}

func describeHost(c credential.Context, h credential.Host) management.Host {
	shown := management.Host{
		URL: h.Origin, Context: c.Name, Deployment: h.Deployment, Origin: management.HostDeployment,
		Header: headerEndpoints, Access: credential.Place{Context: c, Host: h}.Need().String(), Public: h.Public,
	}
	if h.Bound {
		shown.Origin = management.HostBound
	}
	return shown
}

// AddHost implements management.Agent.
func (a *agent) AddHost(ctx context.Context, binding management.Binding) (management.Host, error) {
	origin, err := endpoint.Origin(binding.URL)
	if err != nil {
		return management.Host{}, coded(err)
	}
	chosen, err := a.choose(ctx, binding.Selection)
	if err != nil {
		return management.Host{}, err
	}
	b, err := a.daemon.vault.open(ctx)
	if err != nil {
		return management.Host{}, coded(err)
	}
	if isEndpoint(b.Owners(origin), origin) {
		return management.Host{}, &ipc.Error{
			Code:    ipc.Exists,
			Message: origin + " is the endpoint of a context already",
			Hint:    "`bento-cred host list` shows whose",
		}
	}
	added := credential.Host{Origin: origin, Deployment: binding.Deployment, Bound: true}
	if err := a.daemon.change(ctx, chosen.context.Name, func(c *credential.Context) {
		c.Hosts = append(unbound(c.Hosts, origin), added)
	}); err != nil {
		return management.Host{}, coded(err)
	}
	a.daemon.config.Log.Info("bound a host", "pid", a.peer.PID, "context", chosen.context.Name, "host", origin)
	return describeHost(chosen.context, added), nil
}

// RemoveHost implements management.Agent.
func (a *agent) RemoveHost(ctx context.Context, binding management.Binding) (management.Host, error) {
	origin, err := endpoint.Origin(binding.URL)
	if err != nil {
		return management.Host{}, coded(err)
	}
	chosen, err := a.choose(ctx, binding.Selection)
	if err != nil {
		return management.Host{}, err
	}
	c := chosen.context
	at := slices.IndexFunc(c.Hosts, func(h credential.Host) bool { return h.Origin == origin })
	if at < 0 {
		return management.Host{}, &ipc.Error{
			Code:    ipc.NotFound,
			Message: origin + " was not bound to context " + quoted(c.Name),
			Hint:    "`bento-cred host list` shows what was; one of another context needs --context",
		}
	}
	err = a.daemon.change(ctx, c.Name, func(kept *credential.Context) { kept.Hosts = unbound(kept.Hosts, origin) })
	if err != nil {
		return management.Host{}, coded(err)
	}
	a.daemon.config.Log.Info("a host is bound no more", "pid", a.peer.PID, "context", c.Name, "host", origin)
	return describeHost(c, c.Hosts[at]), nil
}

// unbound returns hosts without an origin.
func unbound(hosts []credential.Host, origin string) []credential.Host {
	return slices.DeleteFunc(slices.Clone(hosts), func(h credential.Host) bool { return h.Origin == origin })
}
