//go:build unix

package e2e_test

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
)

// decisions are what a person can do about a login that waits.
func decisions(cloud *cloudtest.Cloud) map[string]func(code string) bool {
	return map[string]func(string) bool{
		"approve": cloud.Approve, "deny": cloud.Deny, "expire": cloud.Expire, "vanish": cloud.Vanish,
	}
}

// decide waits for a login and decides on it.
func decide(ts *testscript.TestScript, cloud *cloudtest.Cloud, decision func(code string) bool) {
	for late := time.Now().Add(patience); time.Now().Before(late); time.Sleep(pause) {
		if codes := cloud.Codes(); len(codes) > 0 {
			if !decision(codes[len(codes)-1]) {
				ts.Fatalf("the login did not wait any more")
			}
			return
		}
	}
	ts.Fatalf("no login waits")
}

// addMany adds tokens that nobody has, more than fit on a page.
func addMany(ts *testscript.TestScript, cloud *cloudtest.Cloud, count string) {
	n, err := strconv.Atoi(count)
	ts.Check(err)
	for i := range n {
		cloud.AddToken(cloudtest.Token{Value: fmt.Sprintf("made-up-many-%d", i), Name: fmt.Sprintf("many-%03d", i), Developer: true})
	}
}

// showTokens writes a line for each token the cloud has, after waiting until it has as
// many as the script says.
func showTokens(ts *testscript.TestScript, cloud *cloudtest.Cloud, args []string) {
	if len(args) == 1 {
		want, err := strconv.Atoi(strings.TrimPrefix(args[0], "-count="))
		ts.Check(err)
		for late := time.Now().Add(patience); len(cloud.Tokens()) != want && time.Now().Before(late); {
			time.Sleep(pause)
		}
		if got := len(cloud.Tokens()); got != want {
			ts.Fatalf("the cloud has %d tokens, want %d", got, want)
		}
	}
	for _, t := range cloud.Tokens() {
		_, err := fmt.Fprintf(ts.Stdout(), "%s %s developer=%t all=%t deployments=%s organization=%t scopes=%s\n",
			t.UID, t.Name, t.Developer, t.AllEndpoints, strings.Join(t.Deployments, ","), t.Organization, strings.Join(t.Scopes, ","))
		ts.Check(err)
	}
}
