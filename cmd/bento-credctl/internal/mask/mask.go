// Package mask takes secrets out of what a program writes.
//
// A Writer passes on what is written to it, and where a secret stands it writes "[secret]".
// A secret is found as it is, and in the forms that programs which talk HTTP put it into by
// themselves: an error that shows the request's headers, a URL with a query, a dump of bytes.
//
//	plain         abc/def
//	base64        YWJjL2RlZg==, in either alphabet, with and without padding, also in the
//	              middle of what was encoded: the header of user:SECRET
//	hexadecimal   6162632f646566, in lower or upper case
//
// and each of them with any of its characters escaped: %2F as in a URL, \/ or \u002f as in
// JSON, and more (see escape). Which ones are escaped makes no difference, so no encoder's
// taste has to be known.
//
// What comes in pieces is found all the same: the end of what was written is held back as
// long as it may be the beginning of a form, and not longer, so that a question without a
// newline is seen. What is held back is at most as long as a form, in which every character
// may be an escape of six. What is no part of a form passes byte for byte.
//
// Forms that overlap are taken out together, for one "[secret]". So what stands between two of
// them never has a whole form, and what comes out does not depend on how it came in.
//
// # What is not found
//
// An encoding of fewer than eight characters, as of a secret of five: it would be found by
// accident everywhere. The secret itself is taken out however short it is.
//
// A secret that is cut, reversed, in other letters, compressed, encrypted or hashed; that
// is encoded twice, but for escapes over base64 and hexadecimal; that has anything in between,
// as line ends in wrapped base64, colours, or blanks in a hexadecimal dump; that is written
// in another encoding of text, as UTF-16; or a character beyond ASCII as \u00e9. In base64
// up to six bits of the first and of the last byte are shared with a neighbour, and may stay
// where a text was cut there. Whoever wants a secret out gets it out: a Writer stops
// accidents.
package mask

import (
	"errors"
	"io"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// replacement stands where a secret was.
const replacement = "[secret]"

var errClosed = errors.New("writing to a mask that was closed")

// span is a part of the stream that is not to be seen.
type span struct {
	start, end int64
	more       bool // it goes on where one ends for which the replacement was written
}

// Writer writes to another Writer what was written to it, without secrets. It is for one
// goroutine at a time.
//
// There is no way to flush it before the end: what it holds may be half a secret.
type Writer struct {
	out     io.Writer
	matcher *matcher
	err     error // what ended it

	held   []byte // what was seen and not written
	base   int64  // where in the stream that begins
	spans  []span // not written yet, in order; no two overlap
	masked int64  // where the last span ends that was written
}

// New returns a Writer that writes to w what is written to it, without secrets. An empty one
// is no secret.
func New(w io.Writer, secrets ...credential.Secret) *Writer {
	var values []string
	for _, secret := range secrets {
		if !secret.IsZero() {
			values = append(values, secret.Reveal())
		}
	}
	return &Writer{out: w, matcher: newMatcher(values)}
}

// Write implements io.Writer. What may be the beginning of a secret is written when more has
// come, or by Close.
func (w *Writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	for rest := p; ; rest = rest[1:] {
		rest = rest[w.matcher.skip(rest):]
		if len(rest) == 0 {
			break
		}
		if start := w.matcher.step(rest[0]); start != none {
			w.hide(span{start: start, end: w.matcher.at})
		}
	}
	data := p
	if len(w.held) > 0 {
		data = append(w.held, p...)
	}
	if err := w.release(data, w.matcher.earliest()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close writes what is held back, as no more will come, and leaves the other Writer open.
func (w *Writer) Close() error {
	if errors.Is(w.err, errClosed) {
		return nil
	}
	if w.err != nil {
		return w.err
	}
	err := w.release(w.held, w.matcher.at)
	if err == nil {
		w.err = errClosed
	}
	return err
}

// hide notes a part that is not to be seen. It ends where the stream does, so of the parts
// noted before it overlaps the last ones, if any.
func (w *Writer) hide(s span) {
	for last := len(w.spans) - 1; last >= 0 && w.spans[last].end > s.start; last-- {
		s.start = min(s.start, w.spans[last].start)
		s.more = s.more || w.spans[last].more
		w.spans = w.spans[:last]
	}
	if s.start < w.masked {
		s.start, s.more = w.masked, true
	}
	w.spans = append(w.spans, s)
}

// release writes of data, which begins at w.base, what no form can reach that is complete
// later, and holds back the rest. Such a form begins at open or later.
//
// A span before open begins where it does for good, so it is written though it may go on;
// what it goes on with is held back then. One behind open may yet become a part of another.
func (w *Writer) release(data []byte, open int64) error {
	at := w.base
	var out []byte
	spans := w.spans
	for len(spans) > 0 && spans[0].start <= open {
		s := spans[0]
		if !s.more {
			out = append(append(out, data[at-w.base:s.start-w.base]...), replacement...)
		}
		at, w.masked, spans = s.end, s.end, spans[1:]
	}
	plain := data[at-w.base : max(at, open)-w.base]
	if len(out) > 0 {
		plain = append(out, plain...)
	}
	at = max(at, open)
	if len(plain) > 0 {
		if _, err := w.out.Write(plain); err != nil {
			w.err = err
			return err
		}
	}
	w.held = append(w.held[:0], data[at-w.base:]...)
	w.spans = append(w.spans[:0], spans...)
	w.base = at
	return nil
}
