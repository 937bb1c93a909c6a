package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
)

// answered is how a command that was understood and done is answered, before its
// values.
const answered = "ok"

// steer carries out the commands on stdin until it ends, and answers each with one
// line: "ok", with values behind it where there are some, or "error" and why.
func steer(cloud *cloudtest.Cloud, stdin io.Reader, stdout io.Writer) error {
	lines := bufio.NewScanner(stdin)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) == 0 {
			continue
		}
		line, err := command(cloud, words[0], words[1:])
		if err != nil {
			line = "error " + err.Error()
		}
		if _, err := fmt.Fprintln(stdout, line); err != nil {
			return err
		}
	}
	return lines.Err()
}

// The texts of what goes wrong.
var (
	errUsage   = errors.New("commands: revoke VALUE|UID, codes, approve|deny|expire|vanish CODE|last, advance DURATION, fault [METHOD] PATH STATUS|hang|close|lost [TIMES], heal, tokens")
	errToken   = errors.New("there is no such token")
	errCode    = errors.New("no such code is waiting")
	errPattern = errors.New("want a path")
)

// command carries out one command and returns the answer.
func command(cloud *cloudtest.Cloud, verb string, args []string) (string, error) {
	switch {
	case verb == "revoke" && len(args) == 1:
		return answered, revoke(cloud, args[0])
	case verb == "codes" && len(args) == 0:
		return strings.Join(append([]string{answered}, cloud.Codes()...), " "), nil
	case verb == "tokens" && len(args) == 0:
		return tokens(cloud)
	case verb == "advance" && len(args) == 1:
		d, err := time.ParseDuration(args[0])
		cloud.Advance(d)
		return answered, err
	case verb == "heal" && len(args) == 0:
		cloud.Heal()
		return answered, nil
	case verb == "fault":
		return answered, fault(cloud, args)
	case len(args) == 1:
		return answered, decide(cloud, verb, args[0])
	default:
		return "", errUsage
	}
}

// revoke forgets the token with a value or a UID.
func revoke(cloud *cloudtest.Cloud, which string) error {
	for _, token := range cloud.Tokens() {
		if token.UID == which {
			which = token.Value
		}
	}
	if !cloud.Revoke(which) {
		return errToken
	}
	return nil
}

// tokens returns what is upstream, without the values, as a list in JSON.
func tokens(cloud *cloudtest.Cloud) (string, error) {
	type shown struct {
		Name        string `json:"name"`
		UID         string `json:"uid"`
		Fingerprint string `json:"fingerprint"`
	}
	all := []shown{}
	for _, token := range cloud.Tokens() {
		all = append(all, shown{token.Name, token.UID, cloudtest.Fingerprint(token.Value)})
	}
	encoded, err := json.Marshal(all)
	return answered + " " + string(encoded), err
}

// decide does to a login code what verb says; "last" is the youngest that waits.
func decide(cloud *cloudtest.Cloud, verb, code string) error {
	verdicts := map[string]func(string) bool{
		"approve": cloud.Approve, "deny": cloud.Deny, "expire": cloud.Expire, "vanish": cloud.Vanish,
	}
	verdict, found := verdicts[verb]
	if !found {
		return errUsage
	}
	if waiting := cloud.Codes(); code == "last" && len(waiting) > 0 {
		code = waiting[len(waiting)-1]
	}
	if !verdict(code) {
		return errCode
	}
	return nil
}

// fault lets requests fail: [METHOD] PATH STATUS|hang|close|lost [TIMES].
func fault(cloud *cloudtest.Cloud, args []string) error {
	pattern := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "/") {
		pattern, args = args[0]+" ", args[1:]
	}
	if len(args) < 2 || len(args) > 3 {
		return errUsage
	}
	if !strings.HasPrefix(args[0], "/") {
		return errPattern
	}
	what, err := faultOf(args[1])
	if err != nil {
		return err
	}
	if len(args) == 3 {
		times, err := strconv.ParseUint(args[2], 10, 16)
		if err != nil {
			return fmt.Errorf("reading how often: %w", err)
		}
		what.Times = int(times)
	}
	cloud.Fail(pattern+args[0], what)
	return nil
}

// faultOf returns the Fault that a word names.
func faultOf(word string) (cloudtest.Fault, error) {
	switch word {
	case "hang":
		return cloudtest.Fault{Hang: true}, nil
	case "close":
		return cloudtest.Fault{Close: true}, nil
	case "lost":
		return cloudtest.Fault{After: true, Close: true}, nil
	}
	status, err := strconv.Atoi(word)
	if err != nil {
		return cloudtest.Fault{}, fmt.Errorf("reading the status: %w", err)
	}
	if status < http.StatusOK || status > 599 { // Below are those that announce another.
		return cloudtest.Fault{}, fmt.Errorf("the status %d is none", status)
	}
	return cloudtest.Fault{Status: status}, nil
}
