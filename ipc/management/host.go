package management

import (
	"context"

	"github.com/bento-cred/bento-cred/ipc"
)

// Host is a host that a context may send a token to.
type Host struct {
	URL        string `json:"url" yaml:"url"` // scheme, host and port
	Context    string `json:"context" yaml:"context"`
	Deployment string `json:"deployment,omitempty" yaml:"deployment,omitempty"` // empty where it is not known
	// Origin is how it came to be the context's: "endpoint", "deployment" (the cloud
	// says so) or "bound" (a person did).
	Origin string `json:"origin" yaml:"origin"`
	Header string `json:"header" yaml:"header"` // the header a token goes in
	// Access is what a token must open to be sent there.
	Access string `json:"access" yaml:"access"`
	Public bool   `json:"public" yaml:"public"` // no token is needed
}

// The origins of a Host.
const (
	HostEndpoint   = "endpoint"
	HostDeployment = "deployment"
	HostBound      = "bound"
)

// Binding says that a host is a context's.
type Binding struct {
	ipc.Selection

	URL        string
	Deployment string // which answers there; empty where it is not known
}

// Deployment is a deployment at the cloud.
type Deployment struct {
	Name      string   `json:"name" yaml:"name"`
	Cluster   string   `json:"cluster,omitempty" yaml:"cluster,omitempty"`
	Status    string   `json:"status" yaml:"status"`
	Protected bool     `json:"protected" yaml:"protected"` // true where the cloud does not say
	URLs      []string `json:"urls" yaml:"urls"`
	Context   string   `json:"context" yaml:"context"`
	// Token is what would be sent there; nil where nothing is needed, or nothing fits.
	Token *DeploymentToken `json:"token" yaml:"token"`
	// Missing is why there is no token where one is needed.
	Missing string `json:"missing,omitempty" yaml:"missing,omitempty"`
}

// DeploymentToken names a token that opens a deployment.
type DeploymentToken struct {
	UID    string   `json:"uid,omitempty" yaml:"uid,omitempty"`
	Name   string   `json:"name,omitempty" yaml:"name,omitempty"`
	Kind   string   `json:"kind" yaml:"kind"`
	Access []string `json:"access" yaml:"access"` // empty: unknown
}

// Encode returns b as the attributes of a request.
func (b Binding) Encode() ipc.Message {
	m := b.Selection.Encode()
	m.Add("url", b.URL)
	m.Add("deployment", b.Deployment)
	return m
}

// DecodeBinding reads what Binding.Encode wrote.
func DecodeBinding(m ipc.Message) Binding {
	return Binding{Selection: ipc.DecodeSelection(m), URL: m.Get("url"), Deployment: m.Get("deployment")}
}

// Hosts implements Agent.
func (c Client) Hosts(ctx context.Context, selection ipc.Selection) ([]Host, error) {
	return decode[[]Host](c.Ask(ctx, OpHosts, selection.Encode()))
}

// AddHost implements Agent.
func (c Client) AddHost(ctx context.Context, binding Binding) (Host, error) {
	return decode[Host](c.Tell(ctx, OpAddHost, binding.Encode()))
}

// RemoveHost implements Agent.
func (c Client) RemoveHost(ctx context.Context, binding Binding) (Host, error) {
	return decode[Host](c.Tell(ctx, OpRemoveHost, binding.Encode()))
}

// Deployments implements Agent.
func (c Client) Deployments(ctx context.Context, selection ipc.Selection) ([]Deployment, error) {
	return decode[[]Deployment](c.Ask(ctx, OpDeployments, selection.Encode()))
}

// Deployment implements Agent.
func (c Client) Deployment(ctx context.Context, selection ipc.Selection, name string) (Deployment, error) {
	request := selection.Encode()
	request.Add("name", name)
	return decode[Deployment](c.Ask(ctx, OpDeployment, request))
}
