// Package cloudtest is a stand-in for BentoCloud: a real HTTP server on this
// machine's loopback, with the management API that bento-cred calls and with
// deployments that want a token.
//
// Tests start it in their own process; `make try` and the end-to-end scripts run
// the program in the folder standin. Its replies carry the fields BentoML's own
// Python client insists on, and a test of this package lets that client, as PyPI
// has it, judge them.
//
// BentoCloud's replies to what goes wrong are not documented. A Cloud therefore
// refuses in any of the known manners (see Manner), and fails on demand in the ways
// networks and proxies do (see Fault). It is deterministic: its time is the
// Config's, it invents nothing and waits only where a Fault says so.
//
// Every request is recorded with the fingerprint of its token, so that a test can
// say which token went where; the tokens themselves stand in no record.
package cloudtest

import (
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// Config is what a Cloud holds when it starts.
type Config struct {
	Organization string // if empty, "acme"
	Users        []User // if empty, one user "ada"
	Tokens       []Token
	Deployments  []Deployment
	Manner       Manner
	// HideValues keeps the values of tokens out of listings, as Yatai does.
	HideValues bool
	TLS        bool
	// Now is the cloud's clock; if nil, time.Now.
	Now func() time.Time
}

// User is one member of the organization.
type User struct {
	Name      string
	Email     string
	FirstName string
	LastName  string
}

// Token is one API token the cloud knows.
type Token struct {
	Value       string
	UID         string // if empty, made from the value
	Name        string
	Description string
	User        string   // the name of its user; if empty, the first
	Scopes      []string // if nil and Developer, "api"

	Developer    bool     // opens the management API
	AllEndpoints bool     // opens every deployment
	Deployments  []string // opens the deployments named here
	Organization bool     // belongs to the organization
	Monitoring   bool

	Created  time.Time // if zero, the time the cloud started
	Expires  time.Time // zero for never
	LastUsed time.Time // zero for never; the cloud moves it on
}

// Deployment is one running deployment. It listens on a port of its own, because a
// token belongs to the exact host and port.
type Deployment struct {
	Name   string
	Public bool   // wants no token
	Status string // if empty, "running"
}

// Cloud is a running stand-in. Its methods may be called while it serves.
type Cloud struct {
	cfg        Config
	started    time.Time
	management *httptest.Server
	endpoints  map[string]*httptest.Server // by the deployment's name

	mu       sync.Mutex // guards what follows
	tokens   []Token
	faults   map[string]*Fault
	requests []Request
}

// New starts a Cloud that ends with the test.
func New(tb testing.TB, cfg Config) *Cloud {
	tb.Helper()
	cloud := Start(cfg)
	tb.Cleanup(cloud.Close)
	return cloud
}

// Start starts a Cloud on free ports of 127.0.0.1.
func Start(cfg Config) *Cloud {
	if cfg.Organization == "" {
		cfg.Organization = "acme"
	}
	if len(cfg.Users) == 0 {
		cfg.Users = []User{{Name: "ada", Email: "ada@acme.example", FirstName: "Ada", LastName: "Made-Up"}}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	c := &Cloud{
		cfg:       cfg,
		started:   cfg.Now(),
		endpoints: make(map[string]*httptest.Server),
		faults:    make(map[string]*Fault),
	}
	for _, token := range cfg.Tokens {
		c.AddToken(token)
	}
	for _, deployment := range cfg.Deployments {
		c.endpoints[deployment.Name] = c.listen(c.deploymentHandler(deployment))
	}
	c.management = c.listen(c.managementHandler())
	return c
}

// listen serves handler, with every request recorded and every Fault had.
func (c *Cloud) listen(handler http.Handler) *httptest.Server {
	server := httptest.NewUnstartedServer(c.record(c.misbehave(handler)))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // Handshakes fail on purpose.
	if c.cfg.TLS {
		server.EnableHTTP2 = true
		server.StartTLS()
	} else {
		server.Start()
	}
	return server
}

// Close ends every connection and stops serving.
func (c *Cloud) Close() {
	servers := []*httptest.Server{c.management}
	for _, server := range c.endpoints {
		servers = append(servers, server)
	}
	for _, server := range servers {
		server.CloseClientConnections()
		server.Close()
	}
}

// URL returns the endpoint of the management API.
func (c *Cloud) URL() string { return c.management.URL }

// DeploymentURL returns the address of a deployment, "" for one that is not there.
func (c *Cloud) DeploymentURL(name string) string {
	if server, found := c.endpoints[name]; found {
		return server.URL
	}
	return ""
}

// Certificate returns the certificate of a Cloud with TLS in PEM, to be trusted as
// an authority; nil without TLS.
func (c *Cloud) Certificate() []byte {
	certificate := c.management.Certificate()
	if certificate == nil {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
}

// Authorities returns a pool that trusts the Cloud's certificate.
func (c *Cloud) Authorities() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(c.Certificate())
	return pool
}

// AddToken makes one more token known.
func (c *Cloud) AddToken(token Token) {
	if token.UID == "" {
		token.UID = "token_" + Fingerprint(token.Value)
	}
	if token.User == "" {
		token.User = c.cfg.Users[0].Name
	}
	if token.Scopes == nil && token.Developer {
		token.Scopes = []string{scopeAll}
	}
	if token.Created.IsZero() {
		token.Created = c.started
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tokens = append(c.tokens, token)
}

// Revoke forgets the token with a value, and reports whether there was one.
func (c *Cloud) Revoke(value string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.tokens)
	c.tokens = slices.DeleteFunc(c.tokens, func(t Token) bool { return t.Value == value })
	return len(c.tokens) < before
}
