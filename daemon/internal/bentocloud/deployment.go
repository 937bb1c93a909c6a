package bentocloud

import (
	"context"
	"net/url"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// Deployment is what an endpoint tells of a deployment.
type Deployment struct {
	Name    string
	UID     string
	Cluster string // empty where it is not told
	Status  string
	// URLs are its addresses as the endpoint wrote them; nil where it did not tell, as
	// in a list.
	URLs []string
	// Public reports whether the endpoint says that the deployment wants no token. Where
	// it says nothing, it is taken to want one.
	Public bool
}

// Deployments lists the deployments an endpoint shows to a bearer, all pages of them.
//
// An error is an *Error, an *endpoint.Error, or wraps context.Canceled.
func (c *Client) Deployments(ctx context.Context, endpoint string, bearer credential.Secret) ([]Deployment, error) {
	to, err := prepare(endpoint, pathDeployments, bearer)
	if err != nil {
		return nil, err
	}
	all := []Deployment{}
	seen := make(map[[2]string]bool)
	for items, err := range c.pages(ctx, to, "&all=true", listPages) {
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			d := to.deployment(item)
			if key := [2]string{d.Cluster, d.Name}; validName(d.Name) && !seen[key] {
				seen[key] = true
				all = append(all, d)
			}
		}
	}
	return all, nil
}

// Deployment returns what an endpoint tells of one deployment. The cluster may be empty.
//
// An error is an *Error, an *endpoint.Error, or wraps context.Canceled.
func (c *Client) Deployment(ctx context.Context, endpoint string, bearer credential.Secret, cluster, name string) (Deployment, error) {
	to, err := prepareOne(endpoint, pathDeployments, name, bearer)
	if err != nil {
		return Deployment{}, err
	}
	if cluster != "" {
		to.path += "?cluster=" + url.QueryEscape(cluster)
	}
	var item fields
	if err := c.receive(ctx, to, &item); err != nil {
		return Deployment{}, err
	}
	d := to.deployment(item)
	if d.Name != name {
		return Deployment{}, to.failReply("the deployment is another one")
	}
	return d, nil
}

// DeploymentUID returns the uid of the deployment of a name, which a wish for access to
// it needs.
//
// An error is an *Error, an *endpoint.Error, or wraps context.Canceled.
func (c *Client) DeploymentUID(ctx context.Context, endpoint string, bearer credential.Secret, name string) (string, error) {
	to, err := prepareOne(endpoint, pathDeployments, name, bearer)
	if err != nil {
		return "", err
	}
	var deployment fields
	if err := c.receive(ctx, to, &deployment); err != nil {
		return "", err
	}
	uid := deployment.text("uid")
	if !validName(uid) || to.clean(uid) != uid {
		return "", to.failReply("the deployment has no uid that could be used")
	}
	return uid, nil
}

// deployment reads a deployment, leniently: what is missing or of another type is left
// out.
func (v veil) deployment(item fields) Deployment {
	return Deployment{
		Name:    v.clean(item.text("name")),
		UID:     v.clean(item.text("uid")),
		Cluster: v.clean(item.object("cluster").text("name")),
		Status:  v.clean(item.text("status")),
		URLs:    v.cleanAll(item.texts("urls")),
		Public:  item.public(),
	}
}

// public reports whether every target of a deployment's latest revision says that calls
// need no authorization. The field is access_authorization in BentoML's own schema
// (bentoml/_internal/cloud/schemas/schemasv2.py).
func (f fields) public() bool {
	targets, _ := f.object("latest_revision")["targets"].([]any)
	for _, target := range objects(targets) {
		protected, told := target.object("config").boolean("access_authorization")
		if !told || protected {
			return false
		}
	}
	return len(targets) > 0 && len(objects(targets)) == len(targets)
}
