package bentocloud_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/cloudtest"
)

// FuzzReply lets a server answer anything. Whatever it is, the error is one that
// callers know, holds no token and nothing that moves a terminal, and so does the
// account.
func FuzzReply(f *testing.F) {
	for _, seed := range []string{
		`{"name":"ada","email":"ada@acme.example"}`, `{"message":"get api token: record not found"}`, `{"error":"need the scopes: api"}`,
		`{"message":"` + needle + `"}`, "<html>", "", "null", `{"items":[{"token":"` + needle + `","scopes":[1]}],"total":1}`, "\xff",
		`{"message":"made-up-\u001bhunter2"}`, `[[[[`, `{"name":"\ud800","email":"\u202e"}`,
	} {
		f.Add(uint16(0), "", seed)
		f.Add(uint16(203), "https://elsewhere.example/"+needle, seed)
		f.Add(uint16(302), "", seed)
	}
	cloud := cloudtest.New(f, cloudtest.Config{Tokens: []cloudtest.Token{{Value: needle, Developer: true}}})
	client := bentocloud.New(bentocloud.Config{})
	f.Cleanup(client.Close)
	f.Fuzz(func(t *testing.T, status uint16, location, text string) {
		fault := cloudtest.Fault{Status: 200 + int(status%400), Header: http.Header{"Location": {location}}, Body: text}
		for _, path := range []string{pathUser, pathOrg, pathTokens} {
			cloud.Fail(path, fault)
		}
		described, _ := client.Describe(t.Context(), cloud.URL(), token)
		checkText(t, described.UID+described.Name+described.Description+strings.Join(described.Scopes, ""))
		account, err := client.Verify(t.Context(), cloud.URL(), token)
		checkText(t, account.User+account.Email+account.FirstName+account.LastName+account.Organization)
		if err == nil {
			return
		}
		checkText(t, err.Error())
		var failure *bentocloud.Error
		if !errors.As(err, &failure) || failure.Hint() == "" {
			t.Fatalf("error %v, want an *Error with a hint", err)
		}
	})
}

// checkText makes sure that text can be shown.
func checkText(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, needle) {
		t.Fatalf("the token is shown: %q", text)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Fatalf("it cannot be shown: %q", text)
	}
}
