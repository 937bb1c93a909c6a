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
	Description  string            `json:"description"`
	Scopes       []string          `json:"scopes"`
	User         userShape         `json:"user"`
	Organization organizationShape `json:"organization"`
	ExpiredAt    *time.Time        `json:"expired_at"`
	LastUsedAt   *time.Time        `json:"last_used_at"`
	IsExpired    bool              `json:"is_expired"`
	Token        string            `json:"token,omitempty"`
	*accessShape                   // nil where the Cloud knows no access
}

// accessShape is what only BentoCloud tells of a token.
type accessShape struct {
	IsAPIToken          bool     `json:"is_api_token"`
	IsAccessToken       bool     `json:"is_access_token"`
	IsGlobalAccess      bool     `json:"is_global_access"`
	IsOrganizationToken bool     `json:"is_organization_token"`
	IsMonitoringToken   bool     `json:"is_monitoring_token"`
	DeploymentNames     []string `json:"deployment_names"`
	DeploymentUIDs      []string `json:"deployment_uids"`
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
	Status         string         `json:"status"`
	KubeNamespace  string         `json:"kube_namespace"`
	Creator        userShape      `json:"creator"`
	Cluster        clusterShape   `json:"cluster"`
	LatestRevision *revisionShape `json:"latest_revision"`
	URLs           []string       `json:"urls,omitempty"`
}

type revisionShape struct {
	resourceShape
	Creator *userShape    `json:"creator"`
	Status  string        `json:"status"`
	Targets []targetShape `json:"targets"`
}

type targetShape struct {
	resourceShape
	Creator *userShape  `json:"creator"`
	Config  configShape `json:"config"`
	Bento   *struct{}   `json:"bento"`
}

type configShape struct {
	AccessAuthorization bool     `json:"access_authorization"`
	Services            struct{} `json:"services"`
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

// user returns what the API tells of the user of a name.
func (c *Cloud) user(name string) userShape {
	user := c.named(name)
	return userShape{Name: user.Name, Email: user.Email, FirstName: user.FirstName, LastName: user.LastName}
}

// member reports whether the user of a name is no admin.
func (c *Cloud) member(name string) bool { return c.named(name).Member }

// named returns the user of a name; the first where there is none of that name.
func (c *Cloud) named(name string) User {
	for _, user := range c.cfg.Users {
		if user.Name == name {
			return user
		}
	}
	return c.cfg.Users[0]
}

// token returns what a listing shows of a token to who holds the token by.
func (c *Cloud) token(token, by Token) tokenShape {
	shape := c.revealed(token)
	if c.cfg.HideValues || (token.Organization && c.member(by.User)) {
		shape.Token = ""
	}
	return shape
}

// revealed returns what is shown of a token that was just made, its value included.
func (c *Cloud) revealed(token Token) tokenShape {
	shape := tokenShape{
		resourceShape: c.resource("api_token", token.Name),
		Description:   token.Description,
		Scopes:        append([]string{}, token.Scopes...), // Never null.
		User:          c.user(token.User),
		Organization:  c.organization(),
		ExpiredAt:     known(token.Expires),
		LastUsedAt:    known(token.LastUsed),
		IsExpired:     !token.Expires.IsZero() && !c.now().Before(token.Expires),
		Token:         token.Value,
	}
	shape.UID, shape.CreatedAt = token.UID, token.Created.UTC()
	if !c.cfg.IgnoreAccess {
		shape.accessShape = c.access(token)
	}
	return shape
}

// access returns what a token opens and whose it is.
func (c *Cloud) access(token Token) *accessShape {
	shape := &accessShape{
		IsAPIToken:          token.Developer,
		IsAccessToken:       token.AllEndpoints || len(token.Deployments) > 0,
		IsGlobalAccess:      token.AllEndpoints,
		IsOrganizationToken: token.Organization,
		IsMonitoringToken:   token.Monitoring,
		DeploymentNames:     token.Deployments,
		DeploymentUIDs:      []string{},
	}
	for _, name := range token.Deployments {
		shape.DeploymentUIDs = append(shape.DeploymentUIDs, c.resource("deployment", name).UID)
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
		LatestRevision: &revisionShape{
			resourceShape: c.resource("deployment_revision", deployment.Name+"-1"),
			Status:        "active",
			Targets: []targetShape{{
				resourceShape: c.resource("deployment_target", "main"),
				Config:        configShape{AccessAuthorization: !deployment.Public},
			}},
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
