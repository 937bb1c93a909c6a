package credential_test

import (
	"errors"
	"testing"
	"testing/quick"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
)

var (
	developer = credential.Access{Developer: true}
	all       = credential.Access{AllEndpoints: true}
	unknown   = credential.Access{}
	both      = credential.Access{Developer: true, AllEndpoints: true}
)

func named(deployments ...string) credential.Access {
	return credential.Access{Deployments: deployments}
}

func TestChoose(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	token := func(uid string, access credential.Access, expires time.Time) credential.Token {
		return credential.Token{UID: uid, Access: access, Expires: expires}
	}
	gone, soon, never := now.Add(-time.Hour), now.Add(time.Hour), time.Time{}
	tests := map[string]struct {
		tokens []credential.Token
		need   credential.Access
		want   string
		err    error
	}{
		"nothing kept":              {need: developer, err: credential.ErrNoToken},
		"the only one":              {tokens: []credential.Token{token("a", developer, never)}, need: developer, want: "a"},
		"known before unknown":      {tokens: []credential.Token{token("u", unknown, never), token("d", developer, never)}, need: developer, want: "d"},
		"unknown where none other":  {tokens: []credential.Token{token("e", all, never), token("u", unknown, never)}, need: developer, want: "u"},
		"developer alone, not both": {tokens: []credential.Token{token("b", both, never), token("d", developer, never)}, need: developer, want: "d"},
		"named before all":          {tokens: []credential.Token{token("e", all, never), token("n", named("x"), never)}, need: named("x"), want: "n"},
		"one named before two":      {tokens: []credential.Token{token("2", named("x", "y"), never), token("1", named("x"), never)}, need: named("x"), want: "1"},
		"another deployment":        {tokens: []credential.Token{token("n", named("y"), never)}, need: named("x"), err: credential.ErrAccessMissing},
		"named opens not all":       {tokens: []credential.Token{token("n", named("y"), never)}, need: all, err: credential.ErrAccessMissing},
		"endpoints, no developer":   {tokens: []credential.Token{token("e", all, never)}, need: developer, err: credential.ErrAccessMissing},
		"expired":                   {tokens: []credential.Token{token("d", developer, gone)}, need: developer, err: credential.ErrExpired},
		"live unknown, not expired": {tokens: []credential.Token{token("d", developer, gone), token("u", unknown, soon)}, need: developer, want: "u"},
		"the one that lives longer": {tokens: []credential.Token{token("s", developer, soon), token("n", developer, never)}, need: developer, want: "n"},
		"refused":                   {tokens: []credential.Token{{UID: "r", Access: developer, Refused: "deleted"}}, need: developer, err: credential.ErrRefused},
		"refused, another serves": {
			tokens: []credential.Token{{UID: "r", Access: developer, Refused: "deleted"}, token("b", both, never)}, need: developer, want: "b",
		},
		"the one that stays": {
			tokens: []credential.Token{{UID: "old", Access: developer, Retires: soon}, token("new", developer, soon)}, need: developer, want: "new",
		},
		"the one that stays, either way": {
			tokens: []credential.Token{token("new", developer, soon), {UID: "old", Access: developer, Retires: soon}}, need: developer, want: "new",
		},
		"one that retires, where it is alone": {
			tokens: []credential.Token{{UID: "old", Access: developer, Retires: soon}}, need: developer, want: "old",
		},
		"monitoring opens nothing": {
			tokens: []credential.Token{{UID: "m", Kind: credential.KindMonitoring}}, need: developer, err: credential.ErrAccessMissing,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := credential.Context{Tokens: test.tokens}.Choose(test.need, now)
			if !errors.Is(err, test.err) {
				t.Fatalf("error %v, want %v", err, test.err)
			}
			if got.UID != test.want {
				t.Errorf("chose %q, want %q", got.UID, test.want)
			}
		})
	}
}

// TestChooseNeverTakesTheBroader holds for any tokens: none that serves opens
// strictly less than the one chosen.
func TestChooseNeverTakesTheBroader(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	accesses := []credential.Access{developer, all, both, named("x"), named("x", "y"), named("y")}
	property := func(picks []uint8, want uint8) bool {
		var c credential.Context
		for _, pick := range picks {
			c.Tokens = append(c.Tokens, credential.Token{Access: accesses[int(pick)%len(accesses)]})
		}
		need := []credential.Access{developer, all, named("x"), named("y")}[want%4]
		chosen, err := c.Choose(need, now)
		if err != nil {
			return true
		}
		for _, other := range c.Tokens {
			if covers(other.Access, need) && covers(chosen.Access, other.Access) && !covers(other.Access, chosen.Access) {
				return false
			}
		}
		return covers(chosen.Access, need)
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 5000}); err != nil {
		t.Error(err)
	}
}

// covers reports whether a opens everything b opens.
func covers(a, b credential.Access) bool {
	if b.Developer && !a.Developer || b.AllEndpoints && !a.AllEndpoints {
		return false
	}
	for _, want := range b.Deployments {
		found := a.AllEndpoints
		for _, have := range a.Deployments {
			found = found || have == want
		}
		if !found {
			return false
		}
	}
	return true
}
