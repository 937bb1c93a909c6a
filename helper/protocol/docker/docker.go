// Package docker speaks the protocol of docker-credential-helpers: one word says what is
// wanted, the rest is on standard input, and errors are told on standard output, where
// Docker compares two of them word for word.
//
// https://github.com/docker/docker-credential-helpers
package docker

import (
	"errors"
	"strings"

	"github.com/bento-cred/bento-cred/helper/protocol/jsontext"
	"github.com/bento-cred/bento-cred/ipc"
)

// The errors whose texts Docker knows: after the first it goes on without a credential.
var (
	ErrNotFound = errors.New("credentials not found in native keychain")
	ErrNoServer = errors.New("no credentials server URL")
)

// User is the user's name in an answer. It is not "<token>": that would make the token one
// that Docker takes to the registry's token service in exchange for another.
const User = "bento-cred"

// maxServer bounds a server's address, in bytes.
const maxServer = 8192

// Server returns the URL of the server that standard input names. Docker leaves out the
// scheme where it means https.
func Server(input []byte) (string, error) {
	server := strings.TrimSpace(string(input))
	if server == "" || len(server) > maxServer {
		return "", ErrNoServer
	}
	if !strings.Contains(server, "://") {
		server = "https://" + server
	}
	return server, nil
}

// AppendAnswer appends the answer to get for the server as it was asked for.
func AppendAnswer(dst []byte, server string, answer ipc.Credential) []byte {
	dst = append(dst, `{"ServerURL":`...)
	dst = jsontext.AppendString(dst, server)
	dst = append(dst, `,"Username":`...)
	dst = jsontext.AppendString(dst, User)
	dst = append(dst, `,"Secret":`...)
	dst = jsontext.AppendString(dst, answer.Value.Reveal())
	return append(dst, '}', '\n')
}
