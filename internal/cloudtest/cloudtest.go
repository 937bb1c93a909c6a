// Package cloudtest is a stand-in for BentoCloud: a real HTTP server on this
// machine's loopback, with the management API that bento-cred calls, the page on
// which a person approves a login, and deployments that want a token.
//
// Tests start it in their own process; `make try` and the end-to-end scripts run
// the program in the folder standin. Its replies carry the fields BentoML's own
// Python client insists on, and tests of this package let that client, as PyPI
// has it, judge them.
//
// Of BentoCloud, what it takes and what it sends on success are known from that
// client and from a copy of its OpenAPI document; its replies to what goes wrong are
// not documented. A Cloud therefore refuses in any of the known manners (see Manner
// and CodeManner), and fails on demand in the ways networks and proxies do (see
// Fault). It is deterministic: its time is the Config's, the values it makes are
// counted, and it waits only where a Fault says so.
//
// Every request is recorded with the fingerprint of its token, so that a test can
// say which token went where; the tokens themselves stand in no record.
package cloudtest

import (
	"crypto/x509"
	"encoding/pem"
	"html/template"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Cloud is a running stand-in. Its methods may be called while it serves.
type Cloud struct {
	cfg        Config
	started    time.Time
	page       *template.Template
	management *httptest.Server
	endpoints  map[string]*httptest.Server // by the deployment's name
	moved      atomic.Int64                // how far Advance moved the clock on, in nanoseconds

	mu       sync.Mutex // guards what follows
	tokens   []Token
	made     int // tokens made so far
	codes    []*code
	asked    int // codes made so far
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
		page:      template.Must(template.New("page").Parse(pageText)),
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

// Advance moves the Cloud's clock on by d, and back where d is negative.
func (c *Cloud) Advance(d time.Duration) { c.moved.Add(int64(d)) }

// now returns the time on the Cloud's clock.
func (c *Cloud) now() time.Time { return c.cfg.Now().Add(time.Duration(c.moved.Load())) }

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
