//go:build unix

package e2e_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/bento-cred/bento-cred/internal/realpart"
)

// sessionVariable holds the address of the browser's WebDriver session, for the program
// browse, which opens pages in it.
const sessionVariable = "WEBDRIVER_SESSION"

// elementKey is the name a WebDriver gives an element's id in its replies (W3C WebDriver,
// section 11).
const elementKey = "element-6066-11e4-a52e-4f735466cecf"

// cmdChromium drives a real Chromium through its WebDriver.
//
//	chromium start         $BROWSER opens pages in it
//	chromium await TEXT    until the page has a text that matches
//	chromium click CSS     the first element that matches, once there is one
//	chromium shot FILE     what it shows, as a PNG
func cmdChromium(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: chromium start | await TEXT | click CSS | shot FILE")
	}
	if args[0] == "start" {
		startChromium(ts)
		return
	}
	if len(args) != 2 {
		ts.Fatalf("chromium %s what?", args[0])
	}
	session := ts.Getenv(sessionVariable)
	switch args[0] {
	case "await":
		awaitPage(ts, session, args[1])
	case "click":
		clickOn(ts, session, args[1])
	case "shot":
		var picture string
		ts.Check(webdriver(http.MethodGet, session+"/screenshot", nil, &picture))
		data, err := base64.StdEncoding.DecodeString(picture)
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o600))
	default:
		ts.Fatalf("there is no chromium %s", args[0])
	}
}

// clickOn clicks on the first element that matches a CSS selector, once there is one that
// can be clicked on.
func clickOn(ts *testscript.TestScript, session, selector string) {
	var err error
	for late := time.Now().Add(patience); time.Now().Before(late); time.Sleep(pause) {
		var element map[string]string
		err = webdriver(http.MethodPost, session+"/element", map[string]string{"using": "css selector", "value": selector}, &element)
		if err == nil {
			err = webdriver(http.MethodPost, session+"/element/"+element[elementKey]+"/click", struct{}{}, nil)
		}
		if err == nil {
			return
		}
	}
	ts.Check(err)
}

// startChromium starts the driver, which starts the browser, both for this script alone.
func startChromium(ts *testscript.TestScript) {
	realpart.Need(sceneOf(ts).test, "chromium", "chromedriver")
	cmd := command(ts, "chromedriver", []string{"--port=0"})
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() { end(cmd) })
	driver := "http://127.0.0.1:" + driverPort(ts, out)
	wish := map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"browserName": "chrome",
		"goog:chromeOptions": map[string]any{"binary": "/usr/bin/chromium", "args": []string{
			"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
			"--disable-background-networking", "--disable-component-update", "--disable-sync",
			"--user-data-dir=" + ts.MkAbs("chromium"),
		}},
	}}}
	var session struct {
		ID string `json:"sessionId"`
	}
	ts.Check(webdriver(http.MethodPost, driver+"/session", wish, &session))
	address := driver + "/session/" + session.ID
	ts.Defer(func() { _ = webdriver(http.MethodDelete, address, nil, nil) }) // the driver is ended next
	ts.Setenv(sessionVariable, address)
	ts.Setenv("BROWSER", "browse")
}

// driverPort reads the port that a driver listens on from what it says.
func driverPort(ts *testscript.TestScript, out io.Reader) string {
	port := regexp.MustCompile(`started successfully on port (\d+)`)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if found := port.FindStringSubmatch(lines.Text()); found != nil {
			go func() { _, _ = io.Copy(io.Discard, out) }() // it must not wait for a reader
			return found[1]
		}
	}
	ts.Fatalf("the driver does not say where it listens: %v", lines.Err())
	return ""
}

// awaitPage waits until the page's text matches a pattern.
func awaitPage(ts *testscript.TestScript, session, pattern string) {
	wanted, err := regexp.Compile(pattern)
	ts.Check(err)
	script := map[string]any{"script": "return document.body ? document.body.innerText : ''", "args": []any{}}
	var text string
	for late := time.Now().Add(patience); time.Now().Before(late); time.Sleep(pause) {
		if err = webdriver(http.MethodPost, session+"/execute/sync", script, &text); err == nil && wanted.MatchString(text) {
			return
		}
	}
	ts.Fatalf("the page never showed %q, but %q (%v)", pattern, text, err)
}

// browse is the program that $BROWSER names: it opens its argument in the script's
// browser.
func browse() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: browse ADDRESS")
		os.Exit(2)
	}
	err := webdriver(http.MethodPost, os.Getenv(sessionVariable)+"/url", map[string]string{"url": os.Args[1]}, nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// webdriver sends a command to a WebDriver and decodes the value of its reply.
func webdriver(method, address string, command, value any) error {
	var body io.Reader
	if command != nil {
		encoded, err := json.Marshal(command)
		if err != nil {
			return err
		}
		body = bytes.NewReader(encoded)
	}
	request, err := http.NewRequest(method, address, body)
	if err != nil {
		return err
	}
	client := http.Client{Timeout: 2 * patience}
	reply, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = reply.Body.Close() }() // it was read to its end, or of no use
	var answer struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.NewDecoder(reply.Body).Decode(&answer); err != nil {
		return fmt.Errorf("reading the driver's reply: %w", err)
	}
	if reply.StatusCode != http.StatusOK {
		return fmt.Errorf("the driver answers %s: %s", reply.Status, answer.Value)
	}
	if value == nil {
		return nil
	}
	return json.Unmarshal(answer.Value, value)
}
