package daemon_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/ipc"
)

// TestASleepingComputerKeepsNoLoginWaiting has the clock jump.
func TestASleepingComputerKeepsNoLoginWaiting(t *testing.T) {
	t.Parallel()
	h, clock := newCare(t, seldom, cloudtest.Config{Codes: cloudtest.CodeManner{Lifetime: 24 * time.Hour}})
	lost, kept := h.begin(h.cloud, "lost"), h.begin(cloudtest.New(t, cloudtest.Config{}), "kept")
	kept.approve() // while the computer sleeps
	clock.move(8 * time.Hour)
	if _, _, err := lost.outcome(); !errors.Is(err, ipc.TimedOut) || !strings.Contains(err.Error(), "in time") {
		t.Errorf("hours later: %v, want a timeout", err)
	}
	if in, _, err := kept.outcome(); err != nil || in.Context.Name != "kept" {
		t.Errorf("approved meanwhile: %+v, %v", in, err)
	}
}

func TestADaemonThatLeavesEndsItsLogins(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	h, _ := newCare(t, patient, cloudtest.Config{})
	w := h.begin(h.cloud, "default")
	h.polled(w)
	ended := make(chan error, 1)
	go func() {
		_, _, err := w.outcome()
		ended <- err
	}()
	h.restart()
	if err := <-ended; err == nil || errors.Is(err, ipc.Internal) {
		t.Errorf("who waited got %v, want an error that says what happened", err)
	}
	if _, err := h.AwaitLogin(ctx, w.ID); !errors.Is(err, ipc.NotFound) || ipc.AsError(err).Hint == "" {
		t.Errorf("after the restart: %v, want not_found with a hint", err)
	}
	if contexts, err := h.Contexts(ctx); err != nil || len(contexts) != 0 {
		t.Errorf("Contexts() = %v, %v", contexts, err)
	}
	again := h.begin(h.cloud, "default")
	again.approve()
	if _, _, err := again.outcome(); err != nil || again.Joined || again.ID == w.ID {
		t.Errorf("the next login: %+v, %v", again.Approval, err)
	}
}

// TestALoginIsNotLostToAStateThatCannotBeWritten has the disk refuse to remember which
// context is the current one, when the token is kept already.
func TestALoginIsNotLostToAStateThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	h, _ := newCare(t, patient, cloudtest.Config{})
	w := h.begin(h.cloud, "default")
	if err := os.Remove(h.config.StateFile); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(h.config.StateFile, "in-the-way"), 0o700); err != nil {
		t.Fatal(err)
	}
	w.approve()
	in, _, err := w.outcome()
	if err != nil || len(in.Warnings) != 1 || !strings.Contains(in.Warnings[0], "context use default") {
		t.Fatalf("the login gave %+v, %v; want a warning", in, err)
	}
	got, err := h.Credential(t.Context(), ipc.Request{Selection: ipc.Selection{Context: "default"}})
	if err != nil || len(names(h.cloud)) != 2 || got.TokenUID != in.Token.UID {
		t.Errorf("the token is not served, %v; the cloud has %q", err, names(h.cloud))
	}
}

// TestACloudThatIsAskedTooOftenForgetsNothing has the cloud limit how often it is asked:
// that is another answer than before, and does not mean that the login is gone.
func TestACloudThatIsAskedTooOftenForgetsNothing(t *testing.T) {
	t.Parallel()
	h, _ := newCare(t, seldom, cloudtest.Config{})
	w := h.begin(h.cloud, "default")
	h.polled(w)
	h.cloud.Fail(callCollect, cloudtest.Fault{Status: http.StatusTooManyRequests, Body: `{"error":"slow down"}`})
	h.await("the trouble is shown", func() bool {
		progress, err := h.AwaitLogin(t.Context(), w.ID)
		return err == nil && strings.Contains(progress.Trouble, "slow down")
	})
	h.cloud.Heal()
	w.approve()
	if in, _, err := w.outcome(); err != nil || in.Context.Name != "default" {
		t.Errorf("after that: %+v, %v", in, err)
	}
}
