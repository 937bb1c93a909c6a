package audit

import (
	"strconv"
	"unicode/utf8"
)

// ellipsis ends a string that was cut.
const ellipsis = "…"

// appendText appends s as a JSON string of at most maxText bytes and an ellipsis.
//
// It escapes more than JSON asks for: everything that is not printable, which takes in
// the control characters above ASCII that terminals obey, the line separators that
// some readers split at, and the marks that turn the direction of what follows.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	for begin, i := len(b), 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		before := len(b)
		b = appendRune(b, r)
		if len(b)-begin > maxText {
			b = append(b[:before], ellipsis...)
			break
		}
	}
	return append(b, '"')
}

// appendRune appends a character of a JSON string. What was no UTF-8 comes as U+FFFD,
// which is printable.
func appendRune(b []byte, r rune) []byte {
	switch {
	case r == '"' || r == '\\':
		return append(b, '\\', byte(r))
	case r < utf8.RuneSelf && r >= ' ' && r != 0x7f:
		return append(b, byte(r))
	case strconv.IsPrint(r):
		return utf8.AppendRune(b, r)
	case r > 0xffff: // two halves, as UTF-16 has it
		r -= 0x10000
		return appendEscape(appendEscape(b, 0xd800+r>>10), 0xdc00+r&0x3ff)
	default:
		return appendEscape(b, r)
	}
}

// appendEscape appends \uXXXX.
func appendEscape(b []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}
