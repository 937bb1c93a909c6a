// Package jsontext is as much of JSON (RFC 8259) as the exec-style protocols need: to
// write a string, and to read the strings of one small document that another program
// sends.
//
// encoding/json would do both. It links reflect, fmt and tables that are built when the
// program starts, which together cost a fifth of the whole time of a program that lives
// for a millisecond. So this package is written by hand, is small, and is fuzzed against
// encoding/json: it takes no document that encoding/json refuses, and reads no string
// differently.
package jsontext

import "errors"

// What is wrong with a document.
var (
	ErrSyntax = errors.New("the text is no JSON document")
	ErrObject = errors.New("the JSON document is no object")
	ErrLong   = errors.New("the JSON document is too long or too deep")
	ErrTwice  = errors.New("the JSON document has a member twice")
)

const (
	// MaxSize bounds a document, in bytes.
	MaxSize = 64 << 10
	// maxDepth bounds how deep arrays and objects may stand in each other.
	maxDepth = 32
)

// Strings returns the members of a document that are strings, each under its path:
// "uri", "spec.cluster.server". What stands in an array is checked and left out, and so is
// what is neither a string, nor true or false, which are returned as these words. A name
// with a dot in it is left out, too: its path would be another's.
func Strings(text []byte) (map[string]string, error) {
	if len(text) > MaxSize {
		return nil, ErrLong
	}
	r := reader{text: text, found: make(map[string]string)}
	r.space()
	if r.peek() != '{' {
		if err := r.value("", 0, false); err != nil {
			return nil, err
		}
		return nil, ErrObject
	}
	if err := r.value("", 0, true); err != nil {
		return nil, err
	}
	if r.space(); r.at != len(text) {
		return nil, ErrSyntax
	}
	return r.found, nil
}

// reader reads one document.
type reader struct {
	text  []byte
	at    int
	found map[string]string
}

// peek returns the byte to come; 0, which no document has outside a string, at the end.
func (r *reader) peek() byte {
	if r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

func (r *reader) space() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// value reads the value at path. It is kept where keep is set.
func (r *reader) value(path string, depth int, keep bool) error {
	if depth > maxDepth {
		return ErrLong
	}
	switch c := r.peek(); {
	case c == '{':
		return r.object(path, depth, keep)
	case c == '[':
		return r.array(depth)
	case c == '"':
		value, err := r.string()
		if err == nil && keep {
			r.found[path] = value
		}
		return err
	case c == '-' || ('0' <= c && c <= '9'):
		return r.number()
	}
	for _, word := range []string{"true", "false", "null"} {
		if len(r.text)-r.at >= len(word) && string(r.text[r.at:r.at+len(word)]) == word {
			r.at += len(word)
			if keep && word != "null" {
				r.found[path] = word
			}
			return nil
		}
	}
	return ErrSyntax
}

func (r *reader) object(path string, depth int, keep bool) error {
	names := make(map[string]bool)
	return r.list('}', func() error {
		if r.peek() != '"' {
			return ErrSyntax
		}
		name, err := r.string()
		if err != nil {
			return err
		}
		if names[name] {
			return ErrTwice
		}
		names[name] = true
		r.space()
		if r.peek() != ':' {
			return ErrSyntax
		}
		r.at++
		r.space()
		keep := keep && name != ""
		for i := range len(name) {
			keep = keep && name[i] != '.'
		}
		if path != "" {
			name = path + "." + name
		}
		return r.value(name, depth+1, keep)
	})
}

func (r *reader) array(depth int) error {
	return r.list(']', func() error { return r.value("", depth+1, false) })
}

// list reads what stands between two brackets, with commas between.
func (r *reader) list(end byte, element func() error) error {
	r.at++
	if r.space(); r.peek() == end {
		r.at++
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		r.space()
		switch r.peek() {
		case end:
			r.at++
			return nil
		case ',':
			r.at++
			r.space()
		default:
			return ErrSyntax
		}
	}
}

func (r *reader) number() error {
	if r.peek() == '-' {
		r.at++
	}
	if r.peek() == '0' {
		r.at++
	} else if r.digits() == 0 {
		return ErrSyntax
	}
	if r.peek() == '.' {
		r.at++
		if r.digits() == 0 {
			return ErrSyntax
		}
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		r.at++
		if c := r.peek(); c == '+' || c == '-' {
			r.at++
		}
		if r.digits() == 0 {
			return ErrSyntax
		}
	}
	return nil
}

// digits reads digits and returns how many there were.
func (r *reader) digits() int {
	begin := r.at
	for c := r.peek(); '0' <= c && c <= '9'; c = r.peek() {
		r.at++
	}
	return r.at - begin
}
