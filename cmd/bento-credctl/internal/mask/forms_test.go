package mask

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// spellings returns ways in which real encoders write a secret, made by them. Each must be
// found.
func spellings(r *rand.Rand, secret string) []string {
	all := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret),
		escapedBy(r, secret, "%%%02x"), escapedBy(r, secret, "%%%02X"),
		escapedBy(r, secret, `\u%04x`), escapedBy(r, secret, `\u%04X`), escapedBy(r, secret, `\x%02x`),
	}
	if quoted, err := json.Marshal(secret); err == nil && utf8.ValidString(secret) { // JSON holds text alone
		inJSON := string(quoted[1 : len(quoted)-1])
		all = append(all, inJSON, strings.ReplaceAll(inJSON, "/", `\/`))
	}
	if 2*len(secret) >= minLength {
		all = append(all, hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret))))
	}
	for before := range 3 {
		if f, ok := base64At(secret, before); ok {
			all = append(all, inBase64(r, secret, before, len(f.positions))...)
		}
	}
	return all
}

// inBase64 returns what of the base64 of a longer text is the secret's, from encodings of
// texts with so many bytes before it and up to three behind.
func inBase64(r *rand.Rand, secret string, before, length int) []string {
	var all []string
	for behind := range 4 {
		text := []byte(strings.Repeat("x", before) + secret + strings.Repeat("x", behind))
		for i := range before {
			text[i] = byte(r.IntN(256))
		}
		for i := before + len(secret); i < len(text); i++ {
			text[i] = byte(r.IntN(256))
		}
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
			encoded := encoding.EncodeToString(text)
			encoded = encoded[before:] // one character for each byte before is the neighbour's alone
			encoded = encoded[:min(len(encoded), length)]
			if behind > 0 { // no padding of the secret's own
				encoded = encoded[:min(len(encoded), (8*(before+len(secret))+5)/6-before)]
			}
			all = append(all, encoded, url.QueryEscape(encoded), strings.ReplaceAll(encoded, "/", `\/`))
		}
	}
	return all
}

// escapedBy returns text with some of its characters escaped.
func escapedBy(r *rand.Rand, text, format string) string {
	var b strings.Builder
	often := 1 + r.IntN(3)
	for _, c := range []byte(text) {
		if r.IntN(often) == 0 && (c < 0x80 || !strings.HasPrefix(format, `\u`)) {
			fmt.Fprintf(&b, format, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// occurrences returns all parts of text that are a form, found by trying everything
// everywhere.
func occurrences(secret, text string) []span {
	var all []span
	for _, f := range forms(secret) {
		for _, begin := range f.begins {
			for start := range len(text) {
				for _, end := range f.from(text, start, begin) {
					all = append(all, span{start: int64(start), end: int64(end)})
				}
			}
		}
	}
	return all
}

// from returns where in text the form may end whose rest from a position on begins at at.
func (f *form) from(text string, at, position int) []int {
	var ends []int
	if slices.Contains(f.ends, position) {
		ends = append(ends, at)
	}
	if position == len(f.positions) {
		return ends
	}
	for length := 1; length <= maxEscape && at+length <= len(text); length++ {
		for _, char := range meanings(text[at : at+length]) {
			if f.positions[position].has(char) {
				ends = append(ends, f.from(text, at+length, position+1)...)
			}
		}
	}
	slices.Sort(ends)
	return slices.Compact(ends)
}

// meanings returns the characters that a piece of text may stand for.
func meanings(piece string) []byte {
	var code uint
	scan := func(format string) bool {
		// Sscanf takes signs and spaces for a part of a number; so it is written again.
		_, err := fmt.Sscanf(strings.ToLower(piece), format, &code)
		return err == nil && fmt.Sprintf(format, code) == strings.ToLower(piece)
	}
	switch len(piece) {
	case 1:
		if piece == "+" {
			return []byte("+ ")
		}
		return []byte(piece)
	case 2:
		if at := strings.IndexByte("bfnrt", piece[1]); piece[0] == '\\' && at >= 0 {
			return []byte{"\b\f\n\r\t"[at]}
		}
		if piece[0] == '\\' && strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", piece[1]) >= 0 {
			return []byte{piece[1]}
		}
	case 3:
		if scan("%%%02x") {
			return []byte{byte(code)}
		}
	case 4:
		if piece[1] == 'x' && scan(`\x%02x`) {
			return []byte{byte(code)}
		}
	case 6:
		if piece[1] == 'u' && scan(`\u%04x`) && code < 0x80 {
			return []byte{byte(code)}
		}
	}
	return nil
}

// masked returns what is to be written in the place of text.
func masked(secret, text string) string {
	spans := occurrences(secret, text)
	slices.SortFunc(spans, func(a, b span) int { return int(a.start - b.start) })
	var out strings.Builder
	at := 0
	for len(spans) > 0 {
		s := spans[0]
		for spans = spans[1:]; len(spans) > 0 && spans[0].start < s.end; spans = spans[1:] {
			s.end = max(s.end, spans[0].end)
		}
		out.WriteString(text[at:s.start] + replacement)
		at = int(s.end)
	}
	return out.String() + text[at:]
}
