package helper

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/ipc"
)

// The verbs of this program; all others are bento-credctl's.
const (
	verbEnv     = "env"
	verbToken   = "token"
	verbExec    = "exec"
	verbHeader  = "header"
	verbGet     = "get"
	verbCurl    = "curl"
	verbProcess = "credential-process"
	verbKube    = "kubectl-credential"
)

// What a program is about to do with a token that calls this one by another name.
const (
	verbGit    = "git-credential"
	verbDocker = "docker-credential"
)

// options are what can be said to a hot verb.
type options struct {
	verb       string // what is asked for, for the daemon's rules and record
	context    string // --context, -c
	access     string // --access
	purpose    string // --for: a URL; of env a kind of client
	deployment string // --deployment
	shell      string // --shell; of env alone
	unset      bool   // --unset; of env alone
	hook       bool   // --hook; of env alone
	wait       string // --wait: a duration
	patience   time.Duration
	command    []string
}

// url is what --for means, but to env.
func (o *options) url(verb string) string {
	if verb == verbEnv {
		return ""
	}
	return o.purpose
}

// What bento-credctl does in this program's stead.
var (
	errHelp = errors.New("help is wanted")
	errFace = errors.New("a command that is guarded or masked is wanted")
)

// parse reads the arguments of verb. Flags end at the first argument that is none, or at
// "--". What was understood before an error is in the options beside it. No error shows
// a value: somebody may have put a token in the wrong place.
func parse(verb string, arguments []string) (options, error) {
	o := options{verb: verb}
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
		if verb == verbExec && (argument == "--guarded" || argument == "--mask" || name == "--deployment") {
			return o, errFace
		}
		if verb == verbEnv && argument == "--unset" {
			o.unset = true
			continue
		}
		if verb == verbEnv && argument == "--hook" {
			o.hook = true
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

// curlOptions reads the flags of curl that are ours and returns what is left, and whether
// help is wanted: --context, at the beginning. All others are curl's, -c and -h among them.
func curlOptions(arguments []string) (o options, left []string, help bool) {
	const flag = "--context"
	o.verb = verbCurl
	for len(arguments) > 0 {
		value, joined := strings.CutPrefix(arguments[0], flag+"=")
		switch {
		case arguments[0] == "--help":
			return o, nil, true
		case joined:
			o.context, arguments = value, arguments[1:]
		case arguments[0] == flag && len(arguments) > 1:
			o.context, arguments = arguments[1], arguments[2:]
		default:
			return o, arguments, false
		}
	}
	return o, nil, false
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
	case flag == "--wait":
		return &o.wait
	case flag == "--access" && (verb == verbEnv || verb == verbToken || verb == verbExec || verb == verbProcess):
		return &o.access
	case flag == "--for" && (verb == verbEnv || verb == verbToken || verb == verbProcess || verb == verbKube):
		return &o.purpose
	case flag == "--deployment" && verb != verbGet && verb != verbCurl && verb != verbExec:
		return &o.deployment
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
	if o.wait != "" {
		var err error
		if o.patience, err = time.ParseDuration(o.wait); err != nil || o.patience < 0 || o.patience > ipc.LongestWait {
			return usage(verb, "--wait is a time of at most "+ipc.LongestWait.String()+", as in --wait 2m")
		}
	}
	asked := 0
	for _, question := range []string{o.access, o.url(verb), o.deployment} {
		if question != "" {
			asked++
		}
	}
	switch {
	case asked > 1:
		return usage(verb, "--access, --for and --deployment exclude each other")
	case verb == verbEnv && o.purpose != "" && o.purpose != purposeOpenAI:
		return usage(verb, "--for is "+purposeOpenAI+", and nothing else yet")
	case o.hook && (o.unset || o.purpose != ""):
		return usage(verb, "--hook goes with neither --unset nor --for")
	case verb == verbEnv && (o.purpose != "") != (o.deployment != "") && !o.unset:
		return usage(verb, "--for "+purposeOpenAI+" and --deployment go together")
	}
	return o.validateArguments(verb)
}

// validateArguments finds what is wrong with the arguments behind the flags.
func (o *options) validateArguments(verb string) error {
	switch verb {
	case verbExec:
		if len(o.command) == 0 {
			return usage(verb, "there is no command to run")
		}
	case verbCurl:
		if len(o.command) == 0 {
			return usage(verb, "there is no URL, which is the last argument")
		}
	case verbHeader:
		if (len(o.command) == 1) == (o.deployment != "") || len(o.command) > 1 {
			return usage(verb, "give one URL, or --deployment")
		}
	case verbGet: // the specification lets tools add arguments
	default:
		if len(o.command) > 0 {
			return usage(verb, verb+" takes flags alone")
		}
	}
	return nil
}

// usage returns an error about the command line.
func usage(verb, message string) error {
	return &ipc.Error{Code: ipc.Usage, Message: message, Hint: "see `bento-cred " + verb + " --help`"}
}
