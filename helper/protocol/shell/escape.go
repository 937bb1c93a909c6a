package shell

import (
	"unicode/utf16"
	"unicode/utf8"
)

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isPlain reports whether c is one of the bytes that mean themselves in every dialect,
// in quotes and out of them. Tokens and URLs are made of these.
func isPlain(c byte) bool {
	if isLetter(c) || isDigit(c) {
		return true
	}
	switch c {
	case '_', '.', '/', ':', '=', '@', ',', '+', '-':
		return true
	}
	return false
}

// plain reports whether value has nothing but plain bytes.
func plain(value string) bool {
	for i := range len(value) {
		if !isPlain(value[i]) {
			return false
		}
	}
	return true
}

// appendOctal appends c as \ooo. Three digits always: a shorter escape would swallow a
// digit that follows.
func appendOctal(dst []byte, c byte) []byte {
	return append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
}

// appendHex appends the lowest digits hexadecimal digits of n.
func appendHex(dst []byte, n uint32, digits int) []byte {
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		dst = append(dst, "0123456789abcdef"[n>>shift&0xf])
	}
	return dst
}

// appendCodePoint appends r as \uhhhh or \Uhhhhhhhh, which elvish and Python read as
// one code point.
func appendCodePoint(dst []byte, r rune) []byte {
	if r > 0xffff {
		return appendHex(append(dst, `\U`...), uint32(r), 8)
	}
	return appendHex(append(dst, `\u`...), uint32(r), 4)
}

// appendUnits appends r as one or two UTF-16 code units, each of four digits between
// before and after, which is how JSON and .NET name characters.
func appendUnits(dst []byte, r rune, around frame) []byte {
	for _, unit := range utf16.AppendRune(nil, r) {
		dst = append(dst, around.before...)
		dst = appendHex(dst, uint32(unit), 4)
		dst = append(dst, around.after...)
	}
	return dst
}

// next splits the first character off value. A byte that is not part of any comes back
// with ok false, as itself.
func next(value string) (r rune, rest string, ok bool) {
	r, size := utf8.DecodeRuneInString(value)
	if r == utf8.RuneError && size == 1 {
		return rune(value[0]), value[1:], false
	}
	return r, value[size:], true
}
