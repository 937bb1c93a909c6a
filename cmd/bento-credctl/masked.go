package main

import (
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// masked runs a command that has the token, as the helper's exec does, and takes the token
// out of what it writes. What is not found stands in the documentation of package mask.
func (a *app) masked(cmd *cobra.Command, request ipc.Request, command []string) error {
	agent, err := a.agent(cmd.Context())
	if err != nil {
		return err
	}
	answer, err := agent.Credential(cmd.Context(), request)
	if err != nil {
		return err
	}
	a.warn(answer.Warnings)
	a.close() // the daemon need not wait for the command
	m, err := a.mask(answer.Value)
	if err != nil {
		return &ipc.Error{Code: ipc.Internal, Message: "masking what a command writes: " + err.Error(), Hint: "try again"}
	}
	return m.run(command, answer.Environ(a.environ))
}

// maskedCommand is a command with the outlets that it writes to.
type maskedCommand struct {
	app      *app
	outlets  []*outlet // one or two
	out, err *os.File  // the command's ends of them
}

// mask returns what a command runs in that has secret. Where both streams lead to the same
// place, as on a terminal, they share an outlet: then what is written comes in its order,
// and a secret is found of which one stream got the beginning and the other the end.
func (a *app) mask(secret credential.Secret) (*maskedCommand, error) {
	out, err := newOutlet(a.out, secret)
	if err != nil {
		return nil, err
	}
	m := &maskedCommand{app: a, outlets: []*outlet{out}, out: out.write, err: out.write}
	if same(a.out, a.err) {
		return m, nil
	}
	other, err := newOutlet(a.err, secret)
	if err != nil {
		_, _ = out.write.Close(), out.read.Close() // nothing was written
		return nil, err
	}
	m.outlets, m.err = append(m.outlets, other), other.write
	return m, nil
}

// same reports whether two streams lead to the same place.
func same(a, b *os.File) bool {
	first, err := a.Stat()
	if err != nil {
		return false
	}
	second, err := b.Stat()
	return err == nil && os.SameFile(first, second)
}

// run runs the command, and ends with its status when all it wrote was passed on.
func (m *maskedCommand) run(command, environ []string) error {
	running, err := m.app.start(command, environ, m.out, m.err)
	for _, o := range m.outlets {
		_ = o.write.Close() // the command has its own
		go o.pass()
	}
	if err == nil {
		err = running.wait()
	}
	until := time.Now().Add(grace)
	for _, o := range m.outlets {
		o.expire(until)
	}
	var failed error
	for _, o := range m.outlets {
		failed = errors.Join(failed, <-o.done)
	}
	switch {
	case errors.Is(failed, errLeftOpen):
		m.app.say("something that " + quoted(command[0]) + " started still writes, which is no longer shown")
	case failed != nil && err == nil:
		return &ipc.Error{
			Code: ipc.Internal, Message: "passing on what " + quoted(command[0]) + " wrote: " + failed.Error(),
			Hint: "look at what standard output and standard error are connected to",
		}
	}
	return err
}
