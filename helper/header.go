package helper

import (
	"errors"
	"io"
	"os"

	"github.com/bento-cred/bento-cred/helper/protocol/process"
	"github.com/bento-cred/bento-cred/helper/protocol/spec"
	"github.com/bento-cred/bento-cred/ipc"
)

// header prints the header a URL needs as one line, as in
//
//	curl -H @<(bento-cred header URL) URL
//
// and nothing where the URL needs none.
func (p *program) header(arguments []string) int {
	o, err := parse(verbHeader, arguments)
	if errors.Is(err, errHelp) {
		return p.handOver()
	}
	if err != nil {
		return p.fail(err)
	}
	url := ""
	if len(o.command) > 0 {
		url = o.command[0]
	}
	answer, err := p.credential(o, url)
	if err != nil {
		return p.fail(err)
	}
	line, err := headerLine(answer)
	if err != nil {
		return p.fail(err)
	}
	return p.answer(line)
}

// headerLine returns a header as a line; nothing where none is needed.
func headerLine(answer ipc.Credential) ([]byte, error) {
	if answer.Public {
		return nil, nil
	}
	field := answer.Field().Reveal()
	if !spec.Carries(field) {
		return nil, untransportable(spec.ErrValue)
	}
	return []byte(answer.Header + ": " + field + "\n"), nil
}

// answer writes an answer, whole and at once: the reader must not see half of one.
func (p *program) answer(text []byte) int {
	if len(text) == 0 {
		return 0
	}
	if _, err := p.out.Write(text); err != nil {
		return p.failWriting(err)
	}
	return 0
}

// untransportable gives an error of a codec its code and the next step.
func untransportable(err error) error {
	return &ipc.Error{Code: ipc.Usage, Message: err.Error(), Hint: "log in with another token"}
}

// maxQuestion bounds what is read from standard input, in bytes.
const maxQuestion = 256 << 10

// question reads standard input to its end. A person who types the verb at a terminal is
// not left waiting.
func (p *program) question(verb string) ([]byte, error) {
	if file, ok := p.in.(interface{ Stat() (os.FileInfo, error) }); ok {
		if info, err := file.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return nil, usage(verb, "the question is read from standard input, which is a terminal")
		}
	}
	if p.in == nil {
		return nil, nil
	}
	text, err := io.ReadAll(io.LimitReader(p.in, maxQuestion+1))
	switch {
	case err != nil:
		return nil, &ipc.Error{Code: ipc.Internal, Message: "reading the question: " + err.Error(), Hint: "give it on standard input"}
	case len(text) > maxQuestion:
		return nil, usage(verb, "the question is too long")
	}
	return text, nil
}

// get answers the question of the credential-helper specification.
func (p *program) get(arguments []string) int {
	o, err := parse(verbGet, arguments)
	if errors.Is(err, errHelp) {
		return p.handOver()
	}
	var text []byte
	if err == nil {
		text, err = p.question(verbGet)
	}
	if err != nil {
		return p.fail(err)
	}
	url, err := spec.URI(text)
	if err != nil {
		return p.fail(usage(verbGet, err.Error()))
	}
	answer, err := p.credential(o, url)
	if err != nil {
		return p.fail(err)
	}
	document, err := spec.AppendAnswer(nil, answer)
	if err != nil {
		return p.fail(untransportable(err))
	}
	return p.answer(document)
}

// process prints a credential as a JSON document.
func (p *program) process(arguments []string) int {
	o, err := parse(verbProcess, arguments)
	if errors.Is(err, errHelp) {
		return p.handOver()
	}
	if err != nil {
		return p.fail(err)
	}
	answer, err := p.credential(o, o.url(verbProcess))
	if err != nil {
		return p.fail(err)
	}
	return p.answer(process.AppendAnswer(nil, answer))
}
