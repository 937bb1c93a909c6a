package policy_test

import (
	"strings"
	"testing"
	"testing/quick"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/policy"
)

var asked = policy.Question{
	Verb: "env", Context: "production", Host: "acme.cloud.bentoml.com",
	Executables: []string{"/usr/bin/bento-cred", "/bin/zsh", "/opt/agent/bin/agent"},
	Directory:   "/home/ann/src/models",
}

func TestDecide(t *testing.T) {
	t.Parallel()
	contained := asked
	contained.Contained = true
	nothing := policy.Question{Verb: "env"}
	hidden, several := asked, asked
	hidden.Executables = []string{"", "/bin/zsh"}
	several.AnyContext, several.AnyHost, several.Context, several.Host = true, true, "", ""
	tests := map[string]struct {
		rules []policy.Rule
		ask   policy.Question
		want  policy.Answer
		rule  string
	}{
		"no rules":                     {ask: asked, want: policy.Allow},
		"a rule for all":               {rules: []policy.Rule{{Name: "a", Answer: policy.Deny}}, ask: asked, want: policy.Deny, rule: "a"},
		"the first that fits":          {rules: []policy.Rule{{Name: "a", Answer: policy.Ask}, {Name: "b", Answer: policy.Deny}}, ask: asked, want: policy.Ask, rule: "a"},
		"one that does not fit before": {rules: []policy.Rule{{Name: "a", Answer: policy.Ask, Verbs: []string{"token"}}, {Name: "b", Answer: policy.Deny}}, ask: asked, want: policy.Deny, rule: "b"},
		"none fits":                    {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Contexts: []string{"staging"}}}, ask: asked, want: policy.Allow},
		"a context":                    {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Contexts: []string{"staging", "prod*"}}}, ask: asked, want: policy.Deny, rule: "a"},
		"half a context":               {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Contexts: []string{"prod"}}}, ask: asked, want: policy.Allow},
		"a host":                       {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Hosts: []string{"*.BentoML.com"}}}, ask: asked, want: policy.Deny, rule: "a"},
		"a host within another":        {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Hosts: []string{"cloud.bentoml.com"}}}, ask: asked, want: policy.Allow},
		"all conditions":               {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Verbs: []string{"env"}, Contexts: []string{"staging"}}}, ask: asked, want: policy.Allow},
		"a program by name":            {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Executables: []string{"agent"}}}, ask: asked, want: policy.Deny, rule: "a"},
		"a program by path":            {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Executables: []string{"/opt/*/bin/*"}}}, ask: asked, want: policy.Deny, rule: "a"},
		"no star over slashes":         {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Executables: []string{"/opt/*"}}}, ask: asked, want: policy.Allow},
		"part of a name":               {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Executables: []string{"agen"}}}, ask: asked, want: policy.Allow},
		"an unknown program":           {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Executables: []string{"*"}}}, ask: nothing, want: policy.Allow},
		"a hidden program, a denial":   {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Executables: []string{"agent"}}}, ask: hidden, want: policy.Deny, rule: "a"},
		"a hidden program, a leave":    {rules: []policy.Rule{{Name: "a", Answer: policy.Allow, Executables: []string{"agent"}}, {Name: "b", Answer: policy.Deny}}, ask: hidden, want: policy.Deny, rule: "b"},
		"several contexts, a denial":   {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Contexts: []string{"x"}, Hosts: []string{"y"}}}, ask: several, want: policy.Deny, rule: "a"},
		"several contexts, a leave":    {rules: []policy.Rule{{Name: "a", Answer: policy.Allow, Contexts: []string{"x"}}, {Name: "b", Answer: policy.Deny}}, ask: several, want: policy.Deny, rule: "b"},
		"Windows, by name":             {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Executables: []string{"agent"}}}, ask: policy.Question{Executables: []string{`C:\x\agent.exe`}}, want: policy.Deny, rule: "a"},
		"Windows, by path":             {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Executables: []string{`C:\x\*.exe`}}}, ask: policy.Question{Executables: []string{`C:\x\agent.exe`}}, want: policy.Deny, rule: "a"},
		"a directory":                  {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Directories: []string{"/home/ann/src"}}}, ask: asked, want: policy.Deny, rule: "a"},
		"with a slash":                 {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Directories: []string{"/home/ann/src/models/"}}}, ask: asked, want: policy.Deny, rule: "a"},
		"beside a directory":           {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Directories: []string{"/home/ann/sr"}}}, ask: asked, want: policy.Allow},
		"the root":                     {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Directories: []string{"/"}}}, ask: asked, want: policy.Deny, rule: "a"},
		"an unknown directory":         {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Directories: []string{"/"}}}, ask: nothing, want: policy.Allow},
		"contained":                    {ask: contained, want: policy.Deny},
		"contained, and a rule for others": {
			rules: []policy.Rule{{Name: "a", Answer: policy.Allow}}, ask: contained, want: policy.Deny,
		},
		"contained, and a rule for it": {
			rules: []policy.Rule{{Name: "a", Answer: policy.Allow, Contained: true, Contexts: []string{"production"}}}, ask: contained, want: policy.Allow, rule: "a",
		},
		"a rule for containers": {rules: []policy.Rule{{Name: "a", Answer: policy.Deny, Contained: true}}, ask: asked, want: policy.Allow},
	}
	for name, test := range tests {
		got := policy.Policy{Rules: test.rules}.Decide(test.ask)
		if got.Answer != test.want || got.Rule != test.rule {
			t.Errorf("%s: %+v, want %s by %q", name, got, test.want, test.rule)
		}
	}
}

func TestAsks(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		rules []policy.Rule
		rule  string
		asks  bool
	}{
		"no rules":            {},
		"for another verb":    {[]policy.Rule{{Name: "a", Answer: policy.Ask, Verbs: []string{"token"}}}, "a", true},
		"for another context": {[]policy.Rule{{Name: "a", Answer: policy.Ask, Contexts: []string{"x"}}}, "", false},
		"behind a denial":     {[]policy.Rule{{Name: "d", Answer: policy.Deny}, {Name: "a", Answer: policy.Ask}}, "a", true},
		"behind a leave":      {[]policy.Rule{{Name: "l", Answer: policy.Allow}, {Name: "a", Answer: policy.Ask}}, "", false},
		"behind one for a verb": {
			[]policy.Rule{{Name: "l", Answer: policy.Allow, Verbs: []string{"env"}}, {Name: "a", Answer: policy.Ask}}, "a", true,
		},
	}
	for name, test := range tests {
		if rule, asks := (policy.Policy{Rules: test.rules}).Asks(asked); rule != test.rule || asks != test.asks {
			t.Errorf("%s: %q, %t", name, rule, asks)
		}
	}
}

func TestAdmitsContained(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rule policy.Rule
		want bool
	}{
		"another's rule": {policy.Rule{Answer: policy.Allow}, false},
		"a denial":       {policy.Rule{Answer: policy.Deny, Contained: true}, false},
		"a leave":        {policy.Rule{Answer: policy.Allow, Contained: true}, true},
		"a question":     {policy.Rule{Answer: policy.Ask, Contained: true}, true},
	} {
		if got := (policy.Policy{Rules: []policy.Rule{test.rule}}).AdmitsContained(); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// TestGlobIsAsRegular compares with what is plainly right, for short words of few letters.
func TestGlobIsAsRegular(t *testing.T) {
	t.Parallel()
	word := func(bits uint32, letters string) string {
		var text strings.Builder
		for ; bits > 1; bits /= uint32(len(letters)) {
			text.WriteByte(letters[bits%uint32(len(letters))])
		}
		return text.String()
	}
	property := func(p, w uint16) bool {
		pattern, text := word(uint32(p), "ab*"), word(uint32(w), "ab")
		rule := policy.Rule{Answer: policy.Deny, Contexts: []string{pattern}}
		got := policy.Policy{Rules: []policy.Rule{rule}}.Decide(policy.Question{Context: text}).Answer == policy.Deny
		return got == plain(pattern, text)
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 20000}); err != nil {
		t.Error(err)
	}
}

// plain is glob, in the slow and plain way.
func plain(pattern, text string) bool {
	switch {
	case pattern == "":
		return text == ""
	case pattern[0] == '*':
		return plain(pattern[1:], text) || (text != "" && plain(pattern, text[1:]))
	default:
		return text != "" && text[0] == pattern[0] && plain(pattern[1:], text[1:])
	}
}

// FuzzDecide: whatever the patterns and the question are, there is a decision, and soon.
func FuzzDecide(f *testing.F) {
	f.Add("prod*", "[", "/a/*", "/", "production", "h", "/usr/bin/x", "/home")
	f.Add(strings.Repeat("*a", 500), "*", "\\", "", strings.Repeat("a", 5000), "\xff", "", "x")
	f.Fuzz(func(t *testing.T, context, executable, host, dir, asksContext, asksHost, asksProgram, asksDir string) {
		p := policy.Policy{Rules: []policy.Rule{{
			Name: "r", Answer: policy.Deny, Contexts: []string{context}, Executables: []string{executable},
			Hosts: []string{host}, Directories: []string{dir},
		}}}
		began := time.Now()
		got := p.Decide(policy.Question{Context: asksContext, Host: asksHost, Executables: []string{asksProgram}, Directory: asksDir})
		if got.Answer != policy.Allow && got.Answer != policy.Deny {
			t.Errorf("%+v", got)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("took %v", took)
		}
	})
}
