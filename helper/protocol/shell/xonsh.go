package shell

// assignXonsh writes Python. A byte that is not UTF-8 becomes the lone surrogate by
// which Python itself carries such bytes in an environment.
func assignXonsh(dst []byte, name, value string) []byte {
	const surrogateEscape = 0xdc00
	dst = append(dst, `${...}["`...)
	dst = append(dst, name...)
	dst = append(dst, `"] = "`...)
	for value != "" {
		r, rest, ok := next(value)
		switch {
		case !ok:
			dst = appendCodePoint(dst, surrogateEscape+r)
		case r < 0x80 && isPlain(byte(r)):
			dst = append(dst, byte(r))
		default:
			dst = appendCodePoint(dst, r)
		}
		value = rest
	}
	return append(dst, '"')
}
