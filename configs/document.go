package configs

import (
	"bytes"
	"errors"
	"strings"

	"github.com/BurntSushi/toml"
)

// document is a file that is TOML, before anybody asks what it means.
type document struct {
	file  string
	lines []string
	meta  toml.MetaData
	tree  map[string]any
	// raw is the tree again, undecoded: through it the parser can be asked where a
	// key is.
	raw map[string]toml.Primitive
}

// newDocument reads data as TOML. An error is an *Error.
func newDocument(file string, data []byte) (document, error) {
	doc := document{file: file, lines: strings.Split(string(data), "\n")}
	for i, line := range doc.lines {
		if len(line) > maxLine {
			return document{}, &Error{File: file, Line: i + 1, Column: 1, Summary: "a line is longer than 1024 bytes"}
		}
	}
	if at := bytes.IndexByte(data, 0); at >= 0 {
		line := bytes.Count(data[:at], []byte("\n")) + 1
		return document{}, &Error{File: file, Line: line, Column: 1, Summary: "not a text file"}
	}
	if _, err := toml.Decode(string(data), &doc.tree); err != nil {
		return document{}, doc.syntaxError(err)
	}
	meta, err := toml.Decode(string(data), &doc.raw)
	if err != nil {
		return document{}, doc.syntaxError(err)
	}
	doc.meta = meta
	return doc, nil
}

// value returns what key is set to.
func (d document) value(key toml.Key) any {
	var value any = d.tree
	for _, part := range key {
		table, isTable := value.(map[string]any)
		if !isTable {
			return nil
		}
		value = table[part]
	}
	return value
}

// refuse returns an error that points at key.
func (d document) refuse(key toml.Key, why refusal) error {
	at := d.find(key)
	line := d.line(at.line)
	return &Error{
		File: d.file, Line: at.line, Column: at.column,
		Summary: why.summary, Hint: why.hint,
		excerpt: excerpt(line, at, why.secret || holdsSecret(line)),
	}
}

// syntaxError returns what the parser has to say, as an *Error. The parser quotes
// what it stumbled over, so where a secret may stand before that place only the
// place is told.
func (d document) syntaxError(err error) error {
	var parse toml.ParseError
	if !errors.As(err, &parse) {
		return &Error{File: d.file, Summary: "not valid TOML"}
	}
	at := place{line: max(1, parse.Position.Line), column: parse.Position.Col, width: parse.Position.Len}
	line := d.line(at.line)
	at = at.inCharacters(line)
	refused := &Error{File: d.file, Line: at.line, Column: at.column, Summary: printable(parse.Message)}
	refused.Hint = `texts and durations stand in quotes: idle_exit = "30m"`
	secret := false
	for _, earlier := range d.lines[:min(at.line, len(d.lines))] {
		secret = secret || holdsSecret(earlier)
	}
	if secret {
		refused.Summary = "not valid TOML"
		refused.Hint = "the line is hidden, because this file seems to hold a secret; " + secretHint
	}
	refused.excerpt = excerpt(line, at, secret)
	return refused
}

// line returns the line with that number, counted from 1.
func (d document) line(number int) string {
	if number < 1 || number > len(d.lines) {
		return ""
	}
	return strings.TrimSuffix(d.lines[number-1], "\r")
}
