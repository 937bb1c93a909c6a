package shell

// assignPrintf writes for shells of which nothing is known but POSIX, with no $'...' then:
// a command substitution around printf. The x at the end keeps trailing newlines, which
// the substitution would take away. printf is built into dash, bash, zsh, ksh93, yash
// and busybox; in mksh it is a program, so that a value would be seen in its arguments,
// which is one reason for mksh to have the bash dialect.
func assignPrintf(dst []byte, name, value string) []byte {
	if plain(value) {
		return appendPlainExport(dst, name, value)
	}
	dst = append(dst, name...)
	dst = append(dst, "=$(printf '"...)
	for i := range len(value) {
		// A format that begins with - would be an option.
		if c := value[i]; isPlain(c) && c != '-' {
			dst = append(dst, c)
		} else {
			dst = appendOctal(dst, c)
		}
	}
	dst = append(dst, "x'); "...)
	dst = append(dst, name...)
	dst = append(dst, "=${"...)
	dst = append(dst, name...)
	dst = append(dst, "%x}; export "...)
	dst = append(dst, name...)
	return append(dst, ';')
}

// assignANSI writes for shells with $'...': every byte that is not plain in octal.
func assignANSI(dst []byte, name, value string) []byte {
	if plain(value) {
		return appendPlainExport(dst, name, value)
	}
	dst = append(dst, "export "...)
	dst = append(dst, name...)
	dst = append(dst, "=$'"...)
	for i := range len(value) {
		if c := value[i]; isPlain(c) {
			dst = append(dst, c)
		} else {
			dst = appendOctal(dst, c)
		}
	}
	return append(dst, "';"...)
}

// appendPlainExport appends an export of a value of plain bytes, the same in every
// POSIX shell. The quotes are there for the empty value.
func appendPlainExport(dst []byte, name, value string) []byte {
	dst = append(dst, "export "...)
	dst = append(dst, name...)
	dst = append(dst, "='"...)
	dst = append(dst, value...)
	return append(dst, "';"...)
}
