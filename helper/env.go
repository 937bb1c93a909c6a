package helper

import (
	"errors"
	"os"
	"strconv"
	"strings"

	"github.com/bento-cred/bento-cred/helper/protocol/shell"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// The variables BentoML reads.
const (
	keyVariable      = ipc.KeyVariable
	endpointVariable = ipc.EndpointVariable
)

// The variables of OpenAI's clients, which deployments with a compatible API are called
// with (docs.bentoml.com, "Call an LLM endpoint").
const (
	purposeOpenAI      = "openai"
	openAIKeyVariable  = "OPENAI_API_KEY"
	openAIBaseVariable = "OPENAI_BASE_URL"
	// openAIPublic is the key for a deployment that wants none: the client wants one.
	openAIPublic = "na"
)

// openAI returns what OpenAI's clients need to reach a deployment.
func openAI(answer ipc.Credential) []shell.Variable {
	key := answer.Value.Reveal()
	if answer.Public {
		key = openAIPublic
	}
	return []shell.Variable{{Name: openAIKeyVariable, Value: key}, {Name: openAIBaseVariable, Value: answer.URL + "/v1"}}
}

// env prints code that exports the context's token and endpoint. A failure is code too,
// because a shell that evaluates the output does not see this program's exit status.
func (p *program) env(arguments []string) int {
	o, err := parse(verbEnv, arguments)
	if errors.Is(err, errHelp) {
		return p.handOver()
	}
	dialect, known := shell.Lookup(o.shell)
	if !known {
		if err == nil && o.shell == "" && !o.unset && !o.hook {
			_, _ = p.connect() // where that fails, the failure is told in the shell's own words
		}
		dialect = guess("/proc", os.Getppid(), p.getenv)
	}
	if err == nil && !known && o.shell != "" {
		err = usage(verbEnv, "there is no shell "+strconv.Quote(o.shell)+"; there are "+strings.Join(shell.Names(), ", "))
	}
	if err == nil && o.hook {
		return p.follow(o, dialect)
	}
	var code []byte
	if err == nil {
		code, err = p.code(o, dialect)
	}
	status := 0
	if err != nil {
		status = p.fail(err)
		code = dialect.AppendFailure(nil, status)
	}
	if _, err := p.out.Write(code); err != nil {
		return p.failWriting(err)
	}
	return status
}

// code returns what env prints where nothing fails.
func (p *program) code(o options, dialect shell.Dialect) ([]byte, error) {
	if o.unset {
		names := []string{keyVariable, endpointVariable}
		if o.purpose == purposeOpenAI {
			names = []string{openAIKeyVariable, openAIBaseVariable}
		}
		code, err := dialect.AppendUnset(nil, names)
		return code, unwritable(err)
	}
	answer, err := p.credential(o, "")
	if err != nil {
		return nil, err
	}
	if o.purpose == purposeOpenAI {
		code, err := dialect.AppendExport(nil, openAI(answer))
		return code, unwritable(err)
	}
	p.warnOfOther(answer.Value, "it is replaced by that of context "+strconv.Quote(answer.Context))
	code, err := dialect.AppendExport(nil, []shell.Variable{
		{Name: keyVariable, Value: answer.Value.Reveal()},
		{Name: endpointVariable, Value: answer.Endpoint},
	})
	return code, unwritable(err)
}

// unwritable gives an error of package shell its code and the next step.
func unwritable(err error) error {
	if err == nil {
		return nil
	}
	return &ipc.Error{
		Code:    ipc.Usage,
		Message: err.Error(),
		Hint:    "use another --shell, or `bento-cred exec -- COMMAND`",
	}
}

// warnOfOther names a token in the environment that is not value: BentoML prefers it to
// any context.
func (p *program) warnOfOther(value credential.Secret, consequence string) {
	if other := p.getenv(keyVariable); other != "" && other != value.Reveal() {
		p.say("warning: the environment has another token in " + keyVariable + "; " + consequence)
	}
}

// failWriting shows that the answer could not be written.
func (p *program) failWriting(err error) int {
	return p.fail(&ipc.Error{
		Code:    ipc.Internal,
		Message: "writing the answer: " + err.Error(),
		Hint:    "look at what standard output is connected to",
	})
}
