package credential_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/internal/credential"
)

func TestParseAccess(t *testing.T) {
	tests := map[string]struct {
		words []string
		want  credential.Access
		err   error
	}{
		"nothing said":       {want: credential.Access{}},
		"developer":          {words: []string{"developer"}, want: credential.Access{Developer: true}},
		"both, one word":     {words: []string{"developer,endpoints"}, want: credential.Access{Developer: true, AllEndpoints: true}},
		"named, sorted once": {words: []string{"endpoints:b", "endpoints:a,endpoints:b"}, want: credential.Access{Deployments: []string{"a", "b"}}},
		"no deployment":      {words: []string{"endpoints:"}, err: credential.ErrAccess},
		"empty word":         {words: []string{""}, err: credential.ErrAccess},
		"another word":       {words: []string{"admin"}, err: credential.ErrAccess},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := credential.ParseAccess(test.words...)
			if !errors.Is(err, test.err) {
				t.Fatalf("error %v, want %v", err, test.err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			again, err := credential.ParseAccess(got.Words()...)
			if err != nil || !again.Equal(got) {
				t.Errorf("round trip gave %v, %v; want %v", again, err, got)
			}
		})
	}
}

func TestExpired(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		expires time.Time
		want    bool
	}{
		"not known":   {want: false},
		"later":       {expires: now.Add(time.Second), want: false},
		"this moment": {expires: now, want: true},
		"before":      {expires: now.Add(-time.Second), want: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := (credential.Token{Expires: test.expires}).Expired(now); got != test.want {
				t.Errorf("Expired() = %v, want %v", got, test.want)
			}
		})
	}
}
