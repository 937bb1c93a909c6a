package main

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/terminal"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// maxSecret is the most that is read of a secret. A request to the daemon holds no more.
const maxSecret = ipc.MaxRequest

// secretFromStdin reads all of standard input as one secret. The newline that echo, and
// most editors, put behind it is no part of it.
func (a *app) secretFromStdin(ctx context.Context, what string) (credential.Secret, error) {
	data, err := a.readStdin(ctx)
	if err != nil {
		return credential.Secret{}, fmt.Errorf("reading the %s from standard input: %w", what, err)
	}
	defer clear(data)
	value := bytes.TrimRight(data, "\r\n")
	var wrong string
	switch {
	case len(data) > maxSecret:
		wrong = "is too long to be a " + what
	case bytes.ContainsAny(value, "\r\n\x00"):
		wrong = "holds more than one line"
	case len(value) == 0:
		wrong = "is empty"
	default:
		return credential.NewSecret(string(value)), nil
	}
	return credential.Secret{}, &ipc.Error{
		Code:    ipc.Usage,
		Message: "standard input " + wrong,
		Hint:    "write the " + what + " alone to it: printf %s \"$VARIABLE\" | bento-cred …",
	}
}

// readStdin reads standard input to its end, until it is longer than any secret or until
// ctx ends.
func (a *app) readStdin(ctx context.Context) ([]byte, error) {
	type input struct {
		data []byte
		err  error
	}
	read := make(chan input, 1)
	go func() {
		data, err := io.ReadAll(io.LimitReader(a.in, maxSecret+1))
		read <- input{data, err}
	}()
	select {
	case got := <-read:
		return got.data, got.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// askSecret asks a person at the terminal a question whose answer is a secret, named by
// what. It may be left empty.
func (a *app) askSecret(ctx context.Context, what, question string) (credential.Secret, error) {
	value, err := terminal.ReadSecret(ctx, a.in, a.err, question)
	if err != nil {
		return credential.Secret{}, fmt.Errorf("asking for the %s: %w", what, err)
	}
	return credential.NewSecret(value), nil
}
