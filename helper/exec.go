package helper

import (
	"errors"
	"strconv"
)

// The exit statuses of exec where the command does not run, as in env(1).
const (
	statusCannotRun = 126
	statusNotFound  = 127
)

// exec becomes the command, with the token and the endpoint in its environment. Nothing
// of this program stays: the command's exit status, signals and terminal are its own.
func (p *program) exec(arguments []string) int {
	o, err := parse(verbExec, arguments)
	if errors.Is(err, errHelp) || errors.Is(err, errFace) {
		return p.handOver() // a proxy, or a mask over what is written, is not for this program
	}
	if err != nil {
		return p.fail(err)
	}
	answer, err := p.credential(o, "")
	if err != nil {
		return p.fail(err)
	}
	status, err := runCommand(o.command, answer.Environ(p.environ), p.getenv)
	if err != nil {
		p.say("running " + strconv.Quote(o.command[0]) + ": " + err.Error() + "; look at its name, its mode and PATH")
	}
	return status
}
