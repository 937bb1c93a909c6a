package shell

import "strings"

// assignDotenv writes a line that python-dotenv, the dotenv and --env-file of Node.js
// and a shell's `set -a; . ./.env` read alike. A plain value goes without quotes, which
// docker --env-file would keep as part of it; any other value docker cannot have.
// Between single quotes the readers leave nearly everything alone; a value with a
// single quote of its own goes between double ones.
func assignDotenv(dst []byte, name, value string) []byte {
	quote := ""
	switch {
	case plain(value):
	case singleQuotable(value):
		quote = "'"
	default:
		quote = `"`
	}
	dst = append(dst, name...)
	dst = append(dst, '=')
	dst = append(dst, quote...)
	dst = append(dst, value...)
	return append(dst, quote...)
}

// checkDotenv refuses what no quoting carries to all the readers: they undo different
// escapes, and all but the shell turn a carriage return into a newline or drop it.
func checkDotenv(value string) error {
	if strings.ContainsAny(value, "\\\r") || !singleQuotable(value) && strings.ContainsAny(value, "\"$`") {
		return ErrDotenv
	}
	return nil
}

// singleQuotable reports whether value keeps its meaning between single quotes.
// python-dotenv expands ${NAME} even there.
func singleQuotable(value string) bool {
	return !strings.Contains(value, "'") && !strings.Contains(value, "${")
}
