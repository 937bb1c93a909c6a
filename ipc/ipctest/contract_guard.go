package ipctest

import (
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// testRecord: what is given is on record, and what is not given as well.
func testRecord(t *testing.T, s Subject) {
	ctx := t.Context()
	login(t, s, "first")
	if _, err := s.Agent.Credential(ctx, ipc.Request{Verb: "env"}); err != nil {
		t.Fatal(err)
	}
	records, err := s.Agent.Log(ctx, management.LogQuery{})
	if err != nil || len(records) == 0 {
		t.Fatalf("Log() = %v, %v", records, err)
	}
	last := records[len(records)-1]
	if last.Verb != "env" || last.Context != "first" || last.Answer != "allow" || last.PID == 0 || last.Time.IsZero() {
		t.Errorf("the record is %+v", last)
	}
	for i, r := range records[1:] {
		if r.Seq != records[i].Seq+1 {
			t.Errorf("record %d follows %d", r.Seq, records[i].Seq)
		}
	}
	if later, err := s.Agent.Log(ctx, management.LogQuery{After: last.Seq}); err != nil || later == nil || len(later) > 0 {
		t.Errorf("Log() behind the last one = %v, %v; want an empty list", later, err)
	}
	if other, err := s.Agent.Log(ctx, management.LogQuery{Context: "none"}); err != nil || len(other) > 0 {
		t.Errorf("Log() of another context = %v, %v", other, err)
	}
	if one, err := s.Agent.Log(ctx, management.LogQuery{Limit: 1}); err != nil || len(one) != 1 || one[0].Seq != last.Seq {
		t.Errorf("Log() of one = %v, %v; want the newest", one, err)
	}
	check, err := s.Agent.VerifyLog(ctx)
	if err != nil || !check.Whole || check.Last != last.Seq || check.Records < uint64(len(records)) {
		t.Errorf("VerifyLog() = %+v, %v", check, err)
	}
}

// testGrants: a grant is listed until it is ended.
func testGrants(t *testing.T, s Subject) {
	ctx := t.Context()
	wish := management.GrantWish{TTL: time.Minute, Uses: 3}
	_, err := s.Agent.Grant(ctx, wish)
	wantCode(t, "grant without a context", err, ipc.NoContext)
	login(t, s, "first")
	_, err = s.Agent.Grant(ctx, management.GrantWish{})
	wantCode(t, "grant without a time", err, ipc.Usage)
	given, err := s.Agent.Grant(ctx, wish)
	if err != nil || given.ID == "" || given.Context != "first" || given.Left != 3 || !given.Limited || given.PID == 0 || given.Expires.IsZero() {
		t.Fatalf("Grant() = %+v, %v", given, err)
	}
	list, err := s.Agent.Grants(ctx)
	if err != nil || len(list) != 1 || list[0].ID != given.ID {
		t.Errorf("Grants() = %+v, %v", list, err)
	}
	if err := s.Agent.EndGrant(ctx, given.ID); err != nil {
		t.Errorf("EndGrant(): %v", err)
	}
	wantCode(t, "end it twice", s.Agent.EndGrant(ctx, given.ID), ipc.NotFound)
	if list, err := s.Agent.Grants(ctx); err != nil || list == nil || len(list) > 0 {
		t.Errorf("Grants() = %+v, %v; want an empty list", list, err)
	}
}

// testPolicy: without rules, everything is allowed, and what is asked about is told.
func testPolicy(t *testing.T, s Subject) {
	ctx := t.Context()
	_, err := s.Agent.TestPolicy(ctx, management.PolicyTest{})
	wantCode(t, "without a context", err, ipc.NoContext)
	login(t, s, "first")
	got, err := s.Agent.TestPolicy(ctx, management.PolicyTest{Request: ipc.Request{Verb: "token"}, Program: "/usr/bin/agent"})
	if err != nil || got.Answer != "allow" || got.Verb != "token" || got.Context != "first" || got.Executables[0] != "/usr/bin/agent" {
		t.Errorf("TestPolicy() = %+v, %v", got, err)
	}
}

// testUnlocked: what is unlocked gives what it has.
func testUnlocked(t *testing.T, s Subject) {
	ctx := t.Context()
	login(t, s, "first")
	if err := s.Agent.Unlock(ctx, credential.Secret{}); err != nil {
		t.Fatalf("Unlock(): %v", err)
	}
	if _, err := s.Agent.Credential(ctx, ipc.Request{Wait: time.Second}); err != nil {
		t.Errorf("Credential(): %v", err)
	}
}
