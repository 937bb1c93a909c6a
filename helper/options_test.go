package helper

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/ipc"
)

func TestParse(t *testing.T) {
	tests := map[string]struct {
		verb      string
		arguments []string
		want      options
	}{
		"nothing":           {verb: "env"},
		"long, two words":   {verb: "env", arguments: []string{"--context", "a", "--shell", "fish", "--access", "developer", "--unset"}, want: options{context: "a", shell: "fish", access: "developer", unset: true}},
		"long, one word":    {verb: "env", arguments: []string{"--context=a=b", "--shell=fish"}, want: options{context: "a=b", shell: "fish"}},
		"short":             {verb: "token", arguments: []string{"-c", "a"}, want: options{context: "a"}},
		"short, together":   {verb: "token", arguments: []string{"-cwork"}, want: options{context: "work"}},
		"short, equal sign": {verb: "token", arguments: []string{"-c=work"}, want: options{context: "work"}},
		"the last counts":   {verb: "token", arguments: []string{"-c", "a", "--context=b"}, want: options{context: "b"}},
		"value like a flag": {verb: "token", arguments: []string{"--context", "--"}, want: options{context: "--"}},
		"command":           {verb: "exec", arguments: []string{"-c", "a", "--", "ls", "-l", "--help"}, want: options{context: "a", command: []string{"ls", "-l", "--help"}}},
		"command, no --":    {verb: "exec", arguments: []string{"ls", "--context", "x"}, want: options{command: []string{"ls", "--context", "x"}}},
		"command -":         {verb: "exec", arguments: []string{"-"}, want: options{command: []string{"-"}}},
		"command --":        {verb: "exec", arguments: []string{"--", "--"}, want: options{command: []string{"--"}}},
		"deployment":        {verb: "token", arguments: []string{"--access=endpoints:summer"}, want: options{access: "endpoints:summer"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parse(test.verb, test.arguments)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.command) == 0 {
				got.command = nil
			}
			test.want.verb = test.verb
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(options{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	tests := map[string]struct {
		verb      string
		arguments []string
	}{
		"unknown":              {verb: "env", arguments: []string{"--secret"}},
		"unknown, short":       {verb: "env", arguments: []string{"-x", "secret"}},
		"unknown, with value":  {verb: "env", arguments: []string{"--api-token=secret"}},
		"unknown, run-on":      {verb: "env", arguments: []string{"-tsecret"}},
		"another verb's":       {verb: "token", arguments: []string{"--shell=sh"}},
		"unset has no value":   {verb: "env", arguments: []string{"--unset=secret"}},
		"unset is env's":       {verb: "token", arguments: []string{"--unset"}},
		"patience in words":    {verb: "env", arguments: []string{"--wait", "a while"}},
		"too much patience":    {verb: "env", arguments: []string{"--wait", "6m"}},
		"patience that was":    {verb: "env", arguments: []string{"--wait=-1s"}},
		"no value":             {verb: "env", arguments: []string{"--context"}},
		"empty value":          {verb: "env", arguments: []string{"--context="}},
		"empty word":           {verb: "env", arguments: []string{"--context", ""}},
		"empty, short":         {verb: "env", arguments: []string{"-c="}},
		"an argument":          {verb: "token", arguments: []string{"secret"}},
		"an argument after --": {verb: "env", arguments: []string{"--", "secret"}},
		"no command":           {verb: "exec", arguments: []string{"--context", "a", "--"}},
		"no word of access":    {verb: "token", arguments: []string{"--access=secret"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := parse(test.verb, test.arguments)
			if !errors.Is(err, ipc.Usage) || ipc.AsError(err).Hint == "" {
				t.Fatalf("error %v, want one about usage with a hint", err)
			}
			if name != "unknown" && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error shows a value: %v", err)
			}
		})
	}
}

func TestParseHelp(t *testing.T) {
	for _, arguments := range [][]string{{"--help"}, {"-h"}, {"--context", "a", "--help"}, {"-c", "a", "-h", "--nonsense"}} {
		for _, verb := range []string{"env", "token", "exec"} {
			if _, err := parse(verb, arguments); !errors.Is(err, errHelp) {
				t.Errorf("%s %q: error %v, want the wish for help", verb, arguments, err)
			}
		}
	}
}

// TestParseLeavesToTheFace has what bento-credctl does in this program's stead.
func TestParseLeavesToTheFace(t *testing.T) {
	tests := map[string][]string{
		"guarded":    {"--guarded", "--", "ls"},
		"deployment": {"--deployment", "a", "ls"},
		"mask":       {"-c", "a", "--mask", "--", "ls"},
		"both":       {"--mask", "--guarded"},
	}
	for name, arguments := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := parse("exec", arguments); !errors.Is(err, errFace) {
				t.Errorf("error %v, want the wish for bento-credctl", err)
			}
			if _, err := parse("token", arguments); errors.Is(err, errFace) {
				t.Error("it is exec's alone")
			}
		})
	}
	if o, err := parse("exec", []string{"ls", "--mask"}); err != nil || len(o.command) != 2 {
		t.Errorf("a flag of the command's own: %+v, %v", o, err)
	}
}
