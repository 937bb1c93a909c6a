package daemon_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// TestCreateTokenForALoginThatIsNoMore has a person log out, or log in elsewhere, while
// the token is made. It is kept in no other login, and not left at the cloud.
func TestCreateTokenForALoginThatIsNoMore(t *testing.T) {
	t.Parallel()
	h := newOffice(t, cloudtest.Config{})
	other := cloudtest.New(t, cloudtest.Config{Organization: "umbrella", Tokens: []cloudtest.Token{{Value: goodToken, Developer: true}}})
	tests := map[string]struct {
		meanwhile func(context.Context) error
		want      ipc.Code
	}{
		"logged out": {
			func(ctx context.Context) error { return h.dial().DeleteContext(ctx, "default") }, ipc.NotFound,
		},
		"logged in elsewhere": {
			func(ctx context.Context) error {
				_, err := h.dial().Login(ctx, management.Login{
					Context: "default", Endpoint: other.URL(), Token: credential.NewSecret(goodToken), Replace: true,
				})
				return err
			}, ipc.Exists,
		},
	}
	for name, test := range tests {
		h.cloud.Fail(callCreate, cloudtest.Fault{After: true, Latency: 700 * time.Millisecond})
		ended := make(chan error, 1)
		client := h.dial()
		go func() {
			_, err := client.CreateToken(t.Context(), management.NewToken{Name: name, Access: credential.Access{Developer: true}, Keep: true})
			ended <- err
		}()
		h.await("it is made", func() bool { _, found := h.made(name); return found })
		if err := test.meanwhile(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; !errors.Is(err, test.want) || ipc.AsError(err).Hint == "" {
			t.Errorf("%s: error %v, want %q with a hint", name, err, test.want)
		}
		if _, left := h.made(name); left {
			t.Errorf("%s: the token is left at the cloud", name)
		}
		if shown, err := h.Context(t.Context(), ipc.Selection{Context: "default"}); err == nil && len(shown.Tokens) != 1 {
			t.Errorf("%s: the context has %+v", name, shown.Tokens)
		}
		h.cloud.Heal()
		_ = h.DeleteContext(t.Context(), "default") // it may be gone
		h.login("default")
	}
}

func TestCreateTokenNeedsADeveloperToken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, err := h.Login(t.Context(), management.Login{
		Endpoint: h.cloud.URL(), Token: credential.NewSecret(callsToken), Access: credential.Access{AllEndpoints: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.CreateToken(t.Context(), management.NewToken{Name: "ci", Access: credential.Access{Developer: true}})
	if !errors.Is(err, ipc.AccessMissing) || asked(h.cloud, callCreate) != 0 {
		t.Errorf("error %v, want access_missing before the cloud is asked", err)
	}
}
