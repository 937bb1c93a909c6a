package gitcred_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/helper/protocol/gitcred"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

func TestRead(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text, url, refused string
		bearer             bool
		err                error
	}{
		"of old":         {"protocol=https\nhost=a.example\n\n", "https://a.example/", "", false, nil},
		"with a path":    {"protocol=https\nhost=a.example:8443\npath=x/y.git\nusername=me\n", "https://a.example:8443/x/y.git", "", false, nil},
		"a newer one":    {"capability[]=authtype\ncapability[]=state\nprotocol=https\nhost=a\nwwwauth[]=Bearer realm=\"x\"\n\n", "https://a/", "", true, nil},
		"emptied":        {"capability[]=authtype\ncapability[]=\nprotocol=https\nhost=a\n", "https://a/", "", false, nil},
		"refused":        {"protocol=https\nhost=a\nauthtype=Bearer\ncredential=made-up\n", "https://a/", "made-up", false, nil},
		"a password":     {"protocol=https\nhost=a\nusername=x\npassword=made=up\n", "https://a/", "made=up", false, nil},
		"behind the end": {"protocol=https\nhost=a\n\nhost=b\n", "https://a/", "", false, nil},
		"unknown keys":   {"protocol=https\nhost=a\nrequest_url=https://b\nx[]=y\n", "https://a/", "", false, nil},
		"no attribute":   {"protocol=https\nhost\n", "", "", false, gitcred.ErrForm},
		"no key":         {"=x\n", "", "", false, gitcred.ErrForm},
		"NUL":            {"protocol=https\nhost=a\x00b\n", "", "", false, gitcred.ErrForm},
		"a long line":    {"host=" + strings.Repeat("a", 65536) + "\n", "", "", false, gitcred.ErrLong},
		"much":           {strings.Repeat("x=y\n", 70000), "", "", false, gitcred.ErrLong},
	}
	for name, test := range tests {
		got, err := gitcred.Read([]byte(test.text))
		if !errors.Is(err, test.err) || err != nil {
			if test.err == nil || !errors.Is(err, test.err) {
				t.Errorf("%s: %v, want %v", name, err, test.err)
			}
			continue
		}
		url, err := got.URL()
		if url != test.url || err != nil || got.Value.Reveal() != test.refused || got.Bearer != test.bearer {
			t.Errorf("%s: %q, %v, bearer %v", name, url, err, got.Bearer)
		}
	}
	for _, text := range []string{"", "host=a\n", "protocol=https\n"} {
		got, err := gitcred.Read([]byte(text))
		if err == nil {
			_, err = got.URL()
		}
		if !errors.Is(err, gitcred.ErrHost) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAppendAnswer(t *testing.T) {
	t.Parallel()
	answer := ipc.Credential{Header: "Authorization", Scheme: "Bearer", Value: credential.NewSecret("made-up"), Expires: time.Unix(1893456000, 5)}
	tests := map[string]struct {
		request gitcred.Request
		want    string
	}{
		"of old": {gitcred.Request{}, "username=bento-cred\npassword=made-up\npassword_expiry_utc=1893456000\n\n"},
		"named":  {gitcred.Request{Username: "me"}, "username=me\npassword=made-up\npassword_expiry_utc=1893456000\n\n"},
		"a newer one": {
			gitcred.Request{Bearer: true},
			"capability[]=authtype\nauthtype=Bearer\ncredential=made-up\nephemeral=1\nusername=bento-cred\npassword=made-up\npassword_expiry_utc=1893456000\n\n",
		},
	}
	for name, test := range tests {
		if got, err := test.request.AppendAnswer(nil, answer); string(got) != test.want || err != nil {
			t.Errorf("%s: %q, %v; want %q", name, got, err, test.want)
		}
	}
	answer.Value = credential.NewSecret("a\nhost=evil")
	if got, err := (gitcred.Request{}).AppendAnswer(nil, answer); !errors.Is(err, gitcred.ErrValue) || len(got) > 0 {
		t.Errorf("a value with a line feed: %q, %v", got, err)
	}
}

// FuzzRead: what is read is never more than what stands there, and has no line feed.
func FuzzRead(f *testing.F) {
	f.Add([]byte("protocol=https\nhost=a\ncapability[]=authtype\n\n"))
	f.Add([]byte("credential=x\r\nhost=\n=\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := gitcred.Read(text)
		if err != nil {
			return
		}
		for _, value := range []string{r.Protocol, r.Host, r.Path, r.Username, r.Value.Reveal()} {
			if strings.ContainsAny(value, "\n\x00") || !strings.Contains(string(text), value) {
				t.Errorf("%q is read from %q", value, text)
			}
		}
	})
}
