// Package policy decides who gets what. It is pure: a Policy and a Question give a Decision,
// and nothing else is looked at. It keeps honest programs to what they were meant to do; it
// does not stop one of the same user that means harm, which could run the very program a rule
// lets through.
//
// The rules stand in an order and the first one that fits decides, as in a firewall's list.
// A rule fits where every condition it has fits, and a condition fits where any of its
// patterns does; a rule without conditions fits everything. Where no rule fits, the answer is
// yes: without rules, every program of the user may ask as the user can.
//
// A peer in a container is another matter. It is in a pid namespace of its own, and sees our
// socket because somebody handed it in. Only rules that say `contained = true` are about it,
// and where none of them fits, the answer is no.
package policy

import (
	"path"
	"slices"
	"strings"
)

// Answer is what a rule says.
type Answer string

// The answers.
const (
	Allow Answer = "allow"
	Deny  Answer = "deny"
	Ask   Answer = "ask" // a person
)

// Rule is one rule. Empty conditions are none.
type Rule struct {
	// Name is what the rule is called in the settings and in the record.
	Name   string
	Answer Answer
	// Contexts, Verbs and Hosts are patterns in which * stands for any characters.
	Contexts, Verbs, Hosts []string
	// Executables are patterns for the program that asks, or one of those it descends from:
	// with a slash for the whole path, in which * stops at a slash, else for the last part.
	Executables []string
	// Directories are those in which, or below which, the program works.
	Directories []string
	// Contained says that the rule is about peers in containers, and about no others.
	Contained bool
}

// Question is what is to be decided.
type Question struct {
	Verb, Context, Host string
	// Executables are the program that asks and those it descends from, nearest first.
	Executables []string
	Directory   string
	Contained   bool
	// AnyContext and AnyHost say that it is about several that are not named here. A rule that
	// does not allow fits it whichever of them the rule names.
	AnyContext, AnyHost bool
}

// Decision is an answer, and which rule gave it.
type Decision struct {
	Answer Answer
	// Rule is the name of the rule; empty: no rule fits.
	Rule string
}

// Policy is the rules, in their order. The zero Policy has none.
type Policy struct{ Rules []Rule }

// Decide returns the decision about q.
func (p Policy) Decide(q Question) Decision {
	for _, rule := range p.Rules {
		if rule.fits(q) {
			return Decision{Answer: rule.Answer, Rule: rule.Name}
		}
	}
	if q.Contained {
		return Decision{Answer: Deny}
	}
	return Decision{Answer: Allow}
}

// Asks returns the first rule that has a person asked about a token of q's context and host,
// whatever it is wanted for, and whether there is one. A rule that denies is looked at when a
// token is asked for; one that allows what comes before it ends the search.
func (p Policy) Asks(q Question) (rule string, asks bool) {
	for _, r := range p.Rules {
		verbs := r.Verbs
		r.Verbs = nil
		if r.Answer == Deny || !r.fits(q) {
			continue
		}
		if r.Answer == Ask {
			return r.Name, true
		}
		if len(verbs) == 0 {
			return "", false // all that comes is allowed
		}
	}
	return "", false
}

// AdmitsContained reports whether any rule may let a peer in a container have something.
func (p Policy) AdmitsContained() bool {
	return slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.Contained && r.Answer != Deny })
}

func (r Rule) fits(q Question) bool {
	strict := r.Answer != Allow // what is not known may be what the rule is against
	hidden := strict && len(q.Executables) > 0 && q.Executables[0] == ""
	return r.Contained == q.Contained &&
		anyOf(r.Contexts, func(pattern string) bool { return strict && q.AnyContext || glob(pattern, q.Context) }) &&
		anyOf(r.Verbs, func(pattern string) bool { return glob(pattern, q.Verb) }) &&
		anyOf(r.Hosts, func(pattern string) bool {
			return strict && q.AnyHost || glob(strings.ToLower(pattern), strings.ToLower(q.Host))
		}) &&
		anyOf(r.Executables, func(pattern string) bool {
			return hidden || slices.ContainsFunc(q.Executables, func(program string) bool { return isProgram(pattern, program) })
		}) &&
		anyOf(r.Directories, func(dir string) bool { return below(dir, q.Directory) })
}

// anyOf reports whether one of patterns fits, or there is none.
func anyOf(patterns []string, fits func(string) bool) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, fits)
}

// glob reports whether text is as pattern says, in which each * stands for any characters.
// Each part is looked for behind the one before, so that no pattern takes long.
func glob(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	rest, found := strings.CutPrefix(text, parts[0])
	if !found || len(parts) == 1 {
		return found && rest == ""
	}
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

// isProgram reports whether pattern means the program at a path, of which Windows parts the
// names by backslashes and ends the last one in ".exe". A program whose path is not known is
// none that anybody names.
func isProgram(pattern, program string) bool {
	if program == "" {
		return false
	}
	if windows := strings.Contains(program, `\`); windows {
		program = strings.TrimSuffix(strings.ReplaceAll(program, `\`, "/"), ".exe")
		pattern = strings.TrimSuffix(strings.ReplaceAll(pattern, `\`, "/"), ".exe")
	}
	if !strings.Contains(pattern, "/") {
		program = path.Base(program)
	}
	fits, err := path.Match(pattern, program)
	return err == nil && fits // a bad pattern was refused with the settings
}

// below reports whether in is dir or stands below it. A directory that is not known is none.
func below(dir, in string) bool {
	dir = strings.TrimSuffix(dir, "/")
	rest, found := strings.CutPrefix(in, dir)
	return found && in != "" && (rest == "" || rest[0] == '/')
}
