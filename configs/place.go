package configs

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// place is a piece of one line. The line counts from 1, the column from 1 and in
// characters, so does the width.
type place struct{ line, column, width int }

// inCharacters returns p, whose column and width count bytes of line, counting
// characters and not reaching behind the line's end.
func (p place) inCharacters(line string) place {
	start := min(max(p.column-1, 0), len(line))
	end := min(start+max(p.width, 0), len(line))
	p.column = utf8.RuneCountInString(line[:start]) + 1
	p.width = max(1, utf8.RuneCountInString(line[start:end]))
	return p
}

// find returns where key stands. The parser knows the line of the key's value (the
// last one of a text that has several), so the key is the last part's nearest
// mention at or above it.
func (d document) find(key toml.Key) place {
	last := key[len(key)-1]
	bottom := d.valueLine(key)
	for number := min(bottom, len(d.lines)); number > 0; number-- {
		line := d.lines[number-1]
		if at := indexWord(line, last); at >= 0 {
			return place{line: number, column: at + 1, width: len(last)}.inCharacters(line)
		}
	}
	// The key is spelled with escapes, so that its text is nowhere.
	return place{line: bottom, column: 1, width: 1}
}

// indexWord returns where word stands in line on its own, or -1.
func indexWord(line, word string) int {
	if word == "" {
		return strings.Index(line, `""`)
	}
	for from := 0; ; {
		at := strings.Index(line[from:], word)
		if at < 0 {
			return -1
		}
		at += from
		end := at + len(word)
		if (at == 0 || !isBare(line[at-1])) && (end == len(line) || !isBare(line[end])) {
			return at
		}
		from = end
	}
}

// isBare reports whether b belongs to a bare key.
func isBare(b byte) bool { return b == '_' || b == '-' || isLetterOrDigit(rune(b)) }

// valueLine returns the line of the value that key has. The parser tells positions
// in its errors alone, so it is made to report one there.
func (d document) valueLine(key toml.Key) int {
	last := len(d.lines)
	table := d.raw
	for i, part := range key {
		value, found := table[part]
		if !found {
			return last
		}
		var parse toml.ParseError
		if err := d.meta.PrimitiveDecode(value, new(refuser)); errors.As(err, &parse) && parse.Position.Line > 0 {
			last = parse.Position.Line
		}
		if i == len(key)-1 {
			break
		}
		table = nil
		if err := d.meta.PrimitiveDecode(value, &table); err != nil {
			return last // an array of tables, which we have nowhere
		}
	}
	return last
}

// refuser is a value that cannot be decoded.
type refuser struct{}

// errRefused is what a refuser says.
var errRefused = errors.New("refused")

// UnmarshalTOML implements toml.Unmarshaler.
func (refuser) UnmarshalTOML(any) error { return errRefused }
