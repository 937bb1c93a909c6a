package configs

import (
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Rule is one rule about who gets what: what is answered where all of its conditions fit.
// An empty list is no condition.
type Rule struct {
	Name   string
	Answer RuleAnswer
	// Contexts, Verbs and Hosts are patterns in which * stands for any characters;
	// Executables such for a program's path or, without a slash, its name.
	Contexts, Verbs, Hosts, Executables []string
	// Directories are absolute paths.
	Directories []string
	Contained   bool
}

// RuleAnswer is what a rule answers.
type RuleAnswer string

// The answers of a rule.
const (
	RuleAllow RuleAnswer = "allow"
	RuleDeny  RuleAnswer = "deny"
	RuleAsk   RuleAnswer = "ask" // a person is asked
)

// ruleTable is the table whose keys are the names of rules.
const ruleTable = "rule"

// maxPatterns bounds a list of patterns, maxPattern one of them, in bytes.
const (
	maxPatterns = 64
	maxPattern  = 512
)

// ruleAnswers are the words of a rule's answer.
var ruleAnswers = []RuleAnswer{RuleAllow, RuleDeny, RuleAsk}

// ruleSetter puts a value of the file into a rule, or returns a refusal.
type ruleSetter func(r *Rule, value any) error

// ruleKeys holds the keys of a rule, each with what sets it.
var ruleKeys = map[string]ruleSetter{
	"answer":     func(r *Rule, v any) error { return setWord(&r.Answer, v, ruleAnswers) },
	"context":    func(r *Rule, v any) error { return setPatterns(&r.Contexts, v, nil) },
	"verb":       func(r *Rule, v any) error { return setPatterns(&r.Verbs, v, nil) },
	"host":       func(r *Rule, v any) error { return setPatterns(&r.Hosts, v, isHostPattern) },
	"executable": func(r *Rule, v any) error { return setPatterns(&r.Executables, v, isProgramPattern) },
	"directory":  func(r *Rule, v any) error { return setPatterns(&r.Directories, v, isDirectory) },
	"contained":  func(r *Rule, v any) error { return setSwitch(&r.Contained, v) },
}

// ruleAt returns the rule called name, after adding it where there is none: rules stand in
// the order in which the file begins them.
func (c *Config) ruleAt(name string) *Rule {
	at := slices.IndexFunc(c.Rules, func(r Rule) bool { return r.Name == name })
	if at < 0 {
		at = len(c.Rules)
		c.Rules = append(c.Rules, Rule{Name: name})
	}
	return &c.Rules[at]
}

// applyRule puts the value of key in doc, which is [rule] or below it, into c.
func (c *Config) applyRule(doc document, key toml.Key) error {
	name, err := namedTable(doc, key, "write [rule.NAME] on a line of its own, with a name for the rule, and its keys below")
	if err != nil || name == "" {
		return err
	}
	rule := c.ruleAt(name)
	if len(key) == 2 {
		return nil // the header of a rule; its keys follow
	}
	set, known := ruleKeys[key[2]]
	if !known || len(key) > 3 {
		return doc.refuse(key, unknownNamedKey(doc, key, "the keys of a rule are ", slices.Sorted(maps.Keys(ruleKeys))))
	}
	return c.set(doc, key, func(_ *Config, value any) error { return set(rule, value) })
}

// checkRules finds what is missing once every key has been read.
func (c *Config) checkRules(doc document) error {
	for _, rule := range c.Rules {
		if rule.Answer == "" {
			return doc.refuse(toml.Key{ruleTable, rule.Name}, refusal{
				summary: "rule " + quote(rule.Name) + " has no answer",
				hint:    `write answer = "allow", "deny" or "ask" below it`,
			})
		}
	}
	return nil
}

// patternHint is the next step for whoever wrote no pattern.
const patternHint = `write one in quotes, or several as a list: ["a", "b*"]`

// setPatterns takes a text or a list of them, each as good says, which tells what is wrong
// with one; nil: none is wrong.
func setPatterns(to *[]string, value any, good func(string) refusal) error {
	texts, isList := value.([]any)
	if !isList {
		texts = []any{value}
	}
	if len(texts) == 0 || len(texts) > maxPatterns {
		return refusal{summary: "must be 1 to 64 patterns", hint: patternHint}
	}
	patterns := make([]string, 0, len(texts))
	for _, each := range texts {
		text, isText := each.(string)
		if !isText || text == "" || len(text) > maxPattern || text != printable(text) {
			return refusal{summary: "must be a pattern of at most 512 printable bytes", hint: patternHint}
		}
		if good != nil {
			if bad := good(text); bad.summary != "" {
				return bad
			}
		}
		patterns = append(patterns, text)
	}
	*to = patterns
	return nil
}

// isHostPattern refuses what no host's name fits.
func isHostPattern(text string) refusal {
	if strings.ContainsAny(text, "/@ ") {
		return refusal{summary: "must be a host's name", hint: `without a scheme and a path: "*.cloud.bentoml.com"`}
	}
	return refusal{}
}

// isProgramPattern refuses what path.Match does, and paths that no program has.
func isProgramPattern(text string) refusal {
	if _, err := path.Match(text, ""); err != nil {
		return refusal{summary: "must be a pattern", hint: "a [ is closed by a ]"}
	}
	if strings.Contains(text, "/") && !filepath.IsAbs(text) {
		return refusal{
			summary: "must be an absolute path, or a name without a slash",
			hint:    "~ and variables are not expanded here: write the whole path",
		}
	}
	return refusal{}
}

// isDirectory refuses what is no absolute path.
func isDirectory(text string) refusal {
	if !filepath.IsAbs(text) {
		return refusal{summary: "must be an absolute path", hint: "~ and variables are not expanded here: write the whole path"}
	}
	return refusal{}
}
