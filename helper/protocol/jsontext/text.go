package jsontext

import (
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
