package configs

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// apply puts the value of key in doc into c.
func (c *Config) apply(doc document, key toml.Key) error {
	keys, known := settings[key[0]]
	if !known {
		tables := append(slices.Collect(maps.Keys(settings)), contextTable, ruleTable)
		slices.Sort(tables)
		return doc.refuse(key, unknownKey(key, "the tables are ", tables))
	}
	if _, isTable := doc.tree[key[0]].(map[string]any); !isTable {
		return doc.refuse(key[:1], refusal{
			summary: key[0] + " must be a table",
			hint:    "write [" + key[0] + "] on a line of its own and its keys below",
		})
	}
	if len(key) == 1 {
		return nil // the header of a table; its keys follow
	}
	set, known := keys[key[1]]
	if !known || len(key) > 2 {
		return doc.refuse(key, unknownKey(key, "the keys of ["+key[0]+"] are ", slices.Sorted(maps.Keys(keys))))
	}
	return c.set(doc, key, set)
}

// set has set put the value of key into c.
func (c *Config) set(doc document, key toml.Key, set setter) error {
	err := set(c, doc.value(key))
	if err == nil {
		return nil
	}
	var refused refusal
	if !errors.As(err, &refused) {
		refused = refusal{summary: err.Error(), secret: true}
	}
	refused.summary = key.String() + " " + refused.summary
	return doc.refuse(key, refused)
}

// unknownKey refuses a key nobody knows, and says why where it looks like a secret.
func unknownKey(key toml.Key, list string, known []string) refusal {
	if looksSecret(key.String()) {
		return secretKey(key)
	}
	return refusal{
		summary: "unknown key " + quote(key.String()),
		hint:    list + strings.Join(known, ", "),
	}
}

// secretKey refuses a key that looks like a secret.
func secretKey(key toml.Key) refusal {
	return refusal{
		summary: "no secret belongs in this file: " + quote(key.String()),
		hint:    secretHint,
		secret:  true,
	}
}

// quote returns a foreign name in quotes, cut to what fits on a line.
func quote(name string) string {
	const maxQuoted = 64
	if runes := []rune(name); len(runes) > maxQuoted {
		name = string(runes[:maxQuoted]) + "…"
	}
	return strconv.Quote(name)
}
