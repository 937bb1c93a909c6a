package audit

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// Answer is what was decided.
type Answer string

// The answers.
const (
	Allow Answer = "allow"
	Deny  Answer = "deny"
)

// Entry is one decision. It has no field for a secret, nor for arguments, which often
// hold one.
type Entry struct {
	Answer Answer `json:"answer"`
	// Detail says what exactly is done, and within which limits: a uid, a host, a time.
	Detail string `json:"detail,omitempty"`
	// Verb is what was asked to be done, and Context, Host and Token (a uid, not a
	// value) say with what.
	Verb    string `json:"verb,omitempty"`
	Context string `json:"context,omitempty"`
	Host    string `json:"host,omitempty"`
	Token   string `json:"token,omitempty"`
	// Rule is the name of the rule that decided; empty: the default.
	Rule string `json:"rule,omitempty"`
	// Grant is the id of the grant that was used; empty: none.
	Grant string `json:"grant,omitempty"`
	// Reason is a short sentence, if there is something to say.
	Reason string `json:"reason,omitempty"`

	UID        int    `json:"uid"`
	PID        int    `json:"pid,omitempty"`
	Executable string `json:"executable,omitempty"`
	// Parents are the executables of the parent processes, nearest first.
	Parents   []string `json:"parents,omitempty"`
	Directory string   `json:"directory,omitempty"`
	// Contained reports whether the process is in another pid namespace than ours.
	Contained bool `json:"contained,omitempty"`
}

// Record is an Entry as it was kept.
type Record struct {
	Seq  uint64    `json:"seq"`
	Time time.Time `json:"time"` // UTC, in milliseconds
	Entry
	// Prev is the SHA-256 of the line before, in hex; zeros in the first record ever.
	Prev string `json:"prev"`
}

// Bounds of a record. Nobody needs to see the 33rd ancestor, and a path is no longer
// than maxText unless it is made of what must be escaped.
const (
	maxText    = 4096 // bytes of a string, as written and without its ellipsis
	maxParents = 32
	// maxLine is more than eleven strings and maxParents more can come to.
	maxLine = 180 << 10
	// maxSeq is what every reader of JSON can hold in a number.
	maxSeq = 1<<53 - 1
)

// timeForm is RFC 3339 in milliseconds, of which none is left out.
const timeForm = "2006-01-02T15:04:05.000Z"

// MarshalJSON implements json.Marshaler: a record is shown as it is written.
func (r Record) MarshalJSON() ([]byte, error) { return appendRecord(nil, r), nil }

// appendRecord appends r as a line without a line feed. It is written by hand because
// every secret waits for it.
func appendRecord(b []byte, r Record) []byte {
	b = strconv.AppendUint(append(b, `{"seq":`...), r.Seq, 10)
	b = r.Time.UTC().AppendFormat(append(b, `,"time":"`...), timeForm)
	b = appendText(append(b, `","answer":`...), string(r.Answer))
	b = appendField(b, "detail", r.Detail)
	b = appendField(b, "verb", r.Verb)
	b = appendField(b, "context", r.Context)
	b = appendField(b, "host", r.Host)
	b = appendField(b, "token", r.Token)
	b = appendField(b, "rule", r.Rule)
	b = appendField(b, "grant", r.Grant)
	b = appendField(b, "reason", r.Reason)
	b = strconv.AppendInt(append(b, `,"uid":`...), int64(r.UID), 10)
	if r.PID != 0 {
		b = strconv.AppendInt(append(b, `,"pid":`...), int64(r.PID), 10)
	}
	b = appendField(b, "executable", r.Executable)
	b = appendParents(b, r.Parents)
	b = appendField(b, "directory", r.Directory)
	if r.Contained {
		b = append(b, `,"contained":true`...)
	}
	b = append(b, `,"prev":"`...)
	b = append(b, r.Prev...)
	return append(b, `"}`...)
}

// appendParents appends the nearest of parents.
func appendParents(b []byte, parents []string) []byte {
	if len(parents) == 0 {
		return b
	}
	b = append(b, `,"parents":`...)
	separator := byte('[')
	for _, parent := range parents[:min(len(parents), maxParents)] {
		b = appendText(append(b, separator), parent)
		separator = ','
	}
	return append(b, ']')
}

// appendField appends a string by its name, if there is one.
func appendField(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	b = append(b, `,"`...)
	b = append(b, name...)
	return appendText(append(b, `":`...), value)
}

// parse reads a line, with or without its line feed, and reports whether it is a record.
// Fields it does not know are a later version's.
func parse(line []byte) (Record, bool) {
	var r Record
	if err := json.Unmarshal(line, &r); err != nil {
		return Record{}, false
	}
	return r, r.Seq > 0 && r.Seq <= maxSeq && isSum(r.Prev)
}

// isSum reports whether s is a SHA-256 as this package writes it.
func isSum(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(s) == len(sum{})*2
}

// seqPrefix is how each line that we write begins.
var seqPrefix = []byte(`{"seq":`)

// seqOf returns a line's number without reading the rest of it, which is most of the
// work. It reports false where the line is not as we write them; it may be a record even so.
func seqOf(line []byte) (uint64, bool) {
	rest, found := bytes.CutPrefix(line, seqPrefix)
	digits, _, ended := bytes.Cut(rest[:min(len(rest), 20)], []byte{','})
	if !found || !ended {
		return 0, false
	}
	seq, err := strconv.ParseUint(string(digits), 10, 64)
	return seq, err == nil
}
