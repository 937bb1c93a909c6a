package helper

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/bento-cred/bento-cred/ipc"
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
	if errors.Is(err, errHelp) || errors.Is(err, errGuarded) {
		return p.handOver() // a guarded command has a proxy, which is not for this program
	}
	if err != nil {
		return p.fail(err)
	}
	answer, err := p.credential(o, "")
	if err != nil {
		return p.fail(err)
	}
	status, err := runCommand(o.command, commandEnviron(p.environ, answer), p.getenv)
	if err != nil {
		p.say("running " + strconv.Quote(o.command[0]) + ": " + err.Error() + "; look at its name, its mode and PATH")
	}
	return status
}

// conflicting are the variables that exec does not pass on: what it sets anew, and what
// would send BentoML, or a bento-cred in the command, somewhere else.
var conflicting = []string{
	keyVariable, endpointVariable, ipc.SourceVariable, ipc.SourceBentoML,
	"BENTO_CLOUD_ENDPOINT", // what a docstring of BentoML calls the endpoint's variable
}

// commandEnviron returns the environment of a command that uses answer. Its context goes
// along, so that a bento-cred within the command agrees.
func commandEnviron(environ []string, answer ipc.Credential) []string {
	kept := make([]string, 0, len(environ)+len(conflicting))
	for _, variable := range environ {
		if name, _, _ := strings.Cut(variable, "="); !slices.Contains(conflicting, name) {
			kept = append(kept, variable)
		}
	}
	return append(kept,
		keyVariable+"="+answer.Value.Reveal(),
		endpointVariable+"="+answer.Endpoint,
		ipc.SourceVariable+"="+answer.Context,
	)
}
