package spec_test

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/helper/protocol/jsontext"
	"github.com/bento-cred/bento-cred/helper/protocol/spec"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// madeUp returns an answer for a deployment.
func madeUp(value string) ipc.Credential {
	return ipc.Credential{Header: "Authorization", Scheme: "Bearer", Value: credential.NewSecret(value)}
}

func TestAppendAnswer(t *testing.T) {
	t.Parallel()
	expires := time.Date(2027, 1, 2, 4, 4, 5, 999, time.FixedZone("", 3600))
	withExpiry, management := madeUp("made-up"), madeUp("made-up")
	withExpiry.Expires = expires
	management.Header, management.Scheme = "X-YATAI-API-TOKEN", ""
	tests := map[string]struct {
		answer ipc.Credential
		want   string
	}{
		"a deployment":       {madeUp("made-up"), `{"headers":{"Authorization":["Bearer made-up"]}}` + "\n"},
		"it expires":         {withExpiry, `{"headers":{"Authorization":["Bearer made-up"]},"expires":"2027-01-02T03:04:05Z"}` + "\n"},
		"the management API": {management, `{"headers":{"X-YATAI-API-TOKEN":["made-up"]}}` + "\n"},
		"public":             {ipc.Credential{Public: true}, `{"headers":{}}` + "\n"},
		"a nasty value":      {madeUp(`a"b\é`), `{"headers":{"Authorization":["Bearer a\"b\\\u00e9"]}}` + "\n"},
	}
	for name, test := range tests {
		got, err := spec.AppendAnswer([]byte("x"), test.answer)
		if err != nil || string(got) != "x"+test.want {
			t.Errorf("%s: %s, %v; want %s", name, got, err, test.want)
		}
		checkSchema(t, got[1:])
	}
	for _, value := range []string{"", "a\r\nX-Evil: b", "a\nb", "a\x00b", "a\x7fb"} {
		if got, err := spec.AppendAnswer(nil, madeUp(value)); value != "" && (!errors.Is(err, spec.ErrValue) || len(got) > 0) {
			t.Errorf("%q is written: %s, %v", value, got, err)
		}
	}
}

// checkSchema holds an answer to the schema of get's response, and to Bazel's pattern of a
// time, which is narrower.
func checkSchema(t *testing.T, answer []byte) {
	t.Helper()
	var got struct {
		Headers map[string][]string `json:"headers"`
		Expires *string             `json:"expires"`
	}
	decoder := json.NewDecoder(strings.NewReader(string(answer)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&got); err != nil {
		t.Errorf("%s: %v", answer, err)
	}
	if got.Expires != nil && !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$`).MatchString(*got.Expires) {
		t.Errorf("Bazel cannot read the time %q", *got.Expires)
	}
	if !strings.HasSuffix(string(answer), "}\n") || strings.Count(string(answer), "\n") != 1 {
		t.Errorf("%q is not one document and a line feed", answer)
	}
}

func TestURI(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		request, want string
		err           error
	}{
		"the least":    {`{"uri":"https://a.example"}`, "https://a.example", nil},
		"with more":    {"{\n \"uri\": \"grpcs://a.example/b\", \"x\": [1, {}]}\n", "grpcs://a.example/b", nil},
		"none":         {`{"url":"https://a.example"}`, "", spec.ErrNoURI},
		"an empty one": {`{"uri":""}`, "", spec.ErrNoURI},
		"not a string": {`{"uri":["https://a.example"]}`, "", spec.ErrNoURI},
		"nothing":      {"", "", jsontext.ErrSyntax},
		"no object":    {`"https://a.example"`, "", jsontext.ErrObject},
		"two":          {`{"uri":"https://a.example","uri":"https://b.example"}`, "", jsontext.ErrTwice},
	}
	for name, test := range tests {
		if got, err := spec.URI([]byte(test.request)); got != test.want || !errors.Is(err, test.err) {
			t.Errorf("%s: %q, %v; want %q, %v", name, got, err, test.want, test.err)
		}
	}
}

// FuzzAppendAnswer: whatever the value, the answer is one document whose header is it.
func FuzzAppendAnswer(f *testing.F) {
	f.Add("made-up", "Authorization")
	f.Add("a\"\\\xff", "X\r\n")
	f.Fuzz(func(t *testing.T, value, header string) {
		answer := ipc.Credential{Header: header, Value: credential.NewSecret(value)}
		text, err := spec.AppendAnswer(nil, answer)
		if err != nil {
			return
		}
		checkSchema(t, text)
	})
}
