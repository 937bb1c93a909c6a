package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// everyCommand calls f with each command below cmd.
func everyCommand(cmd *cobra.Command, f func(*cobra.Command)) {
	f(cmd)
	for _, below := range cmd.Commands() {
		everyCommand(below, f)
	}
}

func TestEveryCommandHasHelp(t *testing.T) {
	t.Parallel()
	environ := noDaemon(t)
	a := newApp(process{})
	everyCommand(a.rootCommand(), func(cmd *cobra.Command) {
		path := strings.Fields(cmd.CommandPath())[1:]
		out := ok(t, environ, append(path, "--help")...)
		if cmd.Short == "" || !strings.Contains(out, "Usage:\n  "+cmd.CommandPath()) {
			t.Errorf("%s: the help is %q", cmd.CommandPath(), out)
		}
		if !cmd.HasSubCommands() && !strings.Contains(out, "Examples:\n") && cmd.Name() != "help" {
			t.Errorf("%s: the help has no example", cmd.CommandPath())
		}
		if as := ok(t, environ, append([]string{"help"}, path...)...); as != out {
			t.Errorf("%s: help shows another text than --help: %q", cmd.CommandPath(), as)
		}
	})
}

// TestHelpKnowsItsCommands looks for commands that the program's own texts tell people
// to run, and that there are not.
func TestHelpKnowsItsCommands(t *testing.T) {
	t.Parallel()
	root := newApp(process{}).rootCommand()
	mentioned := regexp.MustCompile("(?m)(?:^  |`|\\$\\()bento-cred ([a-z-]+)(?: ([a-z]+))?")
	found := 0
	everyCommand(root, func(cmd *cobra.Command) {
		for _, match := range mentioned.FindAllStringSubmatch(cmd.Example+"\n"+cmd.Long, -1) {
			found++
			target, _, err := root.Find(match[1:2])
			if err != nil || target == root {
				t.Errorf("%s mentions %q", cmd.CommandPath(), match[0])
			}
		}
	})
	if found == 0 {
		t.Error("no text mentions any command")
	}
}

func TestRootHelpBeginsWithTheHotVerbs(t *testing.T) {
	t.Parallel()
	out := ok(t, noDaemon(t))
	env, login := strings.Index(out, "\n  env "), strings.Index(out, "\n  login ")
	if env < 0 || login < env {
		t.Errorf("the help is %s", out)
	}
	if strings.Contains(out, "\n  cloud ") {
		t.Error("the help shows a hidden command")
	}
}
