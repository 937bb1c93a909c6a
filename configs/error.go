package configs

import (
	"strconv"
	"strings"
	"unicode"
)

// Error is why a settings file is not taken. It shows no value of a key that looks
// like a secret.
type Error struct {
	// File is the path of the file.
	File string
	// Line and Column say where, counted from 1, the column in characters. Line is 0
	// where the trouble is with the whole file.
	Line, Column int
	// Summary says what is wrong, on one line and without the file's name.
	Summary string
	// Hint is the next step, "" where the summary says it.
	Hint string

	excerpt string // the line with a caret under the place, "" where there is none
	cause   error  // what the system said, nil where it said nothing
}

// Error implements error: one line, with the place in front as compilers write it.
func (e *Error) Error() string {
	text := printable(e.File)
	if e.Line > 0 {
		text += ":" + strconv.Itoa(e.Line) + ":" + strconv.Itoa(e.Column)
	}
	return "reading settings: " + text + ": " + e.Summary
}

// Unwrap returns what the system said, for errors.Is.
func (e *Error) Unwrap() error { return e.cause }

// Detail returns the error over several lines, for a person: the line it is about,
// a caret under the place and the next step.
func (e *Error) Detail() string {
	text := e.Error() + "\n"
	if e.excerpt != "" {
		text += "\n" + e.excerpt
	}
	if e.Hint != "" {
		text += "\n" + printable(e.Hint) + "\n"
	}
	return text
}

// excerpt returns line with its number and a caret under at. A secret line keeps its
// number and the name of its key only.
func excerpt(line string, at place, secret bool) string {
	if secret {
		line = hide(line)
	}
	line = printable(line)
	length := len([]rune(line))
	at.column = min(at.column, length+1)
	at.width = max(1, min(at.width, length+1-at.column))
	number := strconv.Itoa(at.line)
	margin := strings.Repeat(" ", len(number))
	return "  " + number + " | " + line + "\n" +
		"  " + margin + " | " + strings.Repeat(" ", at.column-1) + strings.Repeat("^", at.width) + "\n"
}

// printable returns foreign text as a terminal may show it: what is no printable
// character takes up one place as itself cannot be shown, so that columns stay true.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case !unicode.IsPrint(r):
			return '?'
		}
		return r
	}, text)
}
