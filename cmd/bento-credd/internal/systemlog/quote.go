package systemlog

import (
	"strconv"
	"strings"
	"unicode"
)

// quoted returns a value as it stands in a line: in quotes where it could be taken for more
// than one value, or for the end of the line.
func quoted(value string) string {
	if value == "" || strings.ContainsFunc(value, func(r rune) bool {
		return r == '"' || r == '=' || unicode.IsSpace(r) || !unicode.IsPrint(r)
	}) {
		return strconv.Quote(value)
	}
	return value
}
