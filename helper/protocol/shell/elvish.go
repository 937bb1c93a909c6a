package shell

// assignElvish writes for elvish: one double-quoted word, characters by code point and
// bytes that belong to none by \xhh.
func assignElvish(dst []byte, name, value string) []byte {
	dst = append(dst, "set-env "...)
	dst = append(dst, name...)
	dst = append(dst, ` "`...)
	for value != "" {
		r, rest, ok := next(value)
		switch {
		case ok && r < 0x80 && isPlain(byte(r)):
			dst = append(dst, byte(r))
		case ok && r >= 0x80:
			dst = appendCodePoint(dst, r)
		default:
			dst = appendHex(append(dst, `\x`...), uint32(r), 2)
		}
		value = rest
	}
	return append(dst, `";`...)
}
