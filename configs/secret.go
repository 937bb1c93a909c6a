package configs

import (
	"slices"
	"strings"
)

// secretHint is the next step for someone who wrote a secret into a settings file.
const secretHint = `secrets live in the keychain: delete the line and run "bento-cred login"`

// secretWords are what the names of secrets have in them.
var secretWords = []string{
	"token", "secret", "password", "passwd", "passphrase", "apikey", "credential", "authorization", "bearer",
}

// looksSecret reports whether text names a secret.
func looksSecret(text string) bool {
	text = strings.ToLower(text)
	text = strings.NewReplacer("passphrase_file", "", "_", "", "-", "").Replace(text)
	return slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(text, word) })
}

// holdsSecret reports whether a line of a settings file may hold a secret. It errs
// on the safe side: a line that is hidden for nothing costs a look into the file.
func holdsSecret(line string) bool {
	if strings.HasPrefix(strings.TrimSpace(line), "#") {
		return false
	}
	parts := strings.Split(line, "=")
	if len(parts) == 1 {
		return looksSecret(line)
	}
	for i, key := range parts[:len(parts)-1] {
		if looksSecret(key) && !namesPassphraseSource(key, parts[i+1]) {
			return true
		}
	}
	return false
}

// namesPassphraseSource reports whether key and value are our own
// passphrase = "auto" or its like, which say where a secret is and are none.
func namesPassphraseSource(key, value string) bool {
	key = strings.TrimSpace(key)
	if key != "passphrase" && key != "store.passphrase" {
		return false
	}
	value, _, _ = strings.Cut(value, "#")
	return slices.Contains(passphrases, Passphrase(strings.Trim(value, "\"' \t\r")))
}

// hide returns line without what may be a secret: the name of its key where it
// plainly has one, and nothing else.
func hide(line string) string {
	const hidden = "[hidden]"
	name, _, found := strings.Cut(line, "=")
	plain := func(r rune) bool { return strings.ContainsRune(" \t._-", r) || isLetterOrDigit(r) }
	if !found || !holdsSecret(line) || strings.ContainsFunc(name, func(r rune) bool { return !plain(r) }) {
		return hidden
	}
	return name + "= " + hidden
}

// isLetterOrDigit reports whether r is one of those TOML takes in a bare key.
func isLetterOrDigit(r rune) bool {
	return (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') || (r >= '0' && r <= '9')
}
