// Package kube speaks the protocol of kubectl's and client-go's exec credential plugins:
// the question stands in the variable KUBERNETES_EXEC_INFO, the answer is an
// ExecCredential with the token in its status.
//
// https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
package kube

import (
	"errors"
	"time"

	"github.com/bento-cred/bento-cred/helper/protocol/jsontext"
	"github.com/bento-cred/bento-cred/ipc"
)

// Variable is where kubectl puts the question.
const Variable = "KUBERNETES_EXEC_INFO"

// group is the API group of the question and of the answer.
const group = "client.authentication.k8s.io/"

// ErrVersion is a question in a version nobody here knows.
var ErrVersion = errors.New("kubectl asks in a version other than " + group + "v1 and " + group + "v1beta1")

// Question is what kubectl asks.
type Question struct {
	Version string // the apiVersion, which the answer has to have, too
	Server  string // the cluster's address; empty without provideClusterInfo
}

// Read reads a question. An empty one is that of a person who tries the command by hand,
// and is taken for the newest version.
func Read(text string) (Question, error) {
	if text == "" {
		return Question{Version: group + "v1"}, nil
	}
	members, err := jsontext.Strings([]byte(text))
	if err != nil {
		return Question{}, err
	}
	q := Question{Version: members["apiVersion"], Server: members["spec.cluster.server"]}
	if q.Version != group+"v1" && q.Version != group+"v1beta1" {
		return Question{}, ErrVersion
	}
	return q, nil
}

// AppendAnswer appends the answer to a question. kubectl asks again when the token has
// expired; where that is not known, once for each of its own runs.
func (q Question) AppendAnswer(dst []byte, answer ipc.Credential) []byte {
	dst = append(dst, `{"apiVersion":`...)
	dst = jsontext.AppendString(dst, q.Version)
	dst = append(dst, `,"kind":"ExecCredential","status":{"token":`...)
	dst = jsontext.AppendString(dst, answer.Value.Reveal())
	if !answer.Expires.IsZero() {
		dst = append(dst, `,"expirationTimestamp":`...)
		dst = jsontext.AppendString(dst, answer.Expires.UTC().Format(time.RFC3339))
	}
	return append(dst, '}', '}', '\n')
}
