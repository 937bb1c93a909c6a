package ipctest

import (
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// longest bounds what a test waits for.
const longest = 20 * time.Second

func testBrowserLogin(t *testing.T, s Subject) {
	ctx := t.Context()
	wish := management.BrowserLogin{Context: "first", Endpoint: s.Endpoint}
	begun, err := s.Agent.StartLogin(ctx, wish)
	if err != nil || begun.Joined || begun.Page == "" || begun.Context != "first" || begun.Endpoint != s.Endpoint {
		t.Fatalf("StartLogin() = %+v, %v", begun, err)
	}
	joined, err := s.Agent.StartLogin(ctx, wish)
	if err != nil || !joined.Joined || joined.ID != begun.ID || joined.Page != begun.Page {
		t.Fatalf("StartLogin() again = %+v, %v; want the same login", joined, err)
	}
	progress, err := s.Agent.AwaitLogin(ctx, begun.ID)
	if err != nil || progress.Done != nil || !progress.Deadline.Equal(begun.Deadline) {
		t.Fatalf("AwaitLogin() before the approval = %+v, %v", progress, err)
	}
	s.Approve(begun.Page)
	for range 2 { // everybody who waits gets the outcome
		in := awaitLogin(t, s, begun.ID)
		if in.Context.Name != "first" || !in.Context.Current || in.Context.User == "" || in.Token.Origin == "" {
			t.Errorf("the login gave %+v", in)
		}
	}
	if _, err := s.Agent.Credential(ctx, ipc.Request{}); err != nil {
		t.Errorf("Credential() after the login: %v", err)
	}
}

// awaitLogin waits for the end of a login.
func awaitLogin(t *testing.T, s Subject, id string) management.LoggedIn {
	t.Helper()
	for end := time.Now().Add(longest); time.Now().Before(end); {
		progress, err := s.Agent.AwaitLogin(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if progress.Done != nil {
			return *progress.Done
		}
	}
	t.Fatal("the login does not end")
	return management.LoggedIn{}
}

func testBrowserLoginGivenUp(t *testing.T, s Subject) {
	ctx := t.Context()
	_, err := s.Agent.AwaitLogin(ctx, "none")
	wantCode(t, "await none", err, ipc.NotFound)
	wantCode(t, "leave none", s.Agent.LeaveLogin(ctx, "none"), ipc.NotFound)
	wish := management.BrowserLogin{Context: "first", Endpoint: s.Endpoint}
	var begun management.Approval
	for range 2 {
		if begun, err = s.Agent.StartLogin(ctx, wish); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Agent.LeaveLogin(ctx, begun.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Agent.AwaitLogin(ctx, begun.ID); err != nil {
		t.Errorf("the login ended while somebody waited: %v", err)
	}
	if err := s.Agent.LeaveLogin(ctx, begun.ID); err != nil {
		t.Fatal(err)
	}
	_, err = s.Agent.AwaitLogin(ctx, begun.ID)
	wantCode(t, "await what was given up", err, ipc.NotFound)
	again, err := s.Agent.StartLogin(ctx, wish)
	if err != nil || again.Joined || again.ID == begun.ID {
		t.Errorf("StartLogin() after that = %+v, %v; want another login", again, err)
	}
}

func testCloudTokens(t *testing.T, s Subject) {
	ctx := t.Context()
	_, err := s.Agent.Tokens(ctx, ipc.Selection{}, "")
	wantCode(t, "tokens without a context", err, ipc.NoContext)
	login(t, s, "first")
	developer := credential.Access{Developer: true}
	_, err = s.Agent.CreateToken(ctx, management.NewToken{Access: developer})
	wantCode(t, "create without a name", err, ipc.Usage)
	_, err = s.Agent.CreateToken(ctx, management.NewToken{Name: "ci"})
	wantCode(t, "create without an access", err, ipc.Usage)

	shown, err := s.Agent.CreateToken(ctx, management.NewToken{Name: "ci-shown", Description: "of a test", Access: developer})
	if err != nil || shown.Value.IsZero() || shown.Token.UID == "" || shown.Token.Kept != "" {
		t.Fatalf("CreateToken() = %+v, %v", shown, err)
	}
	kept, err := s.Agent.CreateToken(ctx, management.NewToken{Name: "ci-kept", Access: developer, Keep: true})
	if err != nil || !kept.Value.IsZero() || kept.Token.Kept != "first" {
		t.Fatalf("CreateToken(keep) = %+v, %v", kept, err)
	}
	list, err := s.Agent.Tokens(ctx, ipc.Selection{}, "ci-")
	if err != nil || len(list) != 2 {
		t.Errorf("Tokens(ci-) = %+v, %v; want both", list, err)
	}
	got, err := s.Agent.Token(ctx, ipc.Selection{}, shown.Token.UID)
	if err != nil || got.Name != "ci-shown" || got.Description != "of a test" || got.CreatedBy == "" {
		t.Errorf("Token() = %+v, %v", got, err)
	}
	deleted, err := s.Agent.DeleteToken(ctx, ipc.Selection{}, kept.Token.UID)
	if err != nil || len(deleted.Forgotten) != 1 || deleted.Forgotten[0] != "first" {
		t.Errorf("DeleteToken(kept) = %+v, %v", deleted, err)
	}
	_, err = s.Agent.Token(ctx, ipc.Selection{}, kept.Token.UID)
	wantCode(t, "token after its end", err, ipc.NotFound)
	_, err = s.Agent.DeleteToken(ctx, ipc.Selection{}, kept.Token.UID)
	wantCode(t, "delete twice", err, ipc.NotFound)
}

func testRenewAndRevoke(t *testing.T, s Subject) {
	ctx := t.Context()
	_, err := s.Agent.Renew(ctx, ipc.Selection{}, "")
	wantCode(t, "renew without a context", err, ipc.NoContext)
	_, err = s.Agent.Revoke(ctx, "first")
	wantCode(t, "revoke without a context", err, ipc.NotFound)
	login(t, s, "first")
	made, err := s.Agent.CreateToken(ctx, management.NewToken{
		Name: "ci", Access: credential.Access{Developer: true}, Keep: true,
		Expires: time.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Agent.Renew(ctx, ipc.Selection{}, "none")
	wantCode(t, "renew another's", err, ipc.NotFound)
	renewed, err := s.Agent.Renew(ctx, ipc.Selection{}, made.Token.UID)
	if err != nil || renewed.Context != "first" || renewed.Old.UID != made.Token.UID ||
		renewed.New.UID == "" || renewed.New.UID == made.Token.UID {
		t.Fatalf("Renew() = %+v, %v", renewed, err)
	}
	gone, err := s.Agent.Revoke(ctx, "first")
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, each := range gone {
		found = found || each.UID == renewed.New.UID
	}
	if !found {
		t.Errorf("Revoke() = %+v; want the renewed token among them", gone)
	}
	if _, err := s.Agent.Credential(ctx, ipc.Request{}); err != nil {
		t.Errorf("the token that bento-cred did not make is gone, too: %v", err)
	}
}
