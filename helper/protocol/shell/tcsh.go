package shell

// assignTcsh writes for tcsh. Its $'...' takes an octal escape for a code point, not a
// byte, so everything beyond ASCII stays raw. A plain value needs no $'...' and is
// understood by the older csh too.
func assignTcsh(dst []byte, name, value string) []byte {
	dst = append(dst, "setenv "...)
	dst = append(dst, name...)
	dst = append(dst, ' ')
	if !plain(value) {
		dst = append(dst, '$')
	}
	dst = append(dst, '\'')
	for i := range len(value) {
		if c := value[i]; isPlain(c) || c >= 0x80 {
			dst = append(dst, c)
		} else {
			dst = appendOctal(dst, c)
		}
	}
	return append(dst, "';"...)
}
