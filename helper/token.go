package helper

import (
	"errors"
	"io"
	"os"

	"github.com/bento-cred/bento-cred/ipc"
)

// token prints the value alone, for $(bento-cred token): to a terminal as a line, to
// anything else without a newline, which a file or a pipe would keep.
func (p *program) token(arguments []string) int {
	o, err := parse(verbToken, arguments)
	if errors.Is(err, errHelp) {
		return p.handOver()
	}
	if err != nil {
		return p.fail(err)
	}
	answer, err := p.credential(o, o.url(verbToken))
	if err != nil {
		return p.fail(err)
	}
	if answer.Public {
		return p.fail(&ipc.Error{
			Code: ipc.AccessMissing, Message: answer.URL + " is public and wants no token", Hint: "call it without one",
		})
	}
	if answer.URL == "" {
		p.warnOfOther(answer.Value, "BentoML uses that one")
	}
	value := answer.Value.Reveal()
	if isTerminal(p.out) {
		value += "\n"
	}
	if _, err := io.WriteString(p.out, value); err != nil {
		return p.failWriting(err)
	}
	return 0
}

// isTerminal reports whether w is a character device. The only ones that are no
// terminals are such as /dev/null, where a newline more harms nobody.
func isTerminal(w io.Writer) bool {
	file, ok := w.(interface{ Stat() (os.FileInfo, error) })
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
