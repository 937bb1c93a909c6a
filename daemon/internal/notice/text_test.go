package notice

import (
	"html"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestLines(t *testing.T) {
	tests := map[string]struct {
		text string
		most int
		want string
	}{
		"as it is":          {"Token für \"prod\"\nläuft ab", 40, "Token für \"prod\"\nläuft ab"},
		"just fits":         {"abc", 3, "abc"},
		"cut":               {"abcd", 3, "ab…"},
		"control character": {"a\x1b[31mb\x00c\td\r\n", 40, "a [31mb c d \n"},
		"turned round":      {"a\u202eb", 40, "a b"},
		"not UTF-8":         {"a\xff\xfeb", 40, "a\uFFFDb"},
		"empty":             {"", 3, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := lines(test.text, test.most); got != test.want {
				t.Errorf("lines() = %q, want %q", got, test.want)
			}
		})
	}
	if got := line("a\nb", 40); got != "a b" {
		t.Errorf("line() = %q", got)
	}
}

// FuzzText has a name from elsewhere in a notice: the bus can carry what comes of it, and
// as markup it shows that and nothing else.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "a & b", "<b>x</b>", "&lt;", "<a href=\"x\">\x00", "\xff\u202e\n", "&amp;lt;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		shown := lines(text, maxText)
		unprintable := func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }
		if !utf8.ValidString(shown) || strings.ContainsFunc(shown, unprintable) || utf8.RuneCountInString(shown) > maxText {
			t.Errorf("%q is shown as %q", text, shown)
		}
		markup := escape(shown)
		if back := html.UnescapeString(markup); back != shown || strings.ContainsAny(markup, "<>") {
			t.Errorf("%q is marked up as %q, which shows %q", shown, markup, back)
		}
	})
}
