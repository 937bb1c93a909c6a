package process_test

import (
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/helper/protocol/process"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

func TestAppendAnswer(t *testing.T) {
	t.Parallel()
	value := credential.NewSecret("made-up")
	tests := map[string]struct {
		answer ipc.Credential
		want   string
	}{
		"a context": {
			ipc.Credential{Endpoint: "https://a.example", Header: "X-YATAI-API-TOKEN", Value: value},
			`{"Version":1,"Endpoint":"https://a.example","Header":"X-YATAI-API-TOKEN","Token":"made-up"}`,
		},
		"a URL": {
			ipc.Credential{
				Endpoint: "https://a.example", URL: "https://b.example", Header: "Authorization", Scheme: "Bearer", Value: value,
				Expires: time.Date(2027, 1, 2, 3, 4, 5, 6, time.UTC),
			},
			`{"Version":1,"Endpoint":"https://b.example","Header":"Authorization","Scheme":"Bearer","Token":"made-up","Expiration":"2027-01-02T03:04:05Z"}`,
		},
		"public": {ipc.Credential{Endpoint: "https://a.example", URL: "https://b.example", Public: true}, `{"Version":1,"Endpoint":"https://b.example"}`},
	}
	for name, test := range tests {
		if got := process.AppendAnswer(nil, test.answer); string(got) != test.want+"\n" {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
