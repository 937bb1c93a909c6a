// Package checkup is what doctor looks at: the environment, the place of the socket, the
// daemon, its store, the contexts and BentoML's own file. Each finding comes with the
// one command that mends it.
//
// A finding keeps a program from its token, or gives it another one than the person
// believes, or leaves a token where others can read it. A note does none of these; it
// says what may surprise one day.
//
// The checks only look, and they are functions of what they are given: the environment,
// the daemon's answers and the time. A token in the shell's history is not looked for:
// that would mean reading, line by line, what a person has typed.
package checkup

import "strings"

// Finding is one thing that is not as it should be.
type Finding struct {
	// Name is what programs know the finding by.
	Name string `json:"name"`
	// Problem is a sentence for people. Where it goes on over several lines, they show
	// the place in a file.
	Problem string `json:"problem"`
	// Mend is the command that mends it. Empty: there is nothing to be done.
	Mend string `json:"mend,omitempty"`
	// Note says that nothing fails because of it.
	Note bool `json:"note"`
}

// Problems counts the findings that are no notes.
func Problems(findings []Finding) int {
	n := 0
	for _, finding := range findings {
		if !finding.Note {
			n++
		}
	}
	return n
}

// word returns text as one word of a shell's command.
func word(text string) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,"
	if text != "" && strings.Trim(text, safe) == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
