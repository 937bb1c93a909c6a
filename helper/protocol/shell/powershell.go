package shell

// assignPowerShell writes a literal in single quotes, where only the quote is special
// and doubled. Everything but printable ASCII is added by its UTF-16 unit, for three
// reasons: Windows PowerShell decodes a program's output by the console's code page,
// Out-String turns newlines into CR LF, and the curly quotes U+2018 to U+201B end a
// literal as the straight one does.
func assignPowerShell(dst []byte, name, value string) []byte {
	dst = append(dst, "$env:"...)
	dst = append(dst, name...)
	dst = append(dst, " = '"...)
	for value != "" {
		r, rest, _ := next(value)
		switch {
		case r == '\'':
			dst = append(dst, "''"...)
		case ' ' <= r && r <= '~':
			dst = append(dst, byte(r))
		default:
			dst = appendUnits(dst, r, frame{"' + [char]0x", " + '"})
		}
		value = rest
	}
	return append(dst, "';"...)
}
