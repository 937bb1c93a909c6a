package daemon_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// keep makes a token of that name that opens the management API, keeps it in the context
// called context, and returns its uid.
func (h *house) keep(context, name string) string {
	h.t.Helper()
	created, err := h.CreateToken(h.t.Context(), management.NewToken{
		Selection: ipc.Selection{Context: context}, Name: name, Access: credential.Access{Developer: true}, Keep: true,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return created.Token.UID
}

// has reports whether the context of that name has the token of that uid.
func (h *house) has(context, uid string) bool {
	h.t.Helper()
	shown, err := h.Context(h.t.Context(), ipc.Selection{Context: context})
	if err != nil {
		h.t.Fatal(err)
	}
	return slices.ContainsFunc(shown.Tokens, func(t management.Token) bool { return t.UID == uid })
}

// TestTokensAreListedWithoutTheirValues has a cloud that sends values in its listings, in
// pages shorter than it was asked for.
func TestTokensAreListedWithoutTheirValues(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	tokens := []cloudtest.Token{{Value: goodToken, Name: "good", Developer: true, Description: "its value is " + goodToken}}
	for i := range 249 {
		n := strconv.Itoa(i)
		tokens = append(tokens, cloudtest.Token{Value: "made-up-token-number-" + n + "-", Name: "ci-" + n, Developer: true})
	}
	h := newOffice(t, cloudtest.Config{Tokens: tokens, PageLimit: 60})
	list, err := h.Tokens(ctx, ipc.Selection{}, "")
	if err != nil || len(list) != 250 {
		t.Fatalf("%d tokens, %v; want 250", len(list), err)
	}
	some, err := h.Tokens(ctx, ipc.Selection{}, "ci-1")
	if err != nil || len(some) != 111 || some[0].Kept != "" || some[0].Name != "ci-1" {
		t.Errorf("%d tokens with ci-1 in their names, %v; want 111", len(some), err)
	}
	none, err := h.Tokens(ctx, ipc.Selection{}, "nobody's")
	if err != nil || none == nil || len(none) != 0 {
		t.Errorf("%v, %v; want an empty list", none, err)
	}
	one, err := h.Token(ctx, ipc.Selection{}, list[0].UID)
	if err != nil || one.Name != "good" || one.Kept != "default" {
		t.Errorf("Token() = %+v, %v", one, err)
	}
	shown, err := json.Marshal([]any{list, some, one})
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range tokens {
		if strings.Contains(string(shown), token.Value) {
			t.Errorf("the value of %q is listed", token.Name)
		}
	}
}

func TestTokensThatAreNotThere(t *testing.T) {
	t.Parallel()
	h := newOffice(t, cloudtest.Config{})
	for name, uid := range map[string]string{
		"unknown": "token_none", "none": "", "a path": "..", "another path": "../auth/current", "a query": "x?y", "a line": "a\tb",
	} {
		if _, err := h.Token(t.Context(), ipc.Selection{}, uid); !errors.Is(err, ipc.NotFound) || ipc.AsError(err).Hint == "" {
			t.Errorf("getting %s: %v, want not_found with a hint", name, err)
		}
		if _, err := h.DeleteToken(t.Context(), ipc.Selection{}, uid); !errors.Is(err, ipc.NotFound) || ipc.AsError(err).Hint == "" {
			t.Errorf("deleting %s: %v, want not_found with a hint", name, err)
		}
	}
	if err := h.served("default"); err != nil {
		t.Errorf("after that: %v", err)
	}
}

// TestATokenWithoutAUIDIsNotDeletedWithNone guards tokens of which the cloud does not tell
// the uid, as where it lists no values: to delete the token of no uid must not mean them.
func TestATokenWithoutAUIDIsNotDeletedWithNone(t *testing.T) {
	t.Parallel()
	h := newOffice(t, cloudtest.Config{HideValues: true})
	if !h.has("default", "") {
		t.Fatal("the token has a uid; this test needs one without")
	}
	if _, err := h.DeleteToken(t.Context(), ipc.Selection{}, ""); !errors.Is(err, ipc.NotFound) {
		t.Errorf("error %v, want not_found", err)
	}
	if err := h.served("default"); err != nil {
		t.Errorf("after that: %v", err)
	}
}

func TestDeleteATokenOfTwoContexts(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	h := newOffice(t, cloudtest.Config{})
	uid := h.keep("default", "ci")
	made, _ := h.made("ci")
	for _, name := range []string{"second", "third"} {
		h.login(name)
	}
	_, err := h.Login(ctx, management.Login{
		Context: "second", Endpoint: h.cloud.URL(), Token: credential.NewSecret(made.Value), Access: credential.Access{Developer: true},
	})
	if err != nil || !h.has("second", uid) {
		t.Fatalf("the token is not in the second context: %v", err)
	}
	deleted, err := h.DeleteToken(ctx, ipc.Selection{Context: "third"}, uid)
	if err != nil || deleted.Name != "ci" || !slices.Equal(deleted.Forgotten, []string{"default", "second"}) {
		t.Errorf("DeleteToken() = %+v, %v", deleted, err)
	}
	if _, left := h.made("ci"); left || h.has("default", uid) || h.has("second", uid) {
		t.Errorf("the token is left somewhere; at the cloud: %v", left)
	}
}

// TestAWordThatIsGoodForOneUserOnly has the cloud hide somebody's token from another: for
// whom it is not there, it must stay in the login it belongs to.
func TestAWordThatIsGoodForOneUserOnly(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	const bobs = "made-up-token-of-bob"
	h := newOffice(t, cloudtest.Config{
		Users: []cloudtest.User{{Name: "ada", Email: "ada@acme.example"}, {Name: "bob", Email: "bob@acme.example"}},
		Tokens: []cloudtest.Token{
			{Value: goodToken, Name: "good", Developer: true}, {Value: bobs, Name: "bob's", User: "bob", Developer: true},
		},
	})
	_, err := h.Login(ctx, management.Login{Context: "bob", Endpoint: h.cloud.URL(), Token: credential.NewSecret(bobs)})
	if err != nil {
		t.Fatal(err)
	}
	token, _ := h.made("bob's")
	h.cloud.Fail("/api/v1/api_tokens/"+token.UID, cloudtest.Fault{Status: http.StatusNotFound, Body: recordNotFound})
	if _, err := h.DeleteToken(ctx, ipc.Selection{Context: "default"}, token.UID); !errors.Is(err, ipc.NotFound) {
		t.Errorf("error %v, want not_found", err)
	}
	if !h.has("bob", token.UID) {
		t.Error("bob's context lost a token that nobody deleted")
	}
	deleted, err := h.DeleteToken(ctx, ipc.Selection{Context: "bob"}, token.UID)
	if err != nil || !slices.Equal(deleted.Forgotten, []string{"bob"}) {
		t.Errorf("by bob himself: %+v, %v", deleted, err)
	}
}

// TestAUIDIsOfOneEndpoint has two clouds that use the same uid.
func TestAUIDIsOfOneEndpoint(t *testing.T) {
	t.Parallel()
	h := newOffice(t, cloudtest.Config{})
	h.loginElsewhere("elsewhere")
	good, _ := h.made("good")
	if !h.has("elsewhere", good.UID) {
		t.Fatal("the clouds use two uids; this test needs one")
	}
	if shown, err := h.Token(t.Context(), ipc.Selection{Context: "default"}, good.UID); err != nil || shown.Kept != "default" {
		t.Errorf("kept in %q, %v; want default", shown.Kept, err)
	}
	if _, err := h.DeleteToken(t.Context(), ipc.Selection{Context: "default"}, good.UID); err != nil {
		t.Fatal(err)
	}
	if err := h.served("elsewhere"); err != nil {
		t.Errorf("elsewhere: %v", err)
	}
}
