package bentoml

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// The keys of the file that have a meaning here.
const (
	keyContexts = "contexts"
	keyCurrent  = "current_context_name"
	keyName     = "name"
	keyEndpoint = "endpoint"
	keyToken    = "api_token"
	keyEmail    = "email"
)

// tree is the file as YAML has it. It is kept as a tree, and not decoded into
// types, so that keys we do not know survive, and so that an alias is never
// followed: there is nothing it could blow up.
type tree struct {
	document *yaml.Node
	root     *yaml.Node // the mapping
}

// parse returns the tree of a file.
func parse(data []byte) (tree, error) {
	document, err := decode(data)
	switch {
	case errors.Is(err, io.EOF):
		return tree{}, ErrNoNews
	case err != nil && !ended(data):
		return tree{}, ErrNoNews
	case err != nil:
		return tree{}, err
	}
	root := document.Content[0]
	switch {
	case isNull(root):
		return tree{}, ErrNoNews
	case root.Kind == yaml.MappingNode && value(root, keyCurrent) != nil:
		return tree{document: document, root: root}, nil
	case !ended(data):
		// BentoML writes the current context's name last.
		return tree{}, ErrNoNews
	case root.Kind != yaml.MappingNode:
		return tree{}, ErrFormat
	}
	return tree{document: document, root: root}, nil
}

// decode returns the one document in data, free of aliases.
func decode(data []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	document := new(yaml.Node)
	if err := decoder.Decode(document); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		return nil, placed(err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: more than one document", ErrFormat)
	}
	if len(document.Content) != 1 || hasAlias(document) {
		return nil, fmt.Errorf("%w: it uses aliases", ErrFormat)
	}
	return document, nil
}

// placed turns an error of the YAML library, which may quote the file, into one
// that only tells the line.
func placed(err error) error {
	var line int
	if _, scanErr := fmt.Sscanf(err.Error(), "yaml: line %d:", &line); scanErr != nil {
		return fmt.Errorf("%w: it is not YAML", ErrFormat)
	}
	return fmt.Errorf("%w: it is not YAML, near line %d", ErrFormat, line)
}

// hasAlias reports whether an alias stands in or below node.
func hasAlias(node *yaml.Node) bool {
	if node.Kind == yaml.AliasNode {
		return true
	}
	for _, child := range node.Content {
		if hasAlias(child) {
			return true
		}
	}
	return false
}

// isNull reports whether node is nothing, spelled in any way.
func isNull(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null"
}

// value returns the value of a key, nil where the mapping has none. Of two, the
// last counts, as it does in Python.
func value(mapping *yaml.Node, key string) *yaml.Node {
	for i := len(mapping.Content) - 2; i >= 0; i -= 2 {
		if mapping.Content[i].Kind == yaml.ScalarNode && mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// text returns the scalar of a key as it was written, empty where there is none.
// Whether "007" is a number is no question here.
func text(mapping *yaml.Node, key string) string {
	node := value(mapping, key)
	if node == nil || node.Kind != yaml.ScalarNode || isNull(node) {
		return ""
	}
	return node.Value
}

// entries returns the list of contexts, nil where there is none.
func (t tree) entries() *yaml.Node {
	list := value(t.root, keyContexts)
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil
	}
	return list
}

// context reads one entry as it stands. Whether it can be taken is not asked.
func context(entry *yaml.Node) Context {
	if entry.Kind != yaml.MappingNode {
		return Context{}
	}
	return Context{
		Name:     text(entry, keyName),
		Endpoint: text(entry, keyEndpoint),
		Email:    text(entry, keyEmail),
		Token:    credential.NewSecret(text(entry, keyToken)),
	}
}

// file returns what the tree says.
func (t tree) file() File {
	var file File
	seen := make(map[string]bool)
	if list := t.entries(); list != nil {
		for _, entry := range list.Content {
			found := context(entry)
			if reason := refusal(entry, found, seen); reason != nil {
				file.Skipped = append(file.Skipped, Skipped{Name: found.Name, Reason: reason})
				continue
			}
			seen[found.Name] = true
			file.Contexts = append(file.Contexts, found)
		}
	}
	current := text(t.root, keyCurrent)
	if value(t.root, keyCurrent) == nil {
		current = nameDefault
	}
	if current == nameEnvironment {
		file.Skipped = append(file.Skipped, Skipped{Name: current, Reason: ErrEnvironment})
	}
	if seen[current] {
		file.Current = current
	}
	return file
}

// refusal says why an entry cannot be taken; nil where it can.
func refusal(entry *yaml.Node, found Context, seen map[string]bool) error {
	switch {
	case entry.Kind != yaml.MappingNode:
		return ErrEntry
	case found.Name == "":
		return ErrNoName
	case found.Name == nameEnvironment:
		return ErrEnvironment
	case seen[found.Name]:
		return ErrDuplicate
	case found.Token.IsZero():
		return ErrNoToken
	case found.Endpoint == "":
		return ErrNoEndpoint
	}
	return nil
}
