package helper

import (
	"errors"
	"io"

	"github.com/bento-cred/bento-cred/helper/protocol/docker"
	"github.com/bento-cred/bento-cred/internal/version"
	"github.com/bento-cred/bento-cred/ipc"
)

// dockerProgram is the name Docker calls this program by, with "credHelpers" or
// "credsStore" set to "bento".
const dockerProgram = "docker-credential-bento"

// docker answers Docker, which reads errors on standard output. Nothing is stored for it:
// tokens come by logging in to BentoCloud, and to erase one here would delete what a
// person keeps for everything else.
func (p *program) docker(arguments []string) int {
	if len(arguments) != 1 {
		return p.dockerFails("Usage: " + dockerProgram + " <get|store|erase|list|version>")
	}
	switch arguments[0] {
	case "get":
		return p.dockerGet()
	case "store":
		return p.dockerFails("bento-cred stores no passwords; log in with `bento-cred login`, and bind the registry with `bento-cred host add`")
	case "erase":
		return 0 // Docker does it twice at each logout
	case "list":
		return p.answer([]byte("{}\n"))
	case "version", "--version", "-v":
		return p.answer([]byte(dockerProgram + " " + version.String() + "\n"))
	default:
		return p.dockerFails("Unknown credential action `" + arguments[0] + "`")
	}
}

func (p *program) dockerGet() int {
	text, err := p.question("get")
	if err != nil {
		return p.dockerFails(err.Error())
	}
	url, err := docker.Server(text)
	if err != nil {
		return p.dockerFails(err.Error())
	}
	answer, err := p.credential(options{verb: verbDocker}, url)
	switch {
	case errors.Is(err, ipc.UnknownHost), errors.Is(err, ipc.Usage), errors.Is(err, ipc.NoContext), answer.Public:
		return p.dockerFails(docker.ErrNotFound.Error())
	case err != nil:
		failed := ipc.AsError(err)
		return p.dockerFails(failed.Message + "; " + failed.Hint)
	}
	return p.answer(docker.AppendAnswer(nil, string(text), answer))
}

// dockerFails tells Docker of an error, where it reads it.
func (p *program) dockerFails(message string) int {
	// Where standard output cannot be written to, the exit status says enough.
	_, _ = io.WriteString(p.out, message+"\n")
	return 1
}
