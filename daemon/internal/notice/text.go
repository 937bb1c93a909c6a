package notice

import (
	"strings"
	"unicode"
)

// The caps on what is shown, in characters: names in it come from elsewhere, and what
// does not fit on a screen is not read.
const (
	maxTitle = 200
	maxText  = 1000
)

// line returns text on one line, and at most so long.
func line(text string, most int) string {
	return lines(strings.ReplaceAll(text, "\n", " "), most)
}

// lines returns text as the bus can carry it and a screen show it: valid UTF-8 without
// control characters, and at most so long. A bus throws whoever sends it anything else
// off, and an invisible character can turn a sentence round.
func lines(text string, most int) string {
	runes := []rune(strings.ToValidUTF8(text, "\uFFFD"))
	if len(runes) > most {
		runes = append(runes[:most-1], '…')
	}
	for i, r := range runes {
		if r != '\n' && !unicode.IsPrint(r) {
			runes[i] = ' '
		}
	}
	return string(runes)
}

// escape returns text as markup that shows text.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
