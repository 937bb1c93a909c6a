//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// thePage is where the first login of a Memory waits.
const thePage = madeUpEndpoint + "/api_tokens?code=login-1"

// waiter is an agent that counts the logins that were given up, and has trouble.
type waiter struct {
	*agent
	page    string // another than the cloud's, if set
	trouble chan string

	mu   sync.Mutex
	left int // guarded by mu
}

// StartLogin implements management.Agent.
func (w *waiter) StartLogin(ctx context.Context, login management.BrowserLogin) (management.Approval, error) {
	approval, err := w.agent.StartLogin(ctx, login)
	if w.page != "" {
		approval.Page = w.page
	}
	return approval, err
}

// AwaitLogin implements management.Agent.
func (w *waiter) AwaitLogin(ctx context.Context, id string) (management.Progress, error) {
	progress, err := w.agent.AwaitLogin(ctx, id)
	select {
	case progress.Trouble = <-w.trouble:
		w.trouble <- progress.Trouble // until it is another
	default:
	}
	return progress, err
}

// LeaveLogin implements management.Agent.
func (w *waiter) LeaveLogin(ctx context.Context, id string) error {
	w.mu.Lock()
	w.left++
	w.mu.Unlock()
	return w.agent.LeaveLogin(ctx, id)
}

func (w *waiter) leaves() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.left
}

// fakeBrowser returns the variable that names a browser which writes down what it is
// given, and where.
func fakeBrowser(t *testing.T) (variable, opened string) {
	t.Helper()
	dir := t.TempDir()
	opened = filepath.Join(dir, "opened")
	script := "#!/bin/sh\nprintf '%s\\n' \"$@\" >>'" + opened + "'\n"
	if err := os.WriteFile(filepath.Join(dir, "browser"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return "BROWSER=" + filepath.Join(dir, "browser"), opened
}

// TestWaitForTheBrowser opens the page, turns its wheel, counts down, tells of trouble
// and leaves a tidy terminal.
func TestWaitForTheBrowser(t *testing.T) {
	t.Parallel()
	w := &waiter{agent: newAgent(), trouble: make(chan string, 1)}
	w.Now = time.Now
	variable, opened := fakeBrowser(t)
	s := start(t, program(t, append(serve(t, w), variable), "login", "--browser", "--endpoint", madeUpEndpoint))
	s.await("Open this page to log in:\r\n  " + thePage)
	frame := regexp.MustCompile(`([-|/\\]) ` + waiting + `, 0?(\d+:\d\d) left`)
	for late := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		frames, times := make(map[string]bool), make(map[string]bool)
		for _, match := range frame.FindAllStringSubmatch(s.shown(), -1) {
			frames[match[1]], times[match[2]] = true, true
		}
		if len(frames) == 4 && len(times) > 1 && times["9:58"] {
			break
		}
		if time.Now().After(late) {
			t.Fatalf("the wheel had %v, the clock %v; shown is %q", frames, times, s.shown())
		}
	}
	w.trouble <- "the endpoint does not\x1b[31m answer"
	s.await(`left; the endpoint does not\x1b[31m answer`)
	<-w.trouble
	w.Approve(thePage)
	s.await("Successfully logged in as")
	if status := s.status(); status != 0 {
		t.Errorf("status %d", status)
	}
	if page, err := os.ReadFile(opened); err != nil || string(page) != thePage+"\n" {
		t.Errorf("the browser was given %q, %v", page, err)
	}
	if w.leaves() != 0 {
		t.Error("the login was given up")
	}
	last := s.shown()[strings.LastIndex(s.shown(), waiting):]
	if !strings.Contains(last, "\x1b[K") && !strings.Contains(last, "\x1b[2K") {
		t.Errorf("the line of the wait is not cleared: %q", last)
	}
}

// TestWaitGivenUp by Ctrl-C tells the daemon, and exits as after an interrupt.
func TestWaitGivenUp(t *testing.T) {
	t.Parallel()
	w := &waiter{agent: newAgent()}
	s := start(t, program(t, serve(t, w), "login", "--browser", "--no-open", "--endpoint", madeUpEndpoint))
	s.await(waiting)
	s.typed("\x03")
	s.await("login given up")
	if status := s.status(); status != 130 || w.leaves() != 1 {
		t.Errorf("status %d, given up %d times; want 130 and once", status, w.leaves())
	}
}

// TestNoBrowser where there is none, it cannot be started, or nobody wants it.
func TestNoBrowser(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	failing := filepath.Join(dir, "failing")
	if err := os.WriteFile(failing, []byte("#!/bin/sh\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		variable string
		args     []string
		says     string
		silent   bool // of a browser
	}{
		"none here": {"PATH=" + dir, nil, "open the page on any machine", false},
		"fails":     {"BROWSER=" + failing, nil, "the browser could not be opened", false},
		"not there": {"BROWSER=" + filepath.Join(dir, "nothing"), nil, "the browser could not be opened", false},
		"no-open":   {"BROWSER=" + failing, []string{"--no-open"}, thePage, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAgent()
			s := start(t, program(t, append(serve(t, a), test.variable), append([]string{"login", "--browser", "--endpoint", madeUpEndpoint}, test.args...)...))
			s.await(test.says)
			s.await(waiting)
			a.Approve(thePage)
			if status := s.status(); status != 0 || test.silent && strings.Contains(s.shown(), "any machine") {
				t.Errorf("status %d: %q", status, s.shown())
			}
		})
	}
}

// TestPageOfAnother opens nothing, shows nothing of it, and gives the login up.
func TestPageOfAnother(t *testing.T) {
	t.Parallel()
	w := &waiter{agent: newAgent(), page: "https://acme.cloud.bentoml.example.evil.example/api_tokens?code=login-1"}
	variable, opened := fakeBrowser(t)
	got := run(t, append(serve(t, w), variable), "login", "--browser", "--endpoint", madeUpEndpoint)
	if got.status != ipc.ExitStatus(&ipc.Error{Code: ipc.BadReply}) || !strings.Contains(got.err, "nothing was opened") {
		t.Errorf("status %d, %q", got.status, got.err)
	}
	if _, err := os.Stat(opened); !errors.Is(err, os.ErrNotExist) || w.leaves() != 1 {
		t.Errorf("the browser was started: %v; given up %d times", err == nil, w.leaves())
	}
}

// TestWaitWithoutATerminal writes a line for each change, and no wheel.
func TestWaitWithoutATerminal(t *testing.T) {
	t.Parallel()
	w := &waiter{agent: newAgent(), trouble: make(chan string, 1)}
	w.trouble <- "the endpoint does not answer"
	environ := append(serve(t, w), "BROWSER=true")
	go func() {
		time.Sleep(300 * time.Millisecond)
		<-w.trouble
		time.Sleep(300 * time.Millisecond)
		w.Approve(thePage)
	}()
	got := run(t, environ, "login", "--browser", "--endpoint", madeUpEndpoint)
	want := "Open this page to log in:\n  " + thePage + "\nbento-cred: " + waiting + ", until 2027-01-15T12:10:00Z\n" +
		"bento-cred: the endpoint does not answer\nbento-cred: the endpoint answers again; " + waiting + "\n"
	if got.status != 0 || !strings.HasSuffix(strings.ReplaceAll(got.err, "bento-cred: Open", "Open"), want) {
		t.Errorf("status %d, standard error %q, want %q", got.status, got.err, want)
	}
	if !strings.Contains(got.out, "Successfully logged in as") {
		t.Errorf("standard output %q", got.out)
	}
}

// TestSecondShellJoins opens the page once.
func TestSecondShellJoins(t *testing.T) {
	t.Parallel()
	a := newAgent()
	environ := serve(t, a)
	if _, err := a.StartLogin(t.Context(), management.BrowserLogin{Endpoint: madeUpEndpoint}); err != nil {
		t.Fatal(err)
	}
	variable, opened := fakeBrowser(t)
	go func() {
		time.Sleep(300 * time.Millisecond)
		a.Approve(thePage)
	}()
	got := run(t, append(environ, variable), "login", "--browser", "--endpoint", madeUpEndpoint)
	if got.status != 0 || !strings.Contains(got.err, "joined a login that another shell began") || !strings.Contains(got.err, thePage) {
		t.Errorf("status %d, %q", got.status, got.err)
	}
	if _, err := os.Stat(opened); err == nil {
		t.Error("the page was opened a second time")
	}
}

// TestValueOnATerminalAlone shows a new token's value once to a person.
func TestValueOnATerminalAlone(t *testing.T) {
	t.Parallel()
	a := withContexts(t, "default")
	made, err := a.CreateToken(t.Context(), management.NewToken{Name: "first", Access: credential.Access{Developer: true}})
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, program(t, serve(t, a), "api-token", "create", "second", "--developer-operations"))
	s.await("Copy the token now; it will not be shown again.")
	value := strings.Replace(made.Value.Reveal(), "token-1", "token-2", 1)
	if status := s.status(); status != 0 || strings.Count(s.shown(), value) != 1 {
		t.Errorf("status %d: %q", status, s.shown())
	}
}
