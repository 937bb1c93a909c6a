// Package helper is bento-cred, the program people and their shells call all day. It
// answers the hot verbs env, token and exec by one question to the daemon, in little
// more than the time of an empty program, and for everything else becomes
// bento-credctl, the management face.
//
// So it links next to nothing: the standard library's strings and system calls, package
// ipc, and the codecs in protocol/. What it must not link, and why, is held by a test in
// cmd/bento-cred.
//
// The rules of its streams: standard output belongs to the shell, or whoever reads the
// answer, and gets the answer alone, in one write. Everything for people goes to standard
// error, in lines that begin with "bento-cred: ". A failure is one such line, which ends
// with the next step. A token goes to standard output or into a command's environment,
// and nowhere else.
package helper

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/bento-cred/bento-cred/internal/version"
	"github.com/bento-cred/bento-cred/ipc"
)

// Streams are where a program writes.
type Streams struct {
	In  io.Reader // a question, where the protocol has one; nil for none
	Out io.Writer // the answer
	Err io.Writer // what a person should see
}

// Main runs bento-cred and returns its exit status. args are the program's name and its
// arguments. It does not return where the program becomes another one, which it does
// for exec and for every verb that is not its own.
func Main(args, environ []string, streams Streams) int {
	if len(args) == 0 {
		args = []string{ipc.ProgramHelper}
	}
	p := &program{args: args, environ: environ, getenv: ipc.Lookup(environ), in: streams.In, out: streams.Out, err: streams.Err}
	switch programName(args[0]) {
	case gitProgram:
		return p.git(args[1:])
	case dockerProgram:
		return p.docker(args[1:])
	}
	verb := ""
	if len(args) > 1 {
		verb = args[1]
	}
	switch verb {
	case verbEnv:
		return p.env(args[2:])
	case verbToken:
		return p.token(args[2:])
	case verbExec:
		return p.exec(args[2:])
	case verbHeader:
		return p.header(args[2:])
	case verbGet:
		return p.get(args[2:])
	case verbCurl:
		return p.curl(args[2:])
	case verbProcess:
		return p.process(args[2:])
	case verbKube:
		return p.kube(args[2:])
	}
	return p.handOver()
}

// programName returns the name a program was called by, without folders and ".exe".
func programName(path string) string {
	if at := strings.LastIndexAny(path, `/\`); at >= 0 {
		path = path[at+1:]
	}
	return strings.TrimSuffix(path, ".exe")
}

// program is one run of bento-cred.
type program struct {
	args     []string
	environ  []string
	getenv   func(string) string
	in       io.Reader
	out, err io.Writer

	connection *ipc.Client // see connect
	unreached  error       // why there is none
}

// handOver becomes bento-credctl, under the name and with the arguments of this
// program.
func (p *program) handOver() int {
	path, err := ipc.FindProgram(ipc.ProgramFace, p.getenv)
	if err != nil {
		return p.fail(&ipc.Error{
			Code:    ipc.Internal,
			Message: err.Error(),
			Hint:    "install " + ipc.ProgramFace + " beside " + ipc.ProgramHelper + ", or on PATH",
		})
	}
	status, err := become(path, p.args, p.environ)
	if err != nil {
		return p.fail(&ipc.Error{
			Code:    ipc.Internal,
			Message: "running " + strconv.Quote(path) + ": " + err.Error(),
			Hint:    "install it again",
		})
	}
	return status
}

// connect connects to the daemon, unless that was done before. A verb that has something else
// to do first connects before that: the daemon finds out meanwhile who asks.
func (p *program) connect() (*ipc.Client, error) {
	if p.connection == nil && p.unreached == nil {
		p.connection, p.unreached = p.dial()
	}
	return p.connection, p.unreached
}

// hangUp ends the connection. Who asks once more has another one.
func (p *program) hangUp() {
	_ = p.connection.Close() // all that was asked has been answered
	p.connection = nil
}

// dial connects to the daemon for one request.
func (p *program) dial() (*ipc.Client, error) {
	config, err := ipc.ConfigFromEnvironment(p.environ, version.String(), p.say)
	if err != nil {
		return nil, err
	}
	config.Single = true
	return ipc.Dial(context.Background(), config)
}

// credential asks the daemon for what o describes, for a URL where there is one, and shows
// the warnings that come with the answer.
func (p *program) credential(o options, url string) (ipc.Credential, error) {
	client, err := p.connect()
	if err != nil {
		return ipc.Credential{}, err
	}
	defer p.hangUp()
	selection := ipc.Select(o.context, "", p.getenv)
	if selection.Context == "" {
		selection.Directory = directory()
	}
	answer, err := client.Credential(context.Background(), ipc.Request{
		Selection:  selection,
		Access:     o.access,
		URL:        url,
		Deployment: o.deployment,
		Verb:       o.verb,
		Wait:       o.patience,
	})
	if err != nil {
		return ipc.Credential{}, err
	}
	for _, warning := range answer.Warnings {
		p.say("warning: " + warning)
	}
	return answer, nil
}

// directory returns the working directory, or "" if it is certain that no file in it or above
// chooses a context. The daemon would look, too; but it is just learning who has connected, and meanwhile
// there is time for it here.
func directory() string {
	dir, err := os.Getwd()
	if err != nil {
		return "" // deleted under us: then there is no file of it to honour either
	}
	if _, err := ipc.NearestDirectoryFile(dir); errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return dir
}

// fail shows err with its next step and returns the exit status it asks for.
func (p *program) fail(err error) int {
	failed := ipc.AsError(err)
	if failed.Hint == "" {
		failed.Hint = "run `bento-cred doctor`"
	}
	p.say(failed.Message + "; " + failed.Hint)
	return failed.Code.ExitStatus()
}

// say writes a line for a person.
func (p *program) say(line string) {
	// Where standard error cannot be written to, there is nobody left to tell.
	_, _ = io.WriteString(p.err, ipc.ProgramHelper+": "+line+"\n")
}
