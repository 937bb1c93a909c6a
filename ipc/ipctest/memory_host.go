package ipctest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// credentialFor is Credential for a URL. A Memory's cloud has no deployments.
func (m *Memory) credentialFor(request ipc.Request) (ipc.Credential, error) {
	if request.URL == "" {
		return ipc.Credential{}, noDeployment(request.Deployment)
	}
	origin, err := originOf(request.URL)
	if err != nil {
		return ipc.Credential{}, &ipc.Error{Code: ipc.Usage, Message: err.Error(), Hint: "give another"}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	all := slices.Collect(maps.Values(m.contexts))
	place, err := credential.Find(all, origin, request.Context, m.current)
	if err != nil {
		return ipc.Credential{}, &ipc.Error{Code: ipc.UnknownHost, Message: err.Error(), Hint: "bind it"}
	}
	token, err := place.Context.Choose(place.Need(), m.Now())
	if err != nil {
		return ipc.Credential{}, &ipc.Error{Code: ipc.AccessMissing, Message: err.Error(), Hint: "log in"}
	}
	header, scheme := "Authorization", "Bearer"
	if place.Management {
		header, scheme = "X-YATAI-API-TOKEN", ""
	}
	return ipc.Credential{
		Context: place.Context.Name, Source: "url", Endpoint: place.Context.Endpoint, URL: origin,
		Header: header, Scheme: scheme, Value: token.Value, Expires: token.Expires,
	}, nil
}

func noDeployment(name string) error {
	return &ipc.Error{Code: ipc.NotFound, Message: "there is no deployment " + name, Hint: "list them"}
}

// originOf returns scheme, host and port of a URL. A Memory guards no secret of anybody's
// and reads URLs as simply as that; internal/endpoint does it for the daemon.
func originOf(url string) (string, error) {
	scheme, rest, _ := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	local := strings.HasPrefix(host, "127.0.0.1:")
	if host == "" || (scheme != "https" && !local) {
		return "", errors.New("the URL is not one that a token is sent to")
	}
	return scheme + "://" + host, nil
}

// Refused implements ipc.Agent. A Memory asks nobody.
func (m *Memory) Refused(context.Context, credential.Secret) error { return nil }

// Hosts implements management.Agent.
func (m *Memory) Hosts(_ context.Context, selection ipc.Selection) ([]management.Host, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := []management.Host{}
	for _, name := range slices.Sorted(maps.Keys(m.contexts)) {
		if selection.Context != "" && name != selection.Context {
			continue
		}
		c := m.contexts[name]
		list = append(list, management.Host{
			URL: c.Endpoint, Context: name, Origin: management.HostEndpoint, Header: "X-YATAI-API-TOKEN", Access: "developer",
		})
		for _, h := range c.Hosts {
			list = append(list, shownHost(name, h))
		}
	}
	if len(list) == 0 && selection.Context != "" {
		return nil, missing(selection.Context)
	}
	return list, nil
}

func shownHost(context string, h credential.Host) management.Host {
	return management.Host{
		URL: h.Origin, Context: context, Deployment: h.Deployment, Origin: management.HostBound, Header: "Authorization",
		Access: strings.TrimSuffix("endpoints:"+h.Deployment, ":"),
	}
}

// AddHost implements management.Agent.
func (m *Memory) AddHost(_ context.Context, binding management.Binding) (management.Host, error) {
	origin, err := originOf(binding.URL)
	if err != nil {
		return management.Host{}, &ipc.Error{Code: ipc.Usage, Message: err.Error(), Hint: "give another"}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c, _, err := m.selectLocked(binding.Selection)
	if err != nil {
		return management.Host{}, err
	}
	added := credential.Host{Origin: origin, Deployment: binding.Deployment, Bound: true}
	c.Hosts = append(without(c.Hosts, origin), added)
	m.contexts[c.Name] = c
	return shownHost(c.Name, added), nil
}

// RemoveHost implements management.Agent.
func (m *Memory) RemoveHost(_ context.Context, binding management.Binding) (management.Host, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, _, err := m.selectLocked(binding.Selection)
	if err != nil {
		return management.Host{}, err
	}
	origin, err := originOf(binding.URL)
	at := slices.IndexFunc(c.Hosts, func(h credential.Host) bool { return h.Origin == origin })
	if err != nil || at < 0 {
		return management.Host{}, &ipc.Error{Code: ipc.NotFound, Message: errors.Join(err, credential.ErrNotOwner).Error(), Hint: "list them"}
	}
	removed := c.Hosts[at]
	c.Hosts = without(c.Hosts, origin)
	m.contexts[c.Name] = c
	return shownHost(c.Name, removed), nil
}

func without(hosts []credential.Host, origin string) []credential.Host {
	return slices.DeleteFunc(slices.Clone(hosts), func(h credential.Host) bool { return h.Origin == origin })
}

// Deployments implements management.Agent.
func (m *Memory) Deployments(_ context.Context, selection ipc.Selection) ([]management.Deployment, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _, err := m.selectLocked(selection)
	return []management.Deployment{}, err
}

// Deployment implements management.Agent.
func (m *Memory) Deployment(_ context.Context, selection ipc.Selection, name string) (management.Deployment, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, _, err := m.selectLocked(selection); err != nil {
		return management.Deployment{}, err
	}
	return management.Deployment{}, noDeployment(name)
}
