package helper

import (
	"context"
	"errors"

	"github.com/bento-cred/bento-cred/helper/protocol/gitcred"
	"github.com/bento-cred/bento-cred/ipc"
)

// gitProgram is the name git calls this program by, with "credential.helper = bento".
const gitProgram = "git-credential-bento"

// git answers git. What it does not know it says nothing to, as git wants it: there may be
// another helper, and newer verbs. A value that git was refused is looked into, and not
// deleted: a wrong host or a typing error is no reason to lose a token.
func (p *program) git(arguments []string) int {
	if len(arguments) == 0 {
		return p.fail(usage("help", "git calls "+gitProgram+" with get, store or erase"))
	}
	switch verb := arguments[len(arguments)-1]; verb {
	case "capability":
		return p.answer([]byte(gitcred.Capabilities))
	case "get", "erase":
		return p.gitRequest(verb)
	default:
		return 0
	}
}

// gitRequest answers a request that has attributes on standard input.
func (p *program) gitRequest(verb string) int {
	text, err := p.question(verb)
	if err != nil {
		return p.fail(err)
	}
	request, err := gitcred.Read(text)
	if err != nil {
		return p.fail(usage("help", err.Error()))
	}
	if verb == "erase" {
		if err := p.refused(request); err != nil {
			return p.fail(err)
		}
		return 0
	}
	url, err := request.URL()
	if err != nil {
		return 0 // it is about something that has no host
	}
	answer, err := p.credential(options{verb: verbGit}, url)
	if errors.Is(err, ipc.UnknownHost) || errors.Is(err, ipc.Usage) || answer.Public {
		return 0 // another helper may know
	}
	if err != nil {
		return p.fail(err)
	}
	attributes, err := request.AppendAnswer(nil, answer)
	if err != nil {
		return p.fail(untransportable(err))
	}
	return p.answer(attributes)
}

// refused tells the daemon that a value was refused.
func (p *program) refused(request gitcred.Request) error {
	if request.Value.IsZero() {
		return nil
	}
	client, err := p.connect()
	if err != nil {
		return err
	}
	defer p.hangUp()
	return client.Refused(context.Background(), request.Value)
}
