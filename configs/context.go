package configs

import (
	"maps"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// contextTable is the one table whose keys are not ours but the names of contexts.
const contextTable = "context"

// applyAll puts every key of doc into c. What a context leaves out comes from
// [renewal], which may stand below it, so that contexts come last.
func (c *Config) applyAll(doc document) error {
	var later []toml.Key
	for _, key := range doc.meta.Keys() {
		var err error
		switch key[0] {
		case contextTable:
			later = append(later, key)
		case ruleTable:
			err = c.applyRule(doc, key)
		default:
			err = c.apply(doc, key)
		}
		if err != nil {
			return err
		}
	}
	for _, key := range later {
		if err := c.applyContext(doc, key); err != nil {
			return err
		}
	}
	return c.checkRules(doc)
}

// namedTable returns the name in key, which is [context] or [rule] or below it; empty where
// it is the header above all names.
func namedTable(doc document, key toml.Key, example string) (name string, err error) {
	depth := min(len(key), 2)
	if _, isTable := doc.value(key[:depth]).(map[string]any); !isTable {
		refused := refusal{summary: quote(key[:depth].String()) + " must be a table", hint: example}
		if looksSecret(key[:depth].String()) {
			refused = secretKey(key[:depth])
		}
		return "", doc.refuse(key[:depth], refused)
	}
	if depth < 2 {
		return "", nil // the names follow
	}
	if !isContextName(key[1]) {
		return "", doc.refuse(key[:depth], refusal{
			summary: quote(key[1]) + " is no name of a " + key[0],
			hint:    "a name has 1 to 64 letters, digits, dots, hyphens and underscores, and begins with none of . and -",
		})
	}
	return key[1], nil
}

// applyContext puts the value of key in doc, which is [context] or below it, into c.
func (c *Config) applyContext(doc document, key toml.Key) error {
	name, err := namedTable(doc, key, "write [context.NAME] on a line of its own, with the name of a context, and its keys below")
	if err != nil || name == "" {
		return err
	}
	if _, begun := c.Contexts[name]; !begun {
		c.begin(name)
	}
	if len(key) == 2 {
		return nil // the header of a context; its keys follow
	}
	keys := settings["renewal"]
	set, known := keys[key[2]]
	if !known || len(key) > 3 {
		return doc.refuse(key, unknownNamedKey(doc, key, "the keys of a context are ", slices.Sorted(maps.Keys(keys))))
	}
	return c.set(doc, key, func(c *Config, value any) error {
		own := Config{Renewal: c.Contexts[name]}
		err := set(&own, value)
		c.Contexts[name] = own.Renewal
		return err
	})
}

// begin gives the context name settings of its own, which are at first those of all.
func (c *Config) begin(name string) {
	if c.Contexts == nil {
		c.Contexts = make(map[string]Renewal)
	}
	c.Contexts[name] = c.Renewal
}

// unknownNamedKey refuses a key below a context or a rule. Only what stands below the name is
// looked at for a secret: a context may well be called "token-of-ci".
func unknownNamedKey(doc document, key toml.Key, list string, known []string) refusal {
	refused := refusal{summary: "unknown key " + quote(key.String()), hint: list + strings.Join(known, ", ")}
	if _, isTable := doc.value(key[:3]).(map[string]any); isTable {
		refused.hint = `a name with dots stands in quotes: [` + key[0] + `."NAME.WITH.DOTS"]`
	}
	if looksSecret(key[2:].String()) {
		refused = secretKey(key)
	}
	return refused
}

// isContextName reports whether name can be a context's: the store refuses any other.
func isContextName(name string) bool {
	const maxContextName = 64
	plain := func(r rune) bool { return strings.ContainsRune("._-", r) || isLetterOrDigit(r) }
	return name != "" && len(name) <= maxContextName && name[0] != '.' && name[0] != '-' &&
		!strings.ContainsFunc(name, func(r rune) bool { return !plain(r) })
}
