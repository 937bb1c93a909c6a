package helper

import (
	"errors"
	"strconv"
	"strings"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// The verbs of this program; all others are bento-credctl's.
const (
	verbEnv   = "env"
	verbToken = "token"
	verbExec  = "exec"
)

// options are what can be said to a hot verb.
type options struct {
	context string // --context, -c
	access  string // --access
	shell   string // --shell; of env alone
	unset   bool   // --unset; of env alone
	command []string
}

// errHelp is the wish for help, which bento-credctl has for all verbs.
var errHelp = errors.New("help is wanted")

// parse reads the arguments of verb. Flags end at the first argument that is none, or at
// "--". What was understood before an error is in the options beside it. No error shows
// a value: somebody may have put a token in the wrong place.
func parse(verb string, arguments []string) (options, error) {
	var o options
	for len(arguments) > 0 && strings.HasPrefix(arguments[0], "-") && arguments[0] != "-" {
		argument := arguments[0]
		arguments = arguments[1:]
		if argument == "--" {
			break
		}
		name, value, hasValue := cutFlag(argument)
		if name == "--help" || name == "-h" {
			return o, errHelp
		}
		if verb == verbEnv && argument == "--unset" {
			o.unset = true
			continue
		}
		place := o.place(verb, name)
		if place == nil {
			return o, usage(verb, "there is no flag "+strconv.Quote(name))
		}
		if !hasValue && len(arguments) > 0 {
			value, arguments = arguments[0], arguments[1:]
		}
		// An empty value is an unset variable in somebody's script, and must not quietly
		// become the current context.
		if value == "" {
			return o, usage(verb, name+" needs a value")
		}
		*place = value
	}
	o.command = arguments
	return o, o.validate(verb)
}

// cutFlag takes a flag apart: "--name", "--name=value", "-n", "-nvalue" or "-n=value".
func cutFlag(argument string) (name, value string, hasValue bool) {
	if strings.HasPrefix(argument, "--") {
		return strings.Cut(argument, "=")
	}
	return argument[:2], strings.TrimPrefix(argument[2:], "="), len(argument) > 2
}

// place returns where the value of a flag belongs, nil where verb has no such flag.
func (o *options) place(verb, flag string) *string {
	switch {
	case flag == "--context" || flag == "-c":
		return &o.context
	case flag == "--access":
		return &o.access
	case flag == "--shell" && verb == verbEnv:
		return &o.shell
	}
	return nil
}

// validate finds what the daemon need not be asked about.
func (o *options) validate(verb string) error {
	if o.access != "" {
		if _, err := credential.ParseAccess(o.access); err != nil {
			return usage(verb, err.Error())
		}
	}
	switch {
	case verb == verbExec && len(o.command) == 0:
		return usage(verb, "there is no command to run")
	case verb != verbExec && len(o.command) > 0:
		return usage(verb, verb+" takes flags alone")
	}
	return nil
}

// usage returns an error about the command line.
func usage(verb, message string) error {
	return &ipc.Error{Code: ipc.Usage, Message: message, Hint: "see `bento-cred " + verb + " --help`"}
}
