package cloudtest

import "time"

// The shapes of the API's objects, with the names and the required fields of
// BentoML's schemas (src/bentoml/_internal/cloud/schemas) and, for tokens, the
// further ones of BentoCloud's OpenAPI document.

type userShape struct {
	Name      string `json:"name"`
	Email     string `json:"email"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
}

type resourceShape struct {
	UID          string     `json:"uid"`
	CreatedAt    time.Time  `json:"created_at"`
	UpdatedAt    *time.Time `json:"updated_at"`
	DeletedAt    *time.Time `json:"deleted_at"`
	Name         string     `json:"name"`
	ResourceType string     `json:"resource_type"`
	Labels       []string   `json:"labels"`
}

type organizationShape struct {
	resourceShape
	Description string `json:"description"`
}

type tokenShape struct {
	resourceShape
	Description         string            `json:"description"`
	Scopes              []string          `json:"scopes"`
	User                userShape         `json:"user"`
	Organization        organizationShape `json:"organization"`
	ExpiredAt           *time.Time        `json:"expired_at"`
	LastUsedAt          *time.Time        `json:"last_used_at"`
	IsExpired           bool              `json:"is_expired"`
	IsAPIToken          bool              `json:"is_api_token"`
	IsAccessToken       bool              `json:"is_access_token"`
	IsGlobalAccess      bool              `json:"is_global_access"`
	IsOrganizationToken bool              `json:"is_organization_token"`
	IsMonitoringToken   bool              `json:"is_monitoring_token"`
	DeploymentNames     []string          `json:"deployment_names"`
	DeploymentUIDs      []string          `json:"deployment_uids"`
	Token               string            `json:"token,omitempty"`
}

type clusterShape struct {
	resourceShape
	Description      string    `json:"description"`
	OrganizationName string    `json:"organization_name"`
	Creator          userShape `json:"creator"`
	IsFirst          bool      `json:"is_first"`
}

type deploymentShape struct {
	resourceShape
	Status         string       `json:"status"`
	KubeNamespace  string       `json:"kube_namespace"`
	Creator        userShape    `json:"creator"`
	Cluster        clusterShape `json:"cluster"`
	LatestRevision *struct{}    `json:"latest_revision"`
	URLs           []string     `json:"urls,omitempty"`
}

// page is one stretch of a list.
type page[T any] struct {
	Start int `json:"start"`
	Count int `json:"count"`
	Total int `json:"total"`
	Items []T `json:"items"`
}

// resource returns the part every object has.
func (c *Cloud) resource(kind, name string) resourceShape {
	return resourceShape{
		UID:          kind + "_" + Fingerprint(name),
		CreatedAt:    c.started.UTC(),
		Name:         name,
		ResourceType: kind,
		Labels:       []string{},
	}
}

func (c *Cloud) organization() organizationShape {
	return organizationShape{resourceShape: c.resource("organization", c.cfg.Organization)}
}

// user returns the user of a name; the first where there is none of that name.
func (c *Cloud) user(name string) userShape {
	for _, user := range c.cfg.Users {
		if user.Name == name {
			return userShape(user)
		}
	}
	return userShape(c.cfg.Users[0])
}

// token returns what a listing shows of a token.
func (c *Cloud) token(token Token) tokenShape {
	now := c.cfg.Now()
	shape := tokenShape{
		resourceShape:       c.resource("api_token", token.Name),
		Description:         token.Description,
		Scopes:              token.Scopes,
		User:                c.user(token.User),
		Organization:        c.organization(),
		ExpiredAt:           known(token.Expires),
		LastUsedAt:          known(token.LastUsed),
		IsExpired:           !token.Expires.IsZero() && !now.Before(token.Expires),
		IsAPIToken:          token.Developer,
		IsAccessToken:       token.AllEndpoints || len(token.Deployments) > 0,
		IsGlobalAccess:      token.AllEndpoints,
		IsOrganizationToken: token.Organization,
		IsMonitoringToken:   token.Monitoring,
		DeploymentNames:     token.Deployments,
		DeploymentUIDs:      []string{},
	}
	shape.UID, shape.CreatedAt = token.UID, token.Created.UTC()
	if shape.Scopes == nil {
		shape.Scopes = []string{}
	}
	for _, name := range token.Deployments {
		shape.DeploymentUIDs = append(shape.DeploymentUIDs, c.resource("deployment", name).UID)
	}
	if !c.cfg.HideValues {
		shape.Token = token.Value
	}
	return shape
}

// deployment returns what a listing shows of a deployment, which is no address.
func (c *Cloud) deployment(deployment Deployment) deploymentShape {
	creator := c.user("")
	status := deployment.Status
	if status == "" {
		status = "running"
	}
	return deploymentShape{
		resourceShape: c.resource("deployment", deployment.Name),
		Status:        status,
		KubeNamespace: "bentoml",
		Creator:       creator,
		Cluster: clusterShape{
			resourceShape:    c.resource("cluster", "default"),
			OrganizationName: c.cfg.Organization,
			Creator:          creator,
			IsFirst:          true,
		},
	}
}

// known returns a pointer to when, nil where it is not known.
func known(when time.Time) *time.Time {
	if when.IsZero() {
		return nil
	}
	when = when.UTC()
	return &when
}
