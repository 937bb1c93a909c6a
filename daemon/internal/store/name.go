package store

import (
	"fmt"
	"strconv"
	"strings"
)

// maxName is the length of the longest name.
const maxName = 64

// ValidateName returns nil when name may name a value: 1 to 64 of the characters A-Z,
// a-z, 0-9, dot, underscore and hyphen, not beginning with a dot or a hyphen. So no
// name is a path, an option or a hidden file, wherever a keychain puts it: the pass
// backend of 99designs/keyring follows "../" out of its own folder.
func ValidateName(name string) error {
	if name == "" || len(name) > maxName {
		return fmt.Errorf("%w: %d characters long, not 1 to %d", ErrName, len(name), maxName)
	}
	if name[0] == '.' || name[0] == '-' {
		return fmt.Errorf("%w: %q begins with %q", ErrName, name, name[:1])
	}
	for _, r := range name {
		if !plain(r) && (r < 'A' || r > 'Z') {
			return fmt.Errorf("%w: %q holds %q", ErrName, name, r)
		}
	}
	return nil
}

// plain reports whether r stands for itself in the name of an item.
func plain(r rune) bool {
	return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '.' || r == '_' || r == '-'
}

// kind says what a subject is for.
type kind byte

const (
	kindContext kind = 'c' // what a caller put
	kindMarker  kind = 'm' // the proof that a store was made in this keychain
	kindCanary  kind = 't' // a trial; nothing depends on it
)

// subject is one thing that is kept, by kind and name.
type subject struct {
	kind kind
	name string
}

// item is one entry in the keychain: a piece of one generation of a subject.
type item struct {
	subject
	generation uint64
	piece      int // 0 is the head
}

// key returns the name of i in the keychain, as in "c.my+prod~18b2c3d4e5f60718~p1": the kind, the
// name, the generation, and the piece unless it is the head. A capital is written as a
// plus sign and the small letter, since Windows and macOS file names, and Windows
// credentials, do not tell the two apart. The kind in front keeps a name such as
// "con" from being one that Windows reserves.
func (i item) key() string {
	var b strings.Builder
	b.WriteByte(byte(i.kind))
	b.WriteByte('.')
	for _, r := range i.name {
		if 'A' <= r && r <= 'Z' {
			b.WriteByte('+')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	fmt.Fprintf(&b, "~%016x", i.generation)
	if i.piece > 0 {
		fmt.Fprintf(&b, "~p%d", i.piece)
	}
	return b.String()
}

// parseKey reads the name of an item. It reports false for anything that key does not
// write, which is how the items of others are passed over in a keychain that is shared.
func parseKey(key string) (item, bool) {
	parts := strings.Split(key, "~")
	if len(parts) < 2 || len(parts) > 3 || len(parts[0]) < 3 || len(parts[1]) != 16 {
		return item{}, false
	}
	generation, err := strconv.ParseUint(parts[1], 16, 64)
	if err != nil {
		return item{}, false
	}
	i := item{subject{kind(parts[0][0]), decodeName(parts[0][2:])}, generation, 0}
	if len(parts) == 3 {
		i.piece, err = strconv.Atoi(strings.TrimPrefix(parts[2], "p"))
		if err != nil || i.piece < 1 || i.piece > maxPieces {
			return item{}, false
		}
	}
	known := i.kind == kindContext || i.kind == kindMarker || i.kind == kindCanary
	if !known || ValidateName(i.name) != nil || i.key() != key {
		return item{}, false
	}
	return i, true
}

// decodeName undoes what key does to the capitals of a name.
func decodeName(encoded string) string {
	var b strings.Builder
	capital := false
	for _, r := range encoded {
		switch {
		case r == '+':
			capital = true
			continue
		case capital && 'a' <= r && r <= 'z':
			r -= 'a' - 'A'
		}
		capital = false
		b.WriteRune(r)
	}
	return b.String()
}
