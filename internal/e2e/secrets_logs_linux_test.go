package e2e_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/ipc"
)

// loggedTokens are the made-up tokens of this test, each for another way in.
const (
	loggedPasted   = "made-up-logged-pasted-7d21"
	loggedImported = "made-up-logged-imported-7d21"
	loggedRefused  = "made-up-logged-refused-7d21"
	loggedSettings = "made-up-logged-settings-7d21"
	loggedOdd      = "made-up-logged-odd-7d21"
	loggedPhrase   = "made-up-logged-passphrase-7d21"
	loggedKey      = "made-up-logged-environment-7d21"
)

// THIS TEST VERIFIES: at every level, in every place the daemon's log goes to, however it
// was started, there is no token, no passphrase and no login's code, whatever was done and
// whatever went wrong.
func TestNoSecretInAnyLog(t *testing.T) {
	t.Parallel()
	for level, least := range map[string]string{
		"debug": "giving a token", "info": "logged in", "warn": "no longer takes", "error": "",
	} {
		for _, way := range []string{"on demand", "by hand"} {
			t.Run(level+" "+way, func(t *testing.T) {
				t.Parallel()
				p, err := newPlace(programs(t), t.TempDir())
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() {
					if err := p.close(); err != nil {
						t.Error(err)
					}
				})
				cloud := cloudtest.New(t, cloudtest.Config{Tokens: []cloudtest.Token{
					{Value: loggedPasted, Name: "pasted", Developer: true, Created: time.Now().Add(-time.Hour), Expires: time.Now().Add(time.Hour)},
					{Value: loggedImported, Developer: true},
					{Value: loggedRefused, Developer: true},
				}})
				w := walk{t, p, cloud, "[daemon]\nlog_level = \"" + level + "\"\n[health]\ninterval = \"1s\"\n[login]\ntimeout = \"2s\"\n"}
				w.settle(w.settings)
				log := ipc.LogPath(filepath.Join(p.root, "s"))
				if way == "by hand" {
					log = filepath.Join(p.root, "by-hand.log")
					w.byHand(log)
				}
				secrets := w.everything()
				p.stop(t)
				text, err := os.ReadFile(log)
				if err != nil || !strings.Contains(string(text), least) {
					t.Errorf("the log says nothing of %q, so this proves nothing: %v\n%s", least, err, text)
				}
				holdsNone(t, p.root, secrets)
			})
		}
	}
}

// walk is one walk through everything that the daemon does with secrets.
type walk struct {
	t        *testing.T
	place    *place
	cloud    *cloudtest.Cloud
	settings string
}

// settle writes the settings.
func (w walk) settle(text string) {
	w.t.Helper()
	dir := filepath.Join(w.place.home, ".config", "bento-cred")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// byHand starts the daemon as a person or a service manager does, its log led into a file.
func (w walk) byHand(log string) {
	w.t.Helper()
	file, err := os.Create(log)
	if err != nil {
		w.t.Fatal(err)
	}
	daemon := w.place.command(w.t.Context(), "bento-credd", "run")
	daemon.Stdout, daemon.Stderr = file, file
	if err := daemon.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		_ = daemon.Process.Signal(syscall.SIGTERM) // it may have left
		_ = daemon.Wait()                          // as above
		_ = file.Close()                           // the daemon wrote to it
	})
	for late := time.Now().Add(patience); ; time.Sleep(pause) {
		if _, err := pidAt(filepath.Join(w.place.root, "s")); err == nil {
			return
		} else if time.Now().After(late) {
			w.t.Fatal(err)
		}
	}
}

// does runs a command that must end with a status; -1 stands for any.
func (w walk) does(want int, stdin string, words ...string) string {
	w.t.Helper()
	command := append([]string{"env", "BENTO_CLOUD_API_KEY=" + loggedKey, ipc.ProgramHelper}, words...)
	status, out, complaint := w.place.try(w.t, stdin, command...)
	if want >= 0 && status != want {
		w.t.Errorf("%v: status %d, want %d: %s", words, status, want, complaint)
	}
	return out
}

// everything is the walk. It returns what must stand in no log.
func (w walk) everything() []string {
	w.t.Helper()
	endpoint := w.cloud.URL()
	w.does(0, loggedPasted, "login", "--api-token-stdin", "--access", "developer", "--endpoint", endpoint, "-c", "pasted")
	for _, hot := range []string{"env", "token", "header", "get"} {
		w.does(-1, `{"uri":"`+endpoint+`/api/v1/x"}`, hot, "-c", "pasted")
	}
	w.does(0, "", "renew", "pasted")
	w.does(0, "", "api-token", "create", "made", "-c", "pasted", "--keep", "--endpoint-access", "all", "--expires", "30d")
	w.does(0, "", "token", "-c", "pasted", "--access", "endpoints")
	w.does(-1, "", "api-token", "list", "-c", "pasted", "-o", "json")
	w.does(-1, "", "status", "-o", "json")
	w.does(-1, "", "doctor")
	w.browses(endpoint)

	yatai := "contexts:\n- name: imported\n  endpoint: " + endpoint + "\n  api_token: " + loggedImported + "\n  email: a@acme.example\ncurrent_context_name: imported\n"
	if err := os.WriteFile(filepath.Join(w.place.root, "yatai.yaml"), []byte(yatai), 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.does(0, "", "import", "bentoml", "--file", filepath.Join(w.place.root, "yatai.yaml"), "--scrub")
	w.does(0, "", "token", "-c", "imported")

	w.does(0, loggedRefused, "login", "--api-token-stdin", "--endpoint", endpoint, "-c", "refused")
	w.cloud.Revoke(loggedRefused)
	w.refused()
	w.broken(endpoint)
	secrets := []string{loggedPasted, loggedImported, loggedRefused, loggedSettings, loggedOdd, loggedPhrase, loggedKey, "made-up-code-"}
	for _, each := range w.cloud.Tokens() {
		secrets = append(secrets, each.Value)
	}
	w.does(-1, "", "logout", "-c", "pasted", "--revoke")
	return secrets
}

// browses logs in by way of the page on which a person approves it.
func (w walk) browses(endpoint string) {
	w.t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.does(0, "", "login", "--no-open", "--endpoint", endpoint, "-c", "browsed")
	}()
	for late := time.Now().Add(patience); len(w.cloud.Codes()) == 0 || !w.cloud.Approve(w.cloud.Codes()[0]); time.Sleep(pause) {
		if time.Now().After(late) {
			w.t.Error("no login waits")
			break
		}
	}
	<-done
}

// refused waits until the daemon has seen that the cloud no longer takes a token.
func (w walk) refused() {
	w.t.Helper()
	for late := time.Now().Add(patience); ; time.Sleep(10 * pause) {
		if status, _, _ := w.place.try(w.t, "", ipc.ProgramHelper, "token", "-c", "refused"); status == ipc.LoginRequired.ExitStatus() {
			return
		}
		if time.Now().After(late) {
			w.t.Error("a token that the cloud refuses is given out")
			return
		}
	}
}

// broken has everything go wrong that can: a cloud that echoes the token, settings that
// are none, requests that are none, a store that fails and a worker that dies.
func (w walk) broken(endpoint string) {
	w.t.Helper()
	for _, fault := range []cloudtest.Fault{
		{Status: 500, Body: `{"error":"what is ` + cloudtest.EchoedToken + `?"}`},
		{Status: 403, Body: `{"message":"` + cloudtest.EchoedToken + ` is not allowed"}`},
		{Status: 200, Body: cloudtest.EchoedToken},
	} {
		w.cloud.Fail("/api/v1/auth/current", fault)
		w.does(-1, loggedOdd, "login", "--api-token-stdin", "--endpoint", endpoint, "-c", "odd")
		w.does(-1, "", "renew", "pasted")
	}
	w.cloud.Heal()
	w.does(-1, loggedOdd, "login", "--api-token-stdin", "--endpoint", endpoint, "-c", "odd")
	w.does(-1, loggedOdd, "login", "--api-token-stdin", "--endpoint", loggedOdd, "-c", loggedOdd)
	w.does(-1, loggedPhrase, "unlock", "--passphrase-stdin")
	w.does(-1, loggedPhrase, "store", "migrate", "pass", "--passphrase-stdin")

	w.settle(w.settings + "api_token = \"" + loggedSettings + "\"\n" + loggedSettings + "\n")
	w.does(-1, "", "status")
	w.does(0, "", "token", "-c", "imported")
	w.settle(w.settings)

	socket := filepath.Join(w.place.root, "s")
	for _, request := range []string{
		loggedOdd, loggedOdd + "\n\n", "bento-cred/1\nop=" + loggedOdd + "\n\n", "bento-cred/9\n" + loggedOdd + "=1\n\n",
		"bento-cred/1\nop=get\ncontext=" + loggedOdd + "\naccess=" + loggedOdd + "\n\n",
		"bento-cred/1\nop=refused\nvalue=" + loggedOdd + "\n\n",
		"bento-cred/1\nop=login\njson={\"token\":\"" + loggedOdd + "\"}\n\n",
	} {
		if _, err := exchange(socket, -1, request); err != nil {
			w.t.Error(err)
		}
	}

	items := filepath.Join(w.place.home, ".local", "share", "bento-cred", "store", "items.keyfile")
	if err := os.Rename(items, items+".away"); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(items, []byte("no directory"), 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.does(-1, loggedPasted, "login", "--api-token-stdin", "--endpoint", endpoint, "-c", "unkept")
	if err := os.Remove(items); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Rename(items+".away", items); err != nil {
		w.t.Fatal(err)
	}
	if pid, err := pidAt(socket); err == nil {
		killWorkers(w.t, pid)
	}
	w.does(0, loggedPasted, "login", "--api-token-stdin", "--endpoint", endpoint, "-c", "after")
}

// holdsNone checks every file below dir that a log can be, which is all but the programs.
func holdsNone(t *testing.T, dir string, secrets []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || filepath.Base(filepath.Dir(path)) == "bin" {
			return err
		}
		text, err := os.ReadFile(path)
		for _, secret := range secrets {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("%s holds a secret that begins with %q", filepath.Base(path), secret[:min(len(secret), 18)])
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
