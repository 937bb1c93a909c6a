// Package process writes what `bento-cred credential-process` prints: one JSON document in
// the shape of AWS's credential_process, for tools that can run a command and read one,
// and have no protocol of their own. The fields that AWS names for its keys are left out,
// for a BentoCloud token is none.
//
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
package process

import (
	"time"

	"github.com/bento-cred/bento-cred/helper/protocol/jsontext"
	"github.com/bento-cred/bento-cred/ipc"
)

// AppendAnswer appends the document. Expiration is left out where nobody knows it, and
// Header and Token where the URL wants no token.
func AppendAnswer(dst []byte, answer ipc.Credential) []byte {
	url := answer.URL
	if url == "" {
		url = answer.Endpoint
	}
	dst = append(dst, `{"Version":1,"Endpoint":`...)
	dst = jsontext.AppendString(dst, url)
	if !answer.Public {
		dst = append(dst, `,"Header":`...)
		dst = jsontext.AppendString(dst, answer.Header)
		if answer.Scheme != "" {
			dst = append(dst, `,"Scheme":`...)
			dst = jsontext.AppendString(dst, answer.Scheme)
		}
		dst = append(dst, `,"Token":`...)
		dst = jsontext.AppendString(dst, answer.Value.Reveal())
	}
	if !answer.Expires.IsZero() {
		dst = append(dst, `,"Expiration":`...)
		dst = jsontext.AppendString(dst, answer.Expires.UTC().Format(time.RFC3339))
	}
	return append(dst, '}', '\n')
}
