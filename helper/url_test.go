package helper_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/helper"
	"github.com/bento-cred/bento-cred/ipc"
)

// madeUpURL is where the answers of these tests are to be sent.
const madeUpURL = "https://summarise.example"

// forURL is the answer for a protected deployment.
func forURL() ipc.Credential {
	answer := madeUp()
	answer.Header, answer.Scheme, answer.URL = "Authorization", "Bearer", madeUpURL
	return answer
}

// ask runs the program called name with a question on standard input.
func ask(environ []string, stdin, name string, arguments ...string) result {
	var out, errs bytes.Buffer
	status := helper.Main(append([]string{name}, arguments...), environ, helper.Streams{In: strings.NewReader(stdin), Out: &out, Err: &errs})
	return result{status: status, out: out.String(), err: errs.String()}
}

func TestAnswersForAURL(t *testing.T) {
	t.Parallel()
	public, expiring := forURL(), forURL()
	public.Public, public.Header, public.Scheme, public.Value = true, "", "", ipc.Credential{}.Value
	expiring.Expires = time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	question := `{"uri":"` + madeUpURL + `/x"}`
	git := "protocol=https\nhost=summarise.example\n\n"
	tests := map[string]struct {
		answer ipc.Credential
		stdin  string
		words  string
		want   result
	}{
		"header":                {forURL(), "", "bento-cred header " + madeUpURL + "/x", result{0, "Authorization: Bearer " + madeUpToken + "\n", ""}},
		"header, public":        {public, "", "bento-cred header " + madeUpURL, result{0, "", ""}},
		"get":                   {expiring, question, "bento-cred get", result{0, `{"headers":{"Authorization":["Bearer ` + madeUpToken + `"]},"expires":"2027-01-02T03:04:05Z"}` + "\n", ""}},
		"get, public":           {public, question, "bento-cred get", result{0, `{"headers":{}}` + "\n", ""}},
		"get, by its path":      {public, question, "/usr/bin/bento-cred get", result{0, `{"headers":{}}` + "\n", ""}},
		"token":                 {forURL(), "", "bento-cred token --for " + madeUpURL, result{0, madeUpToken, ""}},
		"openai":                {forURL(), "", "bento-cred env --shell dotenv --for openai --deployment summarise", result{0, "OPENAI_API_KEY=" + madeUpToken + "\nOPENAI_BASE_URL=" + madeUpURL + "/v1\n", ""}},
		"openai, public":        {public, "", "bento-cred env --shell dotenv --for openai --deployment summarise", result{0, "OPENAI_API_KEY=na\nOPENAI_BASE_URL=" + madeUpURL + "/v1\n", ""}},
		"kubectl":               {forURL(), "", "bento-cred kubectl-credential --for " + madeUpURL, result{0, `{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"` + madeUpToken + `"}}` + "\n", ""}},
		"git":                   {forURL(), git, "git-credential-bento get", result{0, "username=bento-cred\npassword=" + madeUpToken + "\n\n", ""}},
		"git, public":           {public, git, "git-credential-bento get", result{0, "", ""}},
		"git, to store":         {forURL(), git, "git-credential-bento store", result{0, "", ""}},
		"git, a newer verb":     {forURL(), git, "git-credential-bento rotate", result{0, "", ""}},
		"docker":                {forURL(), "summarise.example", "docker-credential-bento.exe get", result{0, `{"ServerURL":"summarise.example","Username":"bento-cred","Secret":"` + madeUpToken + `"}` + "\n", ""}},
		"docker, public":        {public, "summarise.example", "docker-credential-bento get", result{1, "credentials not found in native keychain\n", ""}},
		"docker, without":       {forURL(), "", "docker-credential-bento get", result{1, "no credentials server URL\n", ""}},
		"docker, to erase":      {forURL(), "summarise.example", "docker-credential-bento erase", result{0, "", ""}},
		"docker, all there are": {forURL(), "unused", "docker-credential-bento list", result{0, "{}\n", ""}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &agent{answer: test.answer}
			words := strings.Fields(test.words)
			got := ask(serve(t, a), test.stdin, words[0], words[1:]...)
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			if asked := a.request(); asked.URL != "" && !strings.HasPrefix(asked.URL, madeUpURL) {
				t.Errorf("asked for %q", asked.URL)
			}
		})
	}
}

// TestFailuresForAURL write nothing to standard output that could be taken for an answer.
func TestFailuresForAURL(t *testing.T) {
	t.Parallel()
	unknown := &ipc.Error{Code: ipc.UnknownHost, Message: "no context owns it", Hint: "bind it"}
	locked := &ipc.Error{Code: ipc.Locked, Message: "the store is locked", Hint: "unlock it"}
	evil := forURL()
	evil.Value = madeUp().Value
	question, git := `{"uri":"https://evil.example"}`, "protocol=https\nhost=evil.example\n\n"
	tests := map[string]struct {
		err    error
		stdin  string
		words  string
		status int
		out    string
		says   string // on standard error
	}{
		"header":            {unknown, "", "bento-cred header https://evil.example", 3, "", "no context owns it; bind it"},
		"header, no URL":    {nil, "", "bento-cred header", 2, "", "one URL"},
		"header, two":       {nil, "", "bento-cred header a b", 2, "", "one URL"},
		"get":               {unknown, question, "bento-cred get", 3, "", "no context owns it"},
		"get, no question":  {nil, "", "bento-cred get", 2, "", "JSON"},
		"get, long":         {nil, strings.Repeat(" ", 300<<10), "bento-cred get", 2, "", "too long"},
		"token":             {unknown, "", "bento-cred token --for https://evil.example", 3, "", "no context"},
		"token, twice":      {nil, "", "bento-cred token --for https://a --access developer", 2, "", "exclude"},
		"env, for what":     {nil, "", "bento-cred env --shell dotenv --for https://a --deployment b", 2, "sh -c", "openai"},
		"kubectl, no URL":   {nil, "", "bento-cred kubectl-credential", 2, "", "provideClusterInfo"},
		"process":           {locked, "", "bento-cred credential-process", 6, "", "locked"},
		"git":               {unknown, git, "git-credential-bento get", 0, "", ""},
		"git, locked":       {locked, git, "git-credential-bento get", 6, "", "locked"},
		"git, no host":      {nil, "protocol=https\n\n", "git-credential-bento get", 0, "", ""},
		"git, no attribute": {nil, "x\n", "git-credential-bento get", 2, "", "no attribute"},
		"git, by hand":      {nil, "", "git-credential-bento", 2, "", "get, store or erase"},
		"docker":            {unknown, "evil.example", "docker-credential-bento get", 1, "credentials not found in native keychain\n", ""},
		"docker, locked":    {locked, "evil.example", "docker-credential-bento get", 1, "the store is locked; unlock it\n", ""},
		"docker, to store":  {nil, "{}", "docker-credential-bento store", 1, "bento-cred stores no passwords", ""},
		"docker, by hand":   {nil, "", "docker-credential-bento", 1, "Usage: ", ""},
		"curl, no URL":      {nil, "", "bento-cred curl", 2, "", "last argument"},
		"curl":              {unknown, "", "bento-cred curl --context=a -s https://evil.example", 3, "", "no context"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			words := strings.Fields(test.words)
			got := ask(serve(t, &agent{answer: evil, err: test.err}), test.stdin, words[0], words[1:]...)
			if got.status != test.status || !strings.HasPrefix(got.out, test.out) || test.out == "" && got.out != "" || !strings.Contains(got.err, test.says) {
				t.Errorf("got %+v, want status %d, %q, %q", got, test.status, test.out, test.says)
			}
			if strings.Contains(got.out+got.err, madeUpToken) {
				t.Error("the token is written")
			}
		})
	}
}

// TestGitWasRefused tells the daemon which value, and nothing where there is none.
func TestGitWasRefused(t *testing.T) {
	t.Parallel()
	a := &agent{}
	environ := serve(t, a)
	for _, stdin := range []string{"protocol=https\nhost=a\npassword=made-up\n\n", "protocol=https\nhost=a\ncredential=other\n", "protocol=https\nhost=a\n"} {
		if got := ask(environ, stdin, "git-credential-bento", "erase"); got != (result{}) {
			t.Errorf("%q: %+v", stdin, got)
		}
	}
	if !slices.Equal(a.refused, []string{"made-up", "other"}) {
		t.Errorf("the daemon was told of %d values, want two", len(a.refused))
	}
}
