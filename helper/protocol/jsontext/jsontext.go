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

import (
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// AppendString appends text as a JSON string. It is ASCII alone, so that no reader's
// encoding gets a say; what is no UTF-8 becomes U+FFFD.
func AppendString(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for _, r := range text { // ranging yields U+FFFD for what is no UTF-8
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case ' ' <= r && r <= '~':
			dst = append(dst, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			dst = appendUnit(appendUnit(dst, high), low)
		default:
			dst = appendUnit(dst, r)
		}
	}
	return append(dst, '"')
}

func appendUnit(dst []byte, unit rune) []byte {
	const digits = "0123456789abcdef"
	return append(dst, '\\', 'u', digits[unit>>12&15], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15])
}

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

// string reads a string.
func (r *reader) string() (string, error) {
	r.at++
	var text []byte
	for {
		if r.at >= len(r.text) {
			return "", ErrSyntax
		}
		switch c := r.text[r.at]; {
		case c == '"':
			r.at++
			return string(text), nil
		case c < ' ':
			return "", ErrSyntax
		case c == '\\':
			decoded, err := r.escape()
			if err != nil {
				return "", err
			}
			text = utf8.AppendRune(text, decoded)
		default:
			decoded, size := utf8.DecodeRune(r.text[r.at:])
			text = utf8.AppendRune(text, decoded)
			r.at += size
		}
	}
}

// escape reads what stands behind a backslash. Half of a surrogate pair is U+FFFD.
func (r *reader) escape() (rune, error) {
	const short, long = "\"\\/bfnrt", "\"\\/\b\f\n\r\t"
	r.at++
	c := r.peek()
	for i := range len(short) {
		if short[i] == c {
			r.at++
			return rune(long[i]), nil
		}
	}
	first, ok := r.unit()
	if !ok {
		return 0, ErrSyntax
	}
	if !utf16.IsSurrogate(first) {
		return first, nil
	}
	if at := r.at; r.peek() == '\\' {
		r.at++
		second, ok := r.unit()
		if whole := utf16.DecodeRune(first, second); ok && whole != utf8.RuneError {
			return whole, nil
		}
		r.at = at // it is an escape of its own
	}
	return utf8.RuneError, nil
}

// unit reads "uXXXX", and reports whether it is there.
func (r *reader) unit() (rune, bool) {
	const length = 5
	if r.peek() != 'u' || len(r.text)-r.at < length {
		return 0, false
	}
	digits := string(r.text[r.at+1 : r.at+length])
	if digits[0] == '+' || digits[0] == '-' {
		return 0, false
	}
	value, err := strconv.ParseUint(digits, 16, 16)
	if err != nil {
		return 0, false
	}
	r.at += length
	return rune(value), true
}
