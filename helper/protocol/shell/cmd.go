package shell

// assignCmd writes for cmd.exe. The quotes around the whole assignment keep & | < > ^
// from being operators in a batch file, and are not part of the value.
func assignCmd(dst []byte, name, value string) []byte {
	dst = append(dst, `set "`...)
	dst = append(dst, name...)
	dst = append(dst, '=')
	dst = append(dst, value...)
	return append(dst, '"')
}

// checkCmd refuses every value that could arrive changed.
func checkCmd(value string) error {
	const longest = 8000 // cmd.exe reads lines of 8,191 characters
	if value == "" || len(value) > longest {
		return ErrCmd
	}
	for i := range len(value) {
		switch c := value[i]; {
		case c < ' ' || c > '~', c == '%', c == '!', c == '"':
			return ErrCmd
		}
	}
	return nil
}
