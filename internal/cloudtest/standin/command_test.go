package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
)

// TestCommands does what a script does: write a line, read a line.
func TestCommands(t *testing.T) {
	t.Parallel()
	cloud := cloudtest.New(t, config(time.Now))
	for _, step := range []struct {
		command string
		want    string // a pattern
	}{
		{"codes", `ok`},
		{"approve last", `error no such code is waiting`},
		{"", ``},
		{"codes", `ok made-up-code-1 made-up-code-2 made-up-code-3 made-up-code-4`},
		{"approve last", `ok`},
		{"deny last", `ok`},
		{"approve made-up-code-1", `ok`},
		{"approve made-up-code-1", `error no such code is waiting`},
		{"expire last", `ok`},
		{"codes", `ok`},
		{"vanish made-up-code-3", `ok`},
		{"tokens", `ok \[.*"name":"login-4","uid":"token_[0-9a-f]{12}","fingerprint":"[0-9a-f]{12}".*\]`},
		{"advance 721h", `ok`},
		{"advance soon", `error .*duration.*`},
		{"revoke " + valueAll, `ok`},
		{"revoke " + valueAll, `error there is no such token`},
		{"revoke token_" + cloudtest.Fingerprint(valueCalls), `ok`},
		{"fault /api/v1/auth/current 503 1", `ok`},
		{"fault GET /api/v1/auth/code hang", `ok`},
		{"fault POST /api/v1/api_tokens lost 2", `ok`},
		{"fault /x close", `ok`},
		{"fault /x 42", `error the status 42 is none`},
		{"fault /x soon", `error reading the status: .*`},
		{"fault /x 500 often", `error reading how often: .*`},
		{"fault GET x 500", `error want a path`},
		{"fault", `error commands: .*`},
		{"fault /x", `error commands: .*`},
		{"heal", `ok`},
		{"heal all", `error commands: .*`},
		{"dance", `error commands: .*`},
		{"dance twice", `error commands: .*`},
	} {
		if step.command == "" { // Logins begin.
			for range 4 {
				fetch(t, cloud.URL()+"/api/v1/auth/code", "", "")
			}
			continue
		}
		var answer strings.Builder
		if err := steer(cloud, strings.NewReader(step.command+"\n"), &answer); err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`^` + step.want + "\n$").MatchString(answer.String()) {
			t.Errorf("%s: %q, want %q", step.command, answer.String(), step.want)
		}
		if strings.Contains(answer.String(), "made-up-token") || strings.Contains(answer.String(), "madeup") {
			t.Errorf("%s shows a token: %q", step.command, answer.String())
		}
	}
}

// TestCommandsReachTheCloud has commands in one stream, while the cloud serves.
func TestCommandsReachTheCloud(t *testing.T) {
	t.Parallel()
	cloud := cloudtest.New(t, config(time.Now))
	stdin, write := io.Pipe()
	read, stdout := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- steer(cloud, stdin, stdout) }()
	answers := bufio.NewScanner(read)
	say := func(command string) {
		t.Helper()
		if _, err := io.WriteString(write, "\n"+command+"\n"); err != nil {
			t.Fatal(err)
		}
		if !answers.Scan() || answers.Text() != answered {
			t.Fatalf("%s: %q", command, answers.Text())
		}
	}
	status := func() int {
		t.Helper()
		reply, err := call(t, cloud.URL()+"/api/v1/auth/current", "X-YATAI-API-TOKEN", valueAll)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = reply.Body.Close() }()
		return reply.StatusCode
	}
	say("fault /api/v1/auth/* 503 1")
	if got := status(); got != http.StatusServiceUnavailable {
		t.Errorf("with a fault: %d", got)
	}
	if got := status(); got != http.StatusOK {
		t.Errorf("after its time: %d", got)
	}
	say("advance 721h")
	if got := status(); got != http.StatusForbidden {
		t.Errorf("past its expiry: %d", got)
	}
	say("advance -721h")
	say("revoke " + valueAll)
	if got := status(); got != http.StatusForbidden {
		t.Errorf("revoked: %d", got)
	}
	if err := write.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("at the end of the commands: %v", err)
	}
}

// FuzzCommand writes any line: it has one answer, unless it is empty.
func FuzzCommand(f *testing.F) {
	for _, seed := range []string{"tokens", "fault GET /x 500 1", "advance 3h", "approve last", "", "\x00", "fault /\xff lost", "fault /x 99999999999999999999"} {
		f.Add(seed)
	}
	cloud := cloudtest.New(f, config(time.Now))
	f.Fuzz(func(t *testing.T, line string) {
		line = strings.ReplaceAll(line, "\n", "")
		var answer strings.Builder
		if err := steer(cloud, strings.NewReader(line), &answer); err != nil && len(line) < bufio.MaxScanTokenSize {
			t.Fatal(err)
		}
		want := 1
		if len(strings.Fields(line)) == 0 || len(line) >= bufio.MaxScanTokenSize {
			want = 0
		}
		if got := strings.Count(answer.String(), "\n"); got != want {
			t.Errorf("%q is answered with %q", line, answer.String())
		}
		if rest, found := strings.CutPrefix(answer.String(), "ok ["); found && !json.Valid([]byte("["+rest)) {
			t.Errorf("%q is answered with what is no JSON: %q", line, answer.String())
		}
	})
}
