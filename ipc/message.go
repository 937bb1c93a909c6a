package ipc

import (
	"slices"
	"strconv"
	"strings"
)

// ProtocolVersion is the version of the protocol this package writes.
const ProtocolVersion = 1

// The most bytes a message may have. A reply may hold a listing, a request holds
// names and at most one token.
const (
	MaxRequest = 64 << 10
	MaxReply   = 16 << 20
)

const versionPrefix = "bento-cred/"

// Message is one message: attributes in the order they were written. The zero
// Message is empty and ready for use.
type Message struct {
	Version    int // of the protocol; set by ParseMessage
	attributes []attribute
}

type attribute struct{ key, value string }

// Add appends an attribute. An empty value says the same as no attribute and is
// left out.
func (m *Message) Add(key, value string) {
	if value == "" {
		return
	}
	if m.attributes == nil {
		m.attributes = make([]attribute, 0, usualAttributes)
	}
	m.attributes = append(m.attributes, attribute{key, value})
}

// usualAttributes is as many as most messages have.
const usualAttributes = 12

// AddList appends one attribute for every value of a list.
func (m *Message) AddList(key string, values []string) {
	for _, value := range values {
		m.attributes = append(m.attributes, attribute{key + "[]", value})
	}
}

// AddFlag appends key=true if set.
func (m *Message) AddFlag(key string, set bool) {
	if set {
		m.Add(key, "true")
	}
}

// Get returns the value of key, or "" where it has none.
func (m *Message) Get(key string) string {
	for _, a := range m.attributes {
		if a.key == key {
			return a.value
		}
	}
	return ""
}

// List returns the values of the list named key.
func (m *Message) List(key string) []string {
	var values []string
	for _, a := range m.attributes {
		if name, isList := strings.CutSuffix(a.key, "[]"); isList && name == key {
			values = append(values, a.value)
		}
	}
	return values
}

// Flag reports whether key is "true".
func (m *Message) Flag(key string) bool { return m.Get(key) == "true" }

// Append appends m as it stands on the wire. It refuses what cannot be written:
// a malformed key, or a value with a line feed or a NUL.
func (m *Message) Append(dst []byte) ([]byte, error) {
	dst = slices.Grow(dst, m.size())
	dst = append(dst, versionPrefix...)
	dst = strconv.AppendInt(dst, ProtocolVersion, 10)
	dst = append(dst, '\n')
	for _, a := range m.attributes {
		if !validKey(a.key) || strings.ContainsAny(a.value, "\n\x00") {
			return nil, badRequest("the value of " + strconv.Quote(a.key) + " cannot be written on one line")
		}
		dst = append(dst, a.key...)
		dst = append(dst, '=')
		dst = append(dst, a.value...)
		dst = append(dst, '\n')
	}
	return append(dst, '\n'), nil
}

// size returns how many bytes m has on the wire, or a few more.
func (m *Message) size() int {
	const version, each = 24, 2 // the version's line and the blank one; "=" and the line feed
	size := version
	for _, a := range m.attributes {
		size += len(a.key) + len(a.value) + each
	}
	return size
}

// ParseMessage reads one message without its closing blank line: text is the
// version line and the attributes, each with its line feed.
func ParseMessage(text string) (Message, error) {
	line, rest, ended := strings.Cut(text, "\n")
	number, isVersion := strings.CutPrefix(line, versionPrefix)
	version, err := strconv.ParseUint(number, 10, 16)
	if !ended || !isVersion || err != nil || version == 0 {
		return Message{}, badRequest("the message does not begin with a version line")
	}
	m := Message{Version: int(version), attributes: make([]attribute, 0, usualAttributes)}
	for rest != "" {
		line, rest, ended = strings.Cut(rest, "\n")
		key, value, isAttribute := strings.Cut(line, "=")
		if !ended || !isAttribute || !validKey(key) {
			return Message{}, badRequest("a line of the message is not key=value")
		}
		if strings.IndexByte(value, 0) >= 0 {
			return Message{}, badRequest("a value of the message holds a NUL")
		}
		if m.has(key) && !strings.HasSuffix(key, "[]") {
			return Message{}, badRequest("the message has " + key + " twice")
		}
		m.attributes = append(m.attributes, attribute{key, value})
		if len(m.attributes) > maxAttributes {
			return Message{}, badRequest("the message has too many attributes")
		}
	}
	return m, nil
}

// maxAttributes bounds the work of one message: has is linear.
const maxAttributes = 512

func (m *Message) has(key string) bool {
	for _, a := range m.attributes {
		if a.key == key {
			return true
		}
	}
	return false
}

// validKey reports whether key is a lower-case letter followed by lower-case
// letters, digits and underscores, with "[]" behind it where it is a list's.
func validKey(key string) bool {
	key = strings.TrimSuffix(key, "[]")
	if key == "" || key[0] < 'a' || key[0] > 'z' {
		return false
	}
	for i := range len(key) {
		c := key[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

func badRequest(message string) error {
	return &Error{Code: BadRequest, Message: message}
}
