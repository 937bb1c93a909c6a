package daemon_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// other returns the uid, of two, of the token that does not ask when something is asked of
// the cloud for a context.
func (h *house) other(context, first, second string) string {
	h.t.Helper()
	asking, err := h.Credential(h.t.Context(), ipc.Request{Selection: ipc.Selection{Context: context}})
	if err != nil {
		h.t.Fatal(err)
	}
	if asking.TokenUID == first {
		return second
	}
	return first
}

// TestFaultsOfADeletion has each call of a deletion fail in each way, of another token and
// of the very one that asks. Unless the cloud deleted it, the context has it still; and to
// ask again ends well.
func TestFaultsOfADeletion(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	type trial struct {
		fault cloudtest.Fault
		want  ipc.Code
		done  bool // the cloud has deleted it all the same
	}
	trials := map[string]trial{
		"cut off, and done":   {cloudtest.Fault{After: true, Cut: true}, ipc.Unreachable, true},
		"closed, and done":    {cloudtest.Fault{After: true, Close: true}, ipc.Unreachable, true},
		"timed out, and done": {cloudtest.Fault{After: true, Hang: true}, ipc.TimedOut, true},
		"500, and done":       {cloudtest.Fault{After: true, Status: http.StatusInternalServerError}, ipc.UpstreamFailed, true},
	}
	codes := map[string]ipc.Code{
		"401": ipc.TokenRefused, "403": ipc.TokenRefused, "timed out": ipc.TimedOut,
		"500": ipc.UpstreamFailed, "cut off": ipc.Unreachable, "closed": ipc.Unreachable,
	}
	for name, fault := range faults() {
		trials[name] = trial{fault, codes[name], false}
	}
	h := newOffice(t, cloudtest.Config{})
	for name, trial := range trials {
		for _, self := range []bool{false, true} {
			name := name + map[bool]string{true: " of itself"}[self]
			context := contextOf(name)
			cloud := h.loginElsewhere(context)
			uid := cloud.Tokens()[0].UID
			if !self {
				uid = h.other(context, uid, h.keep(context, "ci"))
			}
			cloud.Fail(callDelete, trial.fault)
			_, err := h.DeleteToken(ctx, ipc.Selection{Context: context}, uid)
			if !errors.Is(err, trial.want) || ipc.AsError(err).Hint == "" {
				t.Errorf("%s: error %v, want %q with a hint", name, err, trial.want)
			}
			if !h.has(context, uid) {
				t.Errorf("%s: the context lost the token", name)
			}
			if there := slices.ContainsFunc(cloud.Tokens(), func(t cloudtest.Token) bool { return t.UID == uid }); there == trial.done {
				t.Errorf("%s: the cloud has the token: %v", name, there)
			}
			cloud.Heal()
			deleted, err := h.DeleteToken(ctx, ipc.Selection{Context: context}, uid)
			if err != nil || !slices.Equal(deleted.Forgotten, []string{context}) || h.has(context, uid) {
				t.Errorf("%s: again: %+v, %v", name, deleted, err)
			}
		}
	}
}

// TestADeletionThatCannotBeKept has the store break under it. The token is gone at the
// cloud; to ask again, when the store is back, ends well.
func TestADeletionThatCannotBeKept(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	h := newOffice(t, cloudtest.Config{})
	uid := h.keep("default", "ci")
	mend := h.breakStore()
	_, err := h.DeleteToken(ctx, ipc.Selection{}, uid)
	if !errors.Is(err, ipc.StoreFailed) || !strings.Contains(err.Error(), "gone at the cloud") {
		t.Errorf("error %v, want one of the store that says what is gone", err)
	}
	mend()
	if deleted, err := h.DeleteToken(ctx, ipc.Selection{}, uid); err != nil || len(deleted.Forgotten) != 1 || h.has("default", uid) {
		t.Errorf("again: %+v, %v", deleted, err)
	}
}

// deletions returns the uids that a cloud was asked to delete, in turn.
func deletions(cloud *cloudtest.Cloud) []string {
	var uids []string
	for _, r := range cloud.Requests() {
		if uid, found := strings.CutPrefix(r.Path, pathTokens+"/"); found && r.Method == http.MethodDelete {
			uids = append(uids, uid)
		}
	}
	return uids
}

// TestRevoke has a context with a token from a browser and two that were made with it.
// The one that deletes the others goes last, and what a person pasted stays.
func TestRevoke(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	tests := map[string]bool{"all of them are ours": false, "one was pasted": true}
	for name, pasted := range tests {
		h := newOffice(t, cloudtest.Config{})
		selection := ipc.Selection{Context: "ours"}
		if pasted {
			selection.Context = "default"
		} else {
			w := h.begin(h.cloud, "ours")
			w.approve()
			if _, _, err := w.outcome(); err != nil {
				t.Fatal(err)
			}
		}
		first, second := h.keep(selection.Context, "ci-1"), h.keep(selection.Context, "ci-2")
		asking, err := h.Credential(ctx, ipc.Request{Selection: selection})
		if err != nil {
			t.Fatal(err)
		}
		gone, err := h.Revoke(ctx, selection.Context)
		if err != nil || slices.ContainsFunc(gone, func(d management.DeletedToken) bool { return len(d.Forgotten) != 1 || d.Name == "" }) {
			t.Fatalf("%s: Revoke() = %+v, %v", name, gone, err)
		}
		order := deletions(h.cloud)
		if len(order) != len(gone) || !slices.Contains(order, first) || !slices.Contains(order, second) {
			t.Errorf("%s: deleted %q, told %+v", name, order, gone)
		}
		if at := slices.Index(order, asking.TokenUID); at >= 0 && at != len(order)-1 {
			t.Errorf("%s: the token that asks went as number %d of %d", name, at+1, len(order))
		}
		if diff := cmp.Diff([]string{"good"}, names(h.cloud)); diff != "" {
			t.Errorf("%s: the cloud has, -want +got:\n%s", name, diff)
		}
		shown, err := h.Context(ctx, selection)
		if left := len(shown.Tokens); err != nil || (left == 1) != pasted || left > 1 {
			t.Errorf("%s: the context has %+v, %v", name, shown.Tokens, err)
		}
		if again, err := h.Revoke(ctx, selection.Context); err != nil || len(again) != 0 {
			t.Errorf("%s: again: %+v, %v", name, again, err)
		}
	}
}

// TestARevocationThatStops has the cloud fail at the second of three tokens, and then at
// the last, of which it has lost only the reply. To ask again ends well each time.
func TestARevocationThatStops(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	h := newOffice(t, cloudtest.Config{})
	w := h.begin(h.cloud, "ours")
	w.approve()
	if _, _, err := w.outcome(); err != nil {
		t.Fatal(err)
	}
	uids := []string{h.keep("ours", "ci-1"), h.keep("ours", "ci-2")}
	left := func() int {
		shown, err := h.Context(ctx, ipc.Selection{Context: "ours"})
		if err != nil {
			t.Fatal(err)
		}
		return len(shown.Tokens)
	}
	asking, err := h.Credential(ctx, ipc.Request{Selection: ipc.Selection{Context: "ours"}})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(uids, func(uid string) bool { return uid != asking.TokenUID })
	h.cloud.Fail("DELETE "+pathTokens+"/"+uids[i], cloudtest.Oops("trace-1"))
	if _, err := h.Revoke(ctx, "ours"); !errors.Is(err, ipc.UpstreamFailed) || left() < 2 {
		t.Errorf("in the middle: %v, and %d tokens are left", err, left())
	}
	h.cloud.Heal()
	h.cloud.Fail("DELETE "+pathTokens+"/"+asking.TokenUID, cloudtest.Fault{After: true, Close: true})
	if _, err := h.Revoke(ctx, "ours"); !errors.Is(err, ipc.Unreachable) || left() != 1 {
		t.Errorf("at the last: %v, and %d tokens are left", err, left())
	}
	h.cloud.Heal()
	gone, err := h.Revoke(ctx, "ours")
	if err != nil || len(gone) != 1 || gone[0].UID != asking.TokenUID || left() != 0 || len(names(h.cloud)) != 1 {
		t.Errorf("again: %+v, %v; %d are left here, and %q at the cloud", gone, err, left(), names(h.cloud))
	}
	if _, err := h.Revoke(ctx, "nobody"); !errors.Is(err, ipc.NotFound) {
		t.Errorf("of no context: %v", err)
	}
}

// TestRevokeWithoutATokenToAskWith has the only token that opens the management API be
// refused: nothing is taken for gone that the cloud did not say is.
func TestRevokeWithoutATokenToAskWith(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	h := newOffice(t, cloudtest.Config{})
	created, err := h.CreateToken(ctx, management.NewToken{Name: "calls", Access: credential.Access{AllEndpoints: true}, Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	h.cloud.Revoke(goodToken)
	if _, err := h.Revoke(ctx, "default"); !errors.Is(err, ipc.TokenRefused) || !h.has("default", created.Token.UID) {
		t.Errorf("error %v, want refused with everything kept", err)
	}
	h.await("the token is known to be gone", func() bool { return errors.Is(h.served("default"), ipc.LoginRequired) })
	if _, err := h.Revoke(ctx, "default"); !errors.Is(err, ipc.LoginRequired) || !h.has("default", created.Token.UID) {
		t.Errorf("error %v, want login_required with everything kept", err)
	}
}
