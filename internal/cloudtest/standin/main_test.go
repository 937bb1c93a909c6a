package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestMainServesUntilStdinEnds does what a script does: read the lines, call both
// addresses, close the pipe.
func TestMainServesUntilStdinEnds(t *testing.T) {
	t.Parallel()
	stdin, hold := io.Pipe()
	out, stdout := io.Pipe()
	code := make(chan int, 1)
	go func() { code <- Main(stdin, stdout, time.Now) }()

	facts := make(map[string]string)
	lines := bufio.NewScanner(out)
	for facts["STANDIN_READY"] == "" && lines.Scan() {
		key, value, found := strings.Cut(lines.Text(), "=")
		if !found || strings.ContainsAny(value, " '\"$\\`") {
			t.Fatalf("a shell cannot read %q", lines.Text())
		}
		facts[key] = value
	}
	user := fetch(t, facts["STANDIN_ENDPOINT"]+"/api/v1/auth/current", "X-YATAI-API-TOKEN", facts["STANDIN_TOKEN"])
	if user["name"] != facts["STANDIN_USER"] || user["email"] != facts["STANDIN_EMAIL"] {
		t.Errorf("the management API knows %v, want %v", user, facts)
	}
	hello := fetch(t, facts["STANDIN_DEPLOYMENT_URL"]+"/hello", "Authorization", "Bearer "+facts["STANDIN_ENDPOINT_TOKEN"])
	if hello["deployment"] != facts["STANDIN_DEPLOYMENT"] {
		t.Errorf("the deployment says %v, want %v", hello, facts)
	}
	if err := hold.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-code:
		if got != 0 {
			t.Errorf("exit code %d, want 0", got)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the stand-in still serves after its input ended")
	}
}

// fetch returns the JSON object at an address.
func fetch(t *testing.T, address, header, value string) map[string]any {
	t.Helper()
	reply, err := call(t, address, header, value)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reply.Body.Close() }()
	var object map[string]any
	if err := json.NewDecoder(reply.Body).Decode(&object); err != nil || reply.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d, %v", address, reply.StatusCode, err)
	}
	return object
}

// call gets an address with a header, none where its name is "".
func call(t *testing.T, address, header, value string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if header != "" {
		req.Header.Set(header, value)
	}
	return http.DefaultClient.Do(req)
}
