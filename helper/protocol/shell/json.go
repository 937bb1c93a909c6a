package shell

// assignJSON writes one member. It is ASCII alone, so that no reader's code page gets
// a say.
func assignJSON(dst []byte, name, value string) []byte {
	dst = append(dst, '"')
	dst = append(dst, name...)
	dst = append(dst, `":"`...)
	for value != "" {
		r, rest, _ := next(value)
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case ' ' <= r && r <= '~':
			dst = append(dst, byte(r))
		default:
			dst = appendUnits(dst, r, frame{`\u`, ""})
		}
		value = rest
	}
	return append(dst, '"')
}
