// Package spec writes and reads the credential-helper protocol that Bazel, EngFlow and
// others speak: a tool runs "helper get", writes {"uri":"https://host/path"} to it, and
// reads which headers to send there, and until when.
//
// https://github.com/EngFlow/credential-helper-spec
//
// Two things are stricter here than the specification, because the readers are: a header's
// value is always a list, and a time has whole seconds, for Bazel reads it with the
// pattern yyyy-MM-dd'T'HH:mm:ssXXX and fails the build over a fraction.
package spec

import (
	"errors"
	"time"

	"github.com/bento-cred/bento-cred/helper/protocol/jsontext"
	"github.com/bento-cred/bento-cred/ipc"
)

// What is wrong with a request or an answer.
var (
	ErrNoURI = errors.New(`the request has no "uri"`)
	ErrValue = errors.New("the token has bytes that no header can carry")
)

// URI returns the URL a request asks about. What else it has is ignored, as the
// specification demands.
func URI(request []byte) (string, error) {
	members, err := jsontext.Strings(request)
	if err != nil {
		return "", err
	}
	if members["uri"] == "" {
		return "", ErrNoURI
	}
	return members["uri"], nil
}

// AppendAnswer appends the answer, which has no header where the URL wants none.
func AppendAnswer(dst []byte, answer ipc.Credential) ([]byte, error) {
	if answer.Public {
		return append(dst, `{"headers":{}}`+"\n"...), nil
	}
	field := answer.Field().Reveal()
	if !Carries(field) {
		return dst, ErrValue
	}
	dst = append(dst, `{"headers":{`...)
	dst = jsontext.AppendString(dst, answer.Header)
	dst = append(dst, `:[`...)
	dst = jsontext.AppendString(dst, field)
	dst = append(dst, `]}`...)
	if !answer.Expires.IsZero() {
		dst = append(dst, `,"expires":`...)
		dst = jsontext.AppendString(dst, answer.Expires.UTC().Format(time.RFC3339))
	}
	return append(dst, '}', '\n'), nil
}

// Carries reports whether a header can have value: a line break in it would begin the next
// header.
func Carries(value string) bool {
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return value != ""
}
