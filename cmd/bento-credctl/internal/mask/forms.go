package mask

import (
	"encoding/hex"
	"strings"
)

// minLength is how many characters an encoding has at least that is looked for. Three
// characters of base64 stand in every other line of a log; eight are no accident.
const minLength = 8

// The alphabets of base64 (RFC 4648, sections 4 and 5). They differ in the last two
// characters, and what was encoded with one of them is found with both.
const (
	standardAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	urlAlphabet      = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
)

// set is a set of bytes.
type set [4]uint64

// setOf returns the set of the bytes of text.
func setOf(text string) (s set) {
	for _, c := range []byte(text) {
		s[c>>6] |= 1 << (c & 63)
	}
	return s
}

func (s *set) has(c byte) bool { return s[c>>6]>>(c&63)&1 != 0 }

// hasHigh reports whether s has a byte whose upper four bits are high.
func (s *set) hasHigh(high byte) bool { return s[high>>2]>>(high&3*16)&0xffff != 0 }

// form is one way to write a secret: what may stand at each position. Where it begins
// and ends is not always the same, since a text may go on before and behind the secret
// within one encoding.
type form struct {
	positions []set
	begins    []int // the positions that it may begin with
	ends      []int // how many positions are passed where it is complete
}

// forms returns the ways to write a secret, which is not empty. How single characters
// are escaped is not among them: see escape.
func forms(secret string) []form {
	all := []form{plain(secret)}
	if f := hexadecimal(secret); len(f.positions) >= minLength {
		all = append(all, f)
	}
	for before := range 3 {
		if f, ok := base64At(secret, before); ok {
			all = append(all, f)
		}
	}
	return all
}

// plain returns the secret as it is.
func plain(secret string) form {
	f := form{begins: []int{0}, ends: []int{len(secret)}}
	for i := range len(secret) {
		f.positions = append(f.positions, setOf(secret[i:i+1]))
	}
	return f
}

// hexadecimal returns the secret in hexadecimal digits, of which each may be lower or
// upper case.
func hexadecimal(secret string) form {
	digits := hex.EncodeToString([]byte(secret))
	f := form{begins: []int{0}, ends: []int{len(digits)}}
	for i := range len(digits) {
		f.positions = append(f.positions, setOf(digits[i:i+1]+strings.ToUpper(digits[i:i+1])))
	}
	return f
}

// base64At returns the secret as it stands in the base64 of a longer text that has as
// many bytes before it, counted modulo 3; not where too little of it would be certain.
//
// A character is six bits, so the one where the secret begins, or ends, may have some of
// the neighbour's. Such a character can be one of four or sixteen. It belongs to the
// form where it is there, and the form is found without it as well.
func base64At(secret string, before int) (f form, ok bool) {
	const byteBits, charBits = 8, 6
	begin, end := before*byteBits, (before+len(secret))*byteBits
	first, last := (begin+charBits-1)/charBits, end/charBits // whole characters: [first, last)
	if last-first < minLength {
		return form{}, false
	}
	if begin%charBits != 0 {
		f.positions, f.begins = append(f.positions, base64Char(secret, before, first-1)), []int{0}
	}
	f.begins = append(f.begins, len(f.positions))
	for char := first; char < last; char++ {
		f.positions = append(f.positions, base64Char(secret, before, char))
	}
	f.ends = []int{len(f.positions)}
	if end%charBits != 0 {
		f.positions = append(f.positions, base64Char(secret, before, last))
		f.ends = append(f.ends, len(f.positions))
	}
	for range (3 - (before+len(secret))%3) % 3 {
		f.positions = append(f.positions, setOf("="))
		f.ends = append(f.ends, len(f.positions))
	}
	return f, true
}

// base64Char returns what may stand as the character of that number in the base64 of a
// text with the secret behind so many bytes.
func base64Char(secret string, before, number int) set {
	const byteBits, charBits = 8, 6
	var value, known int
	for bit := range charBits {
		value, known = value<<1, known<<1
		at := number*charBits + bit
		if i := at/byteBits - before; at >= before*byteBits && i < len(secret) {
			known |= 1
			value |= int(secret[i]) >> (byteBits - 1 - at%byteBits) & 1
		}
	}
	var chars strings.Builder
	for i := range len(standardAlphabet) {
		if i&known == value {
			chars.WriteString(standardAlphabet[i:i+1] + urlAlphabet[i:i+1])
		}
	}
	return setOf(chars.String())
}
