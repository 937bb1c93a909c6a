package bentocloud_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/internal/cloudtest"
	"github.com/bento-cred/bento-cred/internal/credential"
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
		checkError(t, err)
	})
}

// FuzzLogin lets a server answer anything to who logs in by browser.
func FuzzLogin(f *testing.F) {
	for _, seed := range []string{
		`{"code":"abc"}`, `{"code":"a b"}`, `{"code":"&code=x#%"}`, `{"code":null}`, `{"token":"made-up-new","name":"of made-up-new"}`,
		`{"token":""}`, `""`, "null", "", `{"error":"access_denied ` + needle + `"}`, `{"message":"expired"}`, "<html>", `{"token":"a\nb"}`,
		`{"token":"made-up-new","scopes":["made-up-\u0000new"],"is_access_token":true,"deployment_uids":["` + needle + `"]}`,
	} {
		f.Add(uint16(0), seed)
		f.Add(uint16(200), seed)
		f.Add(uint16(210), seed)
	}
	cloud := cloudtest.New(f, cloudtest.Config{})
	client := bentocloud.New(bentocloud.Config{})
	f.Cleanup(client.Close)
	f.Fuzz(func(t *testing.T, status uint16, text string) {
		fault := cloudtest.Fault{Status: 200 + int(status%400), Body: text}
		cloud.Fail(pathCode, fault)
		cloud.Fail(pathCollect, fault)
		begun, err := client.LoginCode(t.Context(), cloud.URL())
		if err != nil {
			checkKind(t, err) // No secret went out that its text could hold.
		} else if page, err := url.Parse(begun.Page); err != nil || page.Query().Get("code") != begun.Value.Reveal() || page.Path != "/api_tokens" {
			t.Fatalf("page %q, %v; want one with the code %q", begun.Page, err, begun.Value.Reveal())
		}
		got, err := client.Collect(t.Context(), cloud.URL(), token)
		if err != nil {
			checkError(t, err)
			return
		}
		if err := bentocloud.CheckToken(got.Value); err != nil {
			t.Fatal(err)
		}
		checkListed(t, bentocloud.Listed{Token: credential.Token{
			UID: got.UID, Name: got.Name, Description: got.Description, Scopes: got.Scopes, Access: got.Access,
		}}, got.Value.Reveal())
	})
}

// FuzzTokens lets a server answer anything to who lists, shows, makes, checks or deletes.
func FuzzTokens(f *testing.F) {
	for _, seed := range []string{
		`{"items":[{"uid":"u1","token":"made-up-other","description":"made-up-other"}],"total":1}`, `{"items":[[],7,null],"total":{}}`,
		`{"uid":"u1","token":"made-up-new","name":"made-up-new ` + needle + `","labels":[{"key":"k","value":"` + needle + `"}],"user":{"name":"\u001b"}}`,
		`{"uid":"..","token":"x"}`, `{"uid":7,"user":7,"labels":7,"expired_at":7}`, "<html>", "", "null", "\xff", `{"error":"record not found"}`,
		`{"name":"` + needle + `","email":""}`, `{"items":[{"user":{"name":["x"]},"organization":null,"expired_at":"9999-12-31T23:59:59Z"}],"total":1}`,
	} {
		f.Add(uint16(0), seed)
		f.Add(uint16(204), seed)
	}
	cloud := cloudtest.New(f, cloudtest.Config{})
	client := bentocloud.New(bentocloud.Config{})
	f.Cleanup(client.Close)
	f.Fuzz(func(t *testing.T, status uint16, text string) {
		fault := cloudtest.Fault{Status: 200 + int(status%400), Body: text}
		for _, path := range []string{pathOne, pathApp, pathUser} {
			cloud.Fail(path, fault)
		}
		// A list without an end is fetched a hundred times: once is enough here.
		cloud.Fail("GET "+pathTokens, cloudtest.Fault{Status: fault.Status, Body: fault.Body, Times: 1})
		cloud.Fail("POST "+pathTokens, fault)
		for what, each := range calls {
			if what == "LoginCode" || what == "Collect" || what == "Tokens" {
				continue
			}
			if err := each.call(t, client, cloud.URL()); err != nil {
				checkError(t, err)
			}
		}
		all, _ := client.Tokens(t.Context(), cloud.URL(), token, "")
		one, _ := client.Token(t.Context(), cloud.URL(), token, "u1")
		for _, listed := range append(all, one) {
			checkListed(t, listed, "")
		}
		made, err := client.Create(t.Context(), cloud.URL(), token, bentocloud.Wish{Name: "new"})
		if err == nil {
			checkListed(t, made.Listed, made.Token.Value.Reveal())
			checkText(t, strings.Join(made.Unconfirmed, " "))
		}
	})
}

// checkError makes sure that a caller and a person can go on from err.
func checkError(t *testing.T, err error) {
	t.Helper()
	checkText(t, err.Error())
	checkKind(t, err)
}

// checkKind makes sure that err is one that callers know.
func checkKind(t *testing.T, err error) {
	t.Helper()
	var failure *bentocloud.Error
	if !errors.As(err, &failure) || failure.Hint() == "" {
		t.Fatalf("error %v, want an *Error with a hint", err)
	}
}

// checkListed makes sure that no text of a listing shows the value it was made with.
func checkListed(t *testing.T, listed bentocloud.Listed, value string) {
	t.Helper()
	// What is shorter than the mark that stands for it, or could be a part of one, can
	// come about by itself.
	telling := len(value) > len("[secret]…") && !strings.ContainsAny(value, "[]…")
	for _, text := range shown(listed) {
		checkText(t, text)
		if telling && strings.Contains(text, value) {
			t.Fatalf("the value %q is shown: %q", value, text)
		}
	}
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
