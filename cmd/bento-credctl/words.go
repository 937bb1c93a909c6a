package main

import (
	"strconv"
	"strings"
)

// shellWord returns text as one word of a command that is shown for copying.
func shellWord(text string) string {
	for _, r := range text {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,", r) {
			return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
		}
	}
	if text == "" {
		return "''"
	}
	return text
}

// quoted returns text, which somebody else wrote, as it stands in a sentence.
func quoted(text string) string { return strconv.Quote(text) }
