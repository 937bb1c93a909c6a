// Package gitcred speaks the protocol of git's credential helpers: attributes, one on a
// line, "key=value" or "key[]=value" for a list, and a blank line at the end.
//
// https://git-scm.com/docs/git-credential#IOFMT
//
// Git before 2.46 knows user names and passwords alone, and gets the token as a password.
// A newer one that announces the capability authtype gets it as a Bearer credential
// beside: it sends that one, and the answer has to announce the capability, too, before
// it uses it.
package gitcred

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// User is the user's name beside a token that goes as a password.
const User = "bento-cred"

const (
	// MaxSize bounds a request, in bytes.
	MaxSize = 256 << 10
	// maxLine is the longest line git writes, in bytes, its line feed included.
	maxLine = 65535
)

// What is wrong with a request or an answer.
var (
	ErrForm  = errors.New("the request has a line that is no attribute")
	ErrLong  = errors.New("the request is too long")
	ErrHost  = errors.New("the request names no protocol or no host")
	ErrValue = errors.New("the token has bytes that git cannot take")
)

// Request is what git asks, or tells.
type Request struct {
	Protocol string
	Host     string // with the port, where there is one
	Path     string
	Username string
	// Bearer reports whether git takes a credential that is no password.
	Bearer bool
	// Value is what git was refused, of an erase.
	Value credential.Secret
}

// Read reads a request up to its blank line or its end.
func Read(text []byte) (Request, error) {
	var r Request
	if len(text) > MaxSize {
		return r, ErrLong
	}
	capabilities := make(map[string]bool)
	for len(text) > 0 {
		var line []byte
		line, text, _ = bytes.Cut(text, []byte{'\n'})
		if len(line) == 0 {
			break
		}
		if len(line) >= maxLine {
			return r, ErrLong
		}
		key, value, found := strings.Cut(string(line), "=")
		if !found || key == "" || strings.ContainsRune(value, 0) {
			return r, ErrForm
		}
		switch key {
		case "protocol":
			r.Protocol = value
		case "host":
			r.Host = value
		case "path":
			r.Path = value
		case "username":
			r.Username = value
		case "password", "credential":
			r.Value = credential.NewSecret(value)
		case "capability[]":
			if value == "" { // it empties the list
				clear(capabilities)
			}
			capabilities[value] = true
		}
	}
	r.Bearer = capabilities["authtype"]
	return r, nil
}

// URL returns the URL a request is about.
func (r Request) URL() (string, error) {
	if r.Protocol == "" || r.Host == "" {
		return "", ErrHost
	}
	return r.Protocol + "://" + r.Host + "/" + r.Path, nil
}

// AppendAnswer appends the answer to a request for a credential. The value is for this
// run of git alone, whatever other helpers it has.
func (r Request) AppendAnswer(dst []byte, answer ipc.Credential) ([]byte, error) {
	value := answer.Value.Reveal()
	if strings.ContainsAny(value, "\n\r\x00") {
		return dst, ErrValue
	}
	user := r.Username
	if user == "" {
		user = User
	}
	if r.Bearer && answer.Scheme != "" {
		dst = appendAttribute(dst, "capability[]", "authtype")
		dst = appendAttribute(dst, "authtype", answer.Scheme)
		dst = appendAttribute(dst, "credential", value)
		dst = appendAttribute(dst, "ephemeral", "1")
	}
	dst = appendAttribute(dst, "username", user)
	dst = appendAttribute(dst, "password", value)
	if !answer.Expires.IsZero() {
		dst = appendAttribute(dst, "password_expiry_utc", strconv.FormatInt(answer.Expires.Unix(), 10))
	}
	return append(dst, '\n'), nil
}

func appendAttribute(dst []byte, key, value string) []byte {
	dst = append(dst, key...)
	dst = append(dst, '=')
	dst = append(dst, value...)
	return append(dst, '\n')
}

// Capabilities is the answer to the verb capability.
const Capabilities = "version 0\ncapability authtype\n"
