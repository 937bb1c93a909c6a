package mask

// maxEscape is the length of the longest escape, \u002f.
const maxEscape = 6

// escape is a character that stands for another one, or several that do.
type escape struct {
	length int
	char   byte
}

// recent are the last bytes of a stream, the last one lowest.
type recent uint64

// back returns the byte so many before the last one.
func (r recent) back(n int) byte { return byte(r >> (8 * n)) }

// ending appends to all the escapes that end with the last byte:
//
//   - a space, in a form's data (application/x-www-form-urlencoded)
//     %2f %2F         any byte, in a URL
//     \/ \" \$        any character that is neither letter nor digit, in JSON or for a shell
//     \b \f \n \r \t  in JSON
//     \u002f          a character of ASCII, in JSON
//     \x2f            any byte, in Python, C and others
//
// They are read off the text alone, and a text is not asked which language it is in: what
// stands there may be an escape, and it may as well stand for itself. Both are tried.
func (r recent) ending(all []escape) []escape {
	last := r.back(0)
	if last == '+' {
		all = append(all, escape{1, ' '})
	}
	if r.back(1) == '\\' {
		if char, ok := unescaped(last); ok {
			all = append(all, escape{2, char})
		}
	}
	low, isDigit := digit(last)
	if !isDigit {
		return all
	}
	high, isDigit := digit(r.back(1))
	if !isDigit {
		return all
	}
	char := high<<4 | low
	switch {
	case r.back(2) == '%':
		all = append(all, escape{3, char})
	case r.back(2) == 'x' && r.back(3) == '\\':
		all = append(all, escape{4, char})
	case r.back(2) == '0' && r.back(3) == '0' && r.back(4) == 'u' && r.back(5) == '\\' && char < 0x80:
		all = append(all, escape{maxEscape, char})
	}
	return all
}

// begun is an escape that has begun and not ended. The zero begun is none.
type begun struct {
	length int
	known  bool // the upper four bits of the character are known
	high   byte // they are these
}

// mayBe reports whether the escape may become one for a character of s.
func (b begun) mayBe(s *set) bool {
	if b.known {
		return s.hasHigh(b.high)
	}
	return *s != set{}
}

// begun returns the escape that the last byte is in the middle of. No byte is in two.
func (r recent) begun() begun {
	last, before := r.back(0), r.back(1)
	high, isDigit := digit(last)
	switch {
	case leads(last):
		return begun{length: 1}
	case before == '\\' && (last == 'u' || last == 'x'):
		return begun{length: 2}
	case isDigit && before == '%':
		return begun{2, true, high}
	case r.back(2) == '\\' && before == 'x' && isDigit:
		return begun{3, true, high}
	case r.back(2) == '\\' && before == 'u' && last == '0':
		return begun{length: 3}
	case r.back(3) == '\\' && r.back(2) == 'u' && before == '0' && last == '0':
		return begun{length: 4}
	case r.back(4) == '\\' && r.back(3) == 'u' && r.back(2) == '0' && before == '0' && isDigit && high < 8:
		return begun{5, true, high}
	}
	return begun{}
}

// leads reports whether an escape of several characters may begin with c.
func leads(c byte) bool { return c == '%' || c == '\\' }

// unescaped returns what a character behind a backslash stands for.
func unescaped(c byte) (char byte, ok bool) {
	switch c {
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	}
	letter := c|0x20 >= 'a' && c|0x20 <= 'z'
	return c, c > ' ' && c < 0x7f && !letter && (c < '0' || c > '9')
}

// digit returns the value of a hexadecimal digit.
func digit(c byte) (value byte, ok bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
