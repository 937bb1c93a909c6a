package daemon_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// eventually waits until the status is as want says.
func (h *house) eventually(what string, want func(management.Status) bool) {
	h.t.Helper()
	late := time.Now().Add(10 * time.Second)
	for {
		status, err := h.Status(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		if want(status) {
			return
		}
		if time.Now().After(late) {
			h.t.Fatalf("%s: still %+v", what, status.Config)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestSettingsAreReloaded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	idle := func(want string) func(management.Status) bool {
		return func(s management.Status) bool { return s.Daemon.IdleExit == want && s.Config.Error == "" }
	}
	h.writeConfig("[daemon]\nidle_exit = \"7m\"\n")
	h.eventually("changed", idle("7m0s"))
	h.writeConfig("[daemon]\nidle_exit = \"8m\nlog_level = \"info\"\n")
	h.eventually("broken", func(s management.Status) bool {
		return s.Daemon.IdleExit == "7m0s" && s.Config.Error != "" && strings.Contains(s.Config.Detail, "^")
	})
	h.writeConfig("[daemon]\nidle_exit = \"9m\"\n")
	h.eventually("mended", idle("9m0s"))
}

func TestSettingsOfTheStoreAreReloaded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.login("default")
	h.writeConfig("[store]\nbackend = \"pass\"\n")
	h.eventually("elsewhere", func(s management.Status) bool { return s.Store.State != "ready" })
	h.writeConfig("")
	h.eventually("taken back", func(s management.Status) bool { return s.Store.State == "ready" })
	if got, err := h.Credential(t.Context(), ipc.Request{}); err != nil || got.Value.Reveal() != goodToken {
		t.Errorf("afterwards: %v", err)
	}
}

func TestIdleDaemonLeaves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.writeConfig("[daemon]\nidle_exit = \"1s\"\n")
	h.eventually("changed", func(s management.Status) bool { return s.Daemon.IdleExit == "1s" })
	_ = h.Close()
	select {
	case err := <-h.done:
		h.done <- err
	case <-time.After(10 * time.Second):
		t.Error("an idle daemon stays")
	}
}

func TestDaemonTellsWhoItIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	status, err := h.Status(t.Context())
	if err != nil || status.Daemon.Socket != h.config.Socket || status.Daemon.Mode != "on-demand" || status.Store.Backend != "file" {
		t.Errorf("Status() = %+v, %v", status, err)
	}
	if status.Store.Protect == "" || status.Store.Key == "" || status.Store.Why == "" || len(status.Store.Refused) == 0 {
		t.Errorf("the store does not say why it is used and what it protects: %+v", status.Store)
	}
}

func TestCheckConfig(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if state, err := h.CheckConfig(t.Context(), ""); err != nil || state.Error != "" || state.Path != h.config.ConfigFile {
		t.Errorf("CheckConfig() = %+v, %v", state, err)
	}
	h.writeConfig("[deamon]\n")
	state, err := h.CheckConfig(t.Context(), "")
	if err != nil || state.Error == "" || !strings.Contains(state.Detail, "deamon") || !strings.Contains(state.Detail, "^") {
		t.Errorf("CheckConfig() = %+v, %v", state, err)
	}
}

// TestNothingIsDecidedOnSettingsThatCannotBeRead guards against a token that goes to the
// default endpoint because of a typo elsewhere in the file.
func TestNothingIsDecidedOnSettingsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.end()
	if err := os.RemoveAll(h.config.DataDir); err != nil {
		t.Fatal(err)
	}
	const good = "[login]\nendpoint = \"https://private.example\"\n"
	h.writeConfig(good + "[store\n")
	h.start()
	if _, err := h.Contexts(t.Context()); !errors.Is(err, ipc.BadConfig) {
		t.Errorf("choosing a store: %v, want config", err)
	}
	h.writeConfig(good)
	h.eventually("mended", func(s management.Status) bool { return s.Config.Error == "" })
	h.login("default")
	h.end()
	h.writeConfig(good + "[store\n")
	h.start()
	_, err := h.Login(t.Context(), management.Login{Context: "other", Token: credential.NewSecret(goodToken)})
	if !errors.Is(err, ipc.BadConfig) || ipc.AsError(err).Hint == "" {
		t.Errorf("login to the default endpoint: %v, want config with a hint", err)
	}
	if _, err := h.Credential(t.Context(), ipc.Request{}); err != nil {
		t.Errorf("what is kept is not given: %v", err)
	}
}
