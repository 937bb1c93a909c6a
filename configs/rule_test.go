package configs_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/configs"
)

func TestRules(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want []configs.Rule
	}{
		"none": {"", nil},
		"in their order": {
			"[rule.z]\nanswer = \"ask\"\n[daemon]\n[rule.a]\nanswer = \"deny\"\n[rule.m]\nanswer = \"allow\"\n",
			[]configs.Rule{{Name: "z", Answer: configs.RuleAsk}, {Name: "a", Answer: configs.RuleDeny}, {Name: "m", Answer: configs.RuleAllow}},
		},
		"every condition": {
			`[rule.all]
answer = "deny"
context = "prod*"
verb = ["env", "token"]
host = "*.example"
executable = ["agent", "/opt/*/bin"]
directory = "/srv"
contained = true
`,
			[]configs.Rule{{
				Name: "all", Answer: configs.RuleDeny, Contexts: []string{"prod*"}, Verbs: []string{"env", "token"},
				Hosts: []string{"*.example"}, Executables: []string{"agent", "/opt/*/bin"}, Directories: []string{"/srv"}, Contained: true,
			}},
		},
		"inline": {
			`rule = { b = { answer = "ask", verb = "get" }, a = { answer = "deny" } }`,
			[]configs.Rule{{Name: "b", Answer: configs.RuleAsk, Verbs: []string{"get"}}, {Name: "a", Answer: configs.RuleDeny}},
		},
		"dots in quotes": {"[rule.\"a.b\"]\nanswer = \"deny\"\n", []configs.Rule{{Name: "a.b", Answer: configs.RuleDeny}}},
	}
	for name, test := range tests {
		config, err := configs.Parse("config.toml", []byte(test.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(test.want, config.Rules); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}

func TestRulesThatAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"[rule.a]\n":                                         `config.toml:1:7: rule "a" has no answer`,
		"[rule.a]\nverb = \"env\"\n":                         `has no answer`,
		"[rule.a]\nanswer = \"maybe\"\n":                     `2:1: rule.a.answer must be one of "allow", "deny", "ask"`,
		"[rule.a]\nanswer = \"deny\"\ncontexts = \"x\"\n":    `unknown key "rule.a.contexts"`,
		"[rule.a]\nanswer = \"deny\"\nverb = 1\n":            `rule.a.verb must be a pattern`,
		"[rule.a]\nanswer = \"deny\"\nverb = []\n":           `rule.a.verb must be 1 to 64 patterns`,
		"[rule.a]\nanswer = \"deny\"\nverb = [\"\"]\n":       `rule.a.verb must be a pattern`,
		"[rule.a]\nanswer = \"deny\"\nverb = [[\"x\"]]\n":    `rule.a.verb must be a pattern`,
		"[rule.a]\nanswer = \"deny\"\nhost = \"https://x\"":  `rule.a.host must be a host's name`,
		"[rule.a]\nanswer = \"deny\"\nexecutable = \"[\"":    `rule.a.executable must be a pattern`,
		"[rule.a]\nanswer = \"deny\"\nexecutable = \"a/b\"":  `must be an absolute path, or a name without a slash`,
		"[rule.a]\nanswer = \"deny\"\ndirectory = \"~/x\"":   `rule.a.directory must be an absolute path`,
		"[rule.a]\nanswer = \"deny\"\ncontained = \"yes\"\n": `must be true or false`,
		"[rule.a]\nanswer = \"deny\"\napi_token = \"x\"\n":   `no secret belongs in this file`,
		"[rule.\" \"]\nanswer = \"deny\"\n":                  `is no name of a rule`,
		"[[rule]]\nanswer = \"deny\"\n":                      `"rule" must be a table`,
		"rule = 1\n":                                         `"rule" must be a table`,
		"[rule]\nanswer = \"deny\"\n":                        `"rule.answer" must be a table`,
		"[rule.a.b]\nanswer = \"deny\"\n":                    `unknown key "rule.a.b`,
	} {
		_, err := configs.Parse("config.toml", []byte(text))
		var refused *configs.Error
		if !errors.As(err, &refused) || !strings.Contains(refused.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
