package ask

import (
	"strconv"
	"strings"
	"unicode"
)

// maxBrief bounds what is told of a program's own words, in characters.
const maxBrief = 200

// encode returns a command with a text, on one line and no longer than a line may be.
// Control characters, and others that cannot be seen and might turn a sentence round,
// become blanks.
func encode(command, text string) string {
	const dots = "..."
	var line strings.Builder
	line.WriteString(command)
	fits := line.Len() // how much of the line there may be if it is cut
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		switch {
		case r == '\n':
			line.WriteString("%0A")
		case r == '%':
			line.WriteString("%25")
		case unicode.IsPrint(r):
			line.WriteRune(r)
		default:
			line.WriteByte(' ')
		}
		if line.Len() > maxCommand {
			return line.String()[:fits] + dots
		}
		if line.Len() <= maxCommand-len(dots) {
			fits = line.Len()
		}
	}
	return line.String()
}

// plain returns text in ASCII, other characters as \u00e9: two names that differ look
// different then, too.
func plain(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r <= unicode.MaxASCII {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return b.String()
}

// brief returns a foreign text for an error: its beginning.
func brief(text string) string {
	runes := []rune(strings.TrimSpace(text))
	if len(runes) > maxBrief {
		runes = append(runes[:maxBrief], '…')
	}
	return string(runes)
}

// isWord reports whether text can be the value of an option, which has no encoding.
func isWord(text string) bool {
	return text != "" && len(text) <= maxBrief && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}
