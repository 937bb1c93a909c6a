package bentocloud

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// maxShown is how much of a server's text a person is shown, in characters.
const maxShown = 200

// redacted stands where a server's text held a secret.
const redacted = "[secret]"

// veil makes what a server says fit to be shown. The zero veil knows no secret.
type veil struct {
	secrets  []string
	replacer *strings.Replacer // nil without secrets
}

// hiding returns a veil that hides more secrets than v does. Empty ones are none.
func (v veil) hiding(more ...string) veil {
	secrets := slices.Concat(v.secrets, more)
	secrets = slices.DeleteFunc(secrets, func(secret string) bool { return secret == "" })
	var forms []string
	for _, secret := range secrets {
		forms = append(forms, echoes(secret)...)
	}
	// The longest comes first, lest a secret that another begins with leave the rest
	// of that one standing.
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, form := range forms {
		if form != "" {
			pairs = append(pairs, form, redacted)
		}
	}
	if len(pairs) == 0 {
		return veil{}
	}
	return veil{secrets: secrets, replacer: strings.NewReplacer(pairs...)}
}

// echoes returns the forms a secret may come back in: as it went out, as an address
// has it, and as a program quotes it.
func echoes(secret string) []string {
	quoted := strconv.Quote(secret)
	return []string{
		oneLine(secret),
		oneLine(quoted[1 : len(quoted)-1]),
		url.QueryEscape(secret),
		url.PathEscape(secret),
	}
}

// clean makes a text one line of printable characters, without the secrets, and cuts
// it short. The secrets are looked for last but the cut, when nothing is left that
// could stand between their characters.
func (v veil) clean(text string) string {
	text = oneLine(text)
	if v.replacer != nil {
		text = v.replacer.Replace(text)
	}
	if runes := []rune(text); len(runes) > maxShown {
		text = string(runes[:maxShown]) + "…"
	}
	return text
}

// cleanAll cleans each of several texts.
func (v veil) cleanAll(texts []string) []string {
	var cleaned []string
	for _, text := range texts {
		cleaned = append(cleaned, v.clean(text))
	}
	return cleaned
}

// oneLine returns the printable characters of text, with single spaces between.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	return strings.Join(strings.Fields(text), " ")
}
