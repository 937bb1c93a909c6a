// Command standin serves the stand-in of BentoCloud to programs that are not Go
// tests: `make try` and scripts.
//
// It prints where it listens and what it knows as KEY=VALUE lines a shell can read,
// ended by STANDIN_READY=1, and serves until its standard input ends, so that it
// cannot outlive the script that started it. Until then it takes commands there, one
// a line, and answers each with one line that begins with "ok" or "error":
//
//	revoke VALUE|UID          forget a token
//	codes                     the login codes that wait: ok CODE…
//	approve CODE|last         decide on a login, as a person on its page does
//	deny CODE|last
//	expire CODE|last          let a login code be too old
//	vanish CODE|last          forget a login code
//	advance DURATION          move the cloud's clock on, as in 3h
//	fault [METHOD] PATH WHAT [TIMES]
//	                          let requests fail; WHAT is a status, hang, close, or
//	                          lost: done, but the answer does not arrive. PATH may
//	                          end in *
//	heal                      end every fault
//	tokens                    what is upstream: ok and a list in JSON of the name,
//	                          the uid and the fingerprint of each, not its value
package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
)

// What the stand-in knows. Nothing of it is real.
const (
	organization = "acme"
	userName     = "ada"
	userEmail    = "ada@acme.example"
	deployment   = "summarizer"
	valueAll     = "made-up-token-for-everything"
	valueCalls   = "made-up-token-for-endpoints"
	valueExpired = "made-up-token-that-expired"
	lifetime     = 30 * 24 * time.Hour
)

func main() { os.Exit(Main(os.Stdin, os.Stdout, time.Now)) }

// Main serves, and carries out commands, until stdin ends and returns the exit code.
func Main(stdin io.Reader, stdout io.Writer, now func() time.Time) int {
	cloud := cloudtest.Start(config(now))
	defer cloud.Close()
	lines := []string{
		"STANDIN_ENDPOINT=" + cloud.URL(),
		"STANDIN_DEPLOYMENT=" + deployment,
		"STANDIN_DEPLOYMENT_URL=" + cloud.DeploymentURL(deployment),
		"STANDIN_ORGANIZATION=" + organization,
		"STANDIN_USER=" + userName,
		"STANDIN_EMAIL=" + userEmail,
		"STANDIN_TOKEN=" + valueAll,
		"STANDIN_ENDPOINT_TOKEN=" + valueCalls,
		"STANDIN_EXPIRED_TOKEN=" + valueExpired,
		"STANDIN_READY=1",
	}
	if _, err := fmt.Fprintln(stdout, strings.Join(lines, "\n")); err != nil {
		return 1
	}
	if err := steer(cloud, stdin, stdout); err != nil {
		return 1
	}
	return 0
}

// config returns one organization with a token of each sort that a script needs.
func config(now func() time.Time) cloudtest.Config {
	start := now()
	return cloudtest.Config{
		Organization: organization,
		Users:        []cloudtest.User{{Name: userName, Email: userEmail, FirstName: "Ada", LastName: "Made-Up"}},
		Deployments:  []cloudtest.Deployment{{Name: deployment}},
		Now:          now,
		// BentoML's own client sends null where it is given no scope.
		LenientScopes: true,
		Tokens: []cloudtest.Token{
			{
				Value: valueAll, Name: "everything", Description: "developer operations and all endpoints",
				Developer: true, AllEndpoints: true, Expires: start.Add(lifetime),
			},
			{Value: valueCalls, Name: "calls", Deployments: []string{deployment}, Expires: start.Add(lifetime)},
			{Value: valueExpired, Name: "old", Developer: true, Expires: start.Add(-time.Hour)},
		},
	}
}
