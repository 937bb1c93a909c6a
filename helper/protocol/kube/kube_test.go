package kube_test

import (
	"errors"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/helper/protocol/jsontext"
	"github.com/bento-cred/bento-cred/helper/protocol/kube"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

func TestRead(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want kube.Question
		err  error
	}{
		"by hand": {"", kube.Question{Version: "client.authentication.k8s.io/v1"}, nil},
		"kubectl": {
			`{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"cluster":{"server":"https://a.example:6443","insecure-skip-tls-verify":true,"config":null},"interactive":false}}`,
			kube.Question{Version: "client.authentication.k8s.io/v1", Server: "https://a.example:6443"},
			nil,
		},
		"an older one": {
			`{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":{"interactive":true}}`,
			kube.Question{Version: "client.authentication.k8s.io/v1beta1"},
			nil,
		},
		"too old":    {`{"apiVersion":"client.authentication.k8s.io/v1alpha1"}`, kube.Question{}, kube.ErrVersion},
		"no version": {`{}`, kube.Question{}, kube.ErrVersion},
		"no JSON":    {`{`, kube.Question{}, jsontext.ErrSyntax},
	}
	for name, test := range tests {
		if got, err := kube.Read(test.text); got != test.want || !errors.Is(err, test.err) {
			t.Errorf("%s: %+v, %v; want %+v, %v", name, got, err, test.want, test.err)
		}
	}
}

func TestAppendAnswer(t *testing.T) {
	t.Parallel()
	q := kube.Question{Version: "client.authentication.k8s.io/v1beta1"}
	answer := ipc.Credential{Value: credential.NewSecret("made-up")}
	want := `{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"made-up"}}` + "\n"
	if got := q.AppendAnswer(nil, answer); string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
	answer.Expires = time.Date(2027, 1, 2, 3, 4, 5, 6, time.UTC)
	want = `{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"made-up","expirationTimestamp":"2027-01-02T03:04:05Z"}}` + "\n"
	if got := q.AppendAnswer(nil, answer); string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
}
