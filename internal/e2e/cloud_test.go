//go:build unix

package e2e_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
)

// The tokens every cloud knows, unless it is started without. None of them is real.
const (
	tokenDeveloper = "made-up-developer"
	tokenEndpoints = "made-up-endpoints"
	tokenSummary   = "made-up-summarizer"
	tokenExpired   = "made-up-expired"
)

// deployment is the one that every cloud runs.
const deployment = "summarizer"

const cloudUsage = `usage:
	cloud start [NAME] [-tls] [-manner=unauthorized|empty] [-codes=alike] [-hide] [-org=NAME] [-user=NAME]
	cloud token VALUE WHAT…       add one; WHAT is developer, endpoints or a deployment
	cloud revoke VALUE
	cloud many N                  add N tokens that nobody has
	cloud approve | deny | expire | vanish
	                              decide on the login that waits, once one does
	cloud advance DURATION        move its clock on
	cloud tokens [-count=N]       show the tokens it has; await N of them
	cloud fault PATH KIND         hang, close, cut, lost, empty, html, text, STATUS or URL;
	                              a PATH may have a method before it
	cloud heal
	cloud use NAME                go on with another one
	cloud requests [-count=N]     show what arrived, oldest first; N of them
	cloud cert FILE               write the certificate of a cloud with -tls`

// cmdCloud starts and steers the script's stand-ins for BentoCloud. The first is
// called cloud; its address is in $CLOUD, and that of its deployment in
// $CLOUD_SUMMARIZER, that of a public one in $CLOUD_OPEN. Commands but start are about the last one started.
func cmdCloud(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("%s", cloudUsage)
	}
	if args[0] == "start" {
		startCloud(ts, args[1:])
		return
	}
	s := sceneOf(ts)
	if len(args) == 2 && args[0] == "use" {
		s.cloud = s.clouds[strings.ToUpper(args[1])]
	}
	cloud := s.cloud
	if cloud == nil {
		ts.Fatalf("there is no such cloud yet")
	}
	if args[0] == "use" {
		return
	}
	steerCloud(ts, cloud, args[0], args[1:])
}

func startCloud(ts *testscript.TestScript, args []string) {
	name := "CLOUD"
	config := cloudtest.Config{Deployments: []cloudtest.Deployment{{Name: deployment}, {Name: "open", Public: true}}}
	for _, arg := range args {
		flag, value, _ := strings.Cut(arg, "=")
		switch flag {
		case "-tls":
			config.TLS = true
		case "-manner":
			config.Manner = map[string]cloudtest.Manner{
				"unauthorized": cloudtest.Unauthorized, "empty": cloudtest.Empty,
			}[value]
		case "-codes":
			config.Codes = cloudtest.CodesAlike()
		case "-hide":
			config.HideValues = true
		case "-org":
			config.Organization = value
		case "-user":
			config.Users = []cloudtest.User{{Name: value, Email: value + "@acme.example"}}
		default:
			name = strings.ToUpper(arg)
		}
	}
	config.Tokens = []cloudtest.Token{
		{Value: tokenDeveloper, Name: "developer", Developer: true, Expires: time.Now().Add(30 * 24 * time.Hour)},
		{Value: tokenEndpoints, Name: "endpoints", AllEndpoints: true},
		{Value: tokenSummary, Name: "summary", Deployments: []string{deployment}},
		{Value: tokenExpired, Name: "expired", Developer: true, Expires: time.Now().Add(-time.Hour)},
	}
	cloud := cloudtest.Start(config)
	ts.Defer(cloud.Close)
	ts.Setenv(name, cloud.URL())
	ts.Setenv(name+"_SUMMARIZER", cloud.DeploymentURL(deployment))
	ts.Setenv(name+"_OPEN", cloud.DeploymentURL("open"))
	s := sceneOf(ts)
	if s.clouds == nil {
		s.clouds = make(map[string]*cloudtest.Cloud)
	}
	s.cloud, s.clouds[name] = cloud, cloud
}

func steerCloud(ts *testscript.TestScript, cloud *cloudtest.Cloud, verb string, args []string) {
	switch {
	case verb == "token" && len(args) > 1:
		cloud.AddToken(tokenOf(args[0], args[1:]))
	case verb == "revoke" && len(args) == 1:
		if !cloud.Revoke(args[0]) {
			ts.Fatalf("there is no such token")
		}
	case verb == "many" && len(args) == 1:
		addMany(ts, cloud, args[0])
	case len(args) == 0 && decisions(cloud)[verb] != nil:
		decide(ts, cloud, decisions(cloud)[verb])
	case verb == "advance" && len(args) == 1:
		duration, err := time.ParseDuration(args[0])
		ts.Check(err)
		cloud.Advance(duration)
	case verb == "tokens":
		showTokens(ts, cloud, args)
	case verb == "fault" && len(args) == 2:
		cloud.Fail(args[0], faultOf(ts, args[1]))
	case verb == "heal" && len(args) == 0:
		cloud.Heal()
	case verb == "requests":
		showRequests(ts, cloud.Requests(), args)
	case verb == "cert" && len(args) == 1:
		ts.Check(os.WriteFile(ts.MkAbs(args[0]), cloud.Certificate(), 0o600))
	default:
		ts.Fatalf("%s", cloudUsage)
	}
}

// tokenOf returns a token that opens what the words name.
func tokenOf(value string, words []string) cloudtest.Token {
	token := cloudtest.Token{Value: value, Name: value}
	for _, word := range words {
		switch word {
		case "developer":
			token.Developer = true
		case "endpoints":
			token.AllEndpoints = true
		default:
			token.Deployments = append(token.Deployments, word)
		}
	}
	return token
}

// faultOf returns the fault that a word of a script stands for.
func faultOf(ts *testscript.TestScript, kind string) cloudtest.Fault {
	switch kind {
	case "hang":
		return cloudtest.Fault{Hang: true}
	case "close":
		return cloudtest.Fault{Close: true}
	case "cut":
		return cloudtest.Fault{Body: `{"name":`, Cut: true}
	case "lost":
		return cloudtest.Fault{After: true, Close: true}
	case "empty":
		return cloudtest.Fault{Status: 200}
	case "html":
		return cloudtest.Page(200)
	case "text":
		return cloudtest.Fault{Body: "this is no JSON"}
	}
	if strings.Contains(kind, "://") {
		return cloudtest.Redirect(kind)
	}
	status, err := strconv.Atoi(kind)
	ts.Check(err)
	if status == 500 {
		return cloudtest.Oops("trace-made-up")
	}
	return cloudtest.Fault{Status: status}
}

// showRequests writes a line for each request, with the fingerprints of its tokens.
func showRequests(ts *testscript.TestScript, requests []cloudtest.Request, args []string) {
	if len(args) == 1 {
		want, err := strconv.Atoi(strings.TrimPrefix(args[0], "-count="))
		ts.Check(err)
		if len(requests) != want {
			ts.Fatalf("%d requests reached the cloud, want %d: %+v", len(requests), want, requests)
		}
	}
	for _, r := range requests {
		_, err := fmt.Fprintf(ts.Stdout(), "%s %s management=%s bearer=%s\n", r.Method, r.Path, r.Management, r.Bearer)
		ts.Check(err)
	}
}
