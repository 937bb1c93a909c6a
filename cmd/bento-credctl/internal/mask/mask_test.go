package mask

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/internal/credential"
)

const madeUp = "made-up/c1qsj5v3m7+fkm8p0"

// through returns what comes out for pieces that go in one by one.
func through(tb testing.TB, secret string, pieces ...string) string {
	tb.Helper()
	var out bytes.Buffer
	w := New(&out, credential.NewSecret(secret))
	for _, piece := range pieces {
		if n, err := io.WriteString(w, piece); err != nil || n != len(piece) {
			tb.Fatalf("Write = %d, %v", n, err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.String()
}

func TestMask(t *testing.T) {
	t.Parallel()
	std := base64.StdEncoding.EncodeToString
	tests := map[string]struct{ secret, text, want string }{
		"nothing":                 {madeUp, "", ""},
		"no secret":               {"", "text", "text"},
		"none in it":              {madeUp, "made-up/c1qsj5v3m7+fkm8p and more", "made-up/c1qsj5v3m7+fkm8p and more"},
		"plain":                   {madeUp, "token: " + madeUp + ".\n", "token: [secret].\n"},
		"twice":                   {madeUp, madeUp + madeUp, "[secret][secret]"},
		"overlapping":             {"abcab", "xabcabcabx", "x[secret]x"},
		"begun twice":             {"aab", "aaab", "a[secret]"},
		"one character":           {"a", "banana", "b[secret]n[secret]n[secret]"},
		"short, no encoding":      {"abcd", std([]byte("abcd")), std([]byte("abcd"))},
		"user and password":       {madeUp, "Basic " + std([]byte("user:"+madeUp)), "Basic dXNlcj[secret]"},
		"padding":                 {"abcdefg", std([]byte("abcdefg")) + "=", "[secret]="},
		"a URL":                   {madeUp, "?token=made-up%2Fc1qsj5v3m7%2bfkm8p0&x", "?token=[secret]&x"},
		"a URL, all of it":        {"abc", "%61%62%63%64", "[secret]%64"},
		"a percent sign before":   {"61bcdefg", "100%61bcdefg", "100%[secret]"},
		"a secret with one":       {"a%62c", "a%62c abc a%2562c", "[secret] abc [secret]"},
		"JSON":                    {madeUp, `{"token":"made-up\/c1qsj5v3m7\u002Bfkm8p0"}`, `{"token":"[secret]"}`},
		"JSON, a quote in it":     {`a"b'c`, `a\"b\u0027c`, "[secret]"},
		"a backslash before":      {"/bcdefg", `C:\\/bcdefg`, `C:\[secret]`},
		"a shell's":               {"a$b c", `a\$b\ c a\$b+c`, `a\$b\ c [secret]`},
		"a space as plus":         {"a bc", "xa+bc", "x[secret]"},
		"a plus to begin with":    {" bcd", "x+bcd", "x[secret]"},
		"another language's x":    {"a/cd", `a\x2fcd \\x2fcd`, `[secret] \\x2fcd`},
		"a character, not a byte": {"\xe9bcd", `\u00e9bcd \xe9bcd`, `\u00e9bcd [secret]`},
		"base64 in a URL":         {"abc?>?>ab", "x=YWJjPz4%2FPmFi&", "x=[secret]&"},
		"the replacement":         {madeUp, "[secret]", "[secret]"},
		"hexadecimal":             {"abcd", "x61626364x 6A6b6C6d", "x[secret]x 6A6b6C6d"},
		"hexadecimal, upper case": {"jklm", "x6A6B6C6D", "x[secret]"},
		"binary":                  {madeUp, "\x00\xff\xfe%\\" + madeUp + "\x00", "\x00\xff\xfe%\\[secret]\x00"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := through(t, test.secret, test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if got := through(t, test.secret, strings.Split(test.text, "")...); got != test.want {
				t.Errorf("byte by byte: got %q, want %q", got, test.want)
			}
		})
	}
}

// TestWhatIsHeldBack has what comes out after each piece.
func TestWhatIsHeldBack(t *testing.T) {
	t.Parallel()
	const secret = "tabetaxyz"
	inner := base64.StdEncoding.EncodeToString([]byte("x" + secret + "yz"))
	tests := map[string][][2]string{ // in, out
		"a question":                  {{"Password: ", "Password: "}, {"?", "?"}},
		"a beginning":                 {{"is tabe", "is "}, {"taxy", ""}, {"z.", "[secret]."}},
		"one that was none":           {{"tabe", ""}, {"r", "taber"}},
		"one within one":              {{"tabeta", ""}, {"b", "tabe"}, {"etaxyz", "[secret]"}},
		"an escape":                   {{"ta%", ""}, {"6", ""}, {"2etaxyz", "[secret]"}},
		"an escape of another":        {{"ta%", ""}, {"8", "ta%8"}, {"!", "!"}},
		"an escape that is none":      {{"\\u", ""}, {"00", ""}, {"!", "\\u00!"}},
		"the secret at once":          {{"tabetaxyz", "[secret]"}},
		"the secret, and its padding": {{inner[1:14], "[secret]"}, {"=", ""}, {"=!", "!"}},
	}
	for name, steps := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			w := New(&out, credential.NewSecret(secret))
			for i, step := range steps {
				out.Reset()
				if _, err := io.WriteString(w, step[0]); err != nil {
					t.Fatal(err)
				}
				if got := out.String(); got != step[1] {
					t.Errorf("piece %d, %q: got %q, want %q", i, step[0], got, step[1])
				}
			}
		})
	}
}

func TestSeveralSecrets(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := New(&out, credential.NewSecret("abc"), credential.Secret{}, credential.NewSecret("bcdef"))
	if _, err := io.WriteString(w, "xabcdefx abc bcdef"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "x[secret]x [secret] [secret]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}

	// Two touch, and the third, which shows last, has a part of both.
	out.Reset()
	w = New(&out, credential.NewSecret("abc"), credential.NewSecret("cabcq"))
	for _, piece := range []string{"abc", "abc", "q"} {
		if _, err := io.WriteString(w, piece); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := out.String(), "[secret]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestNoMoreThreadsThanNodes is the bound of the time a byte can take.
func TestNoMoreThreadsThanNodes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ secret, text string }{
		"a run, all of it": {strings.Repeat("a", 60), "a"},
		"a run":            {strings.Repeat("a", 60), strings.Repeat("a", 59) + "b"},
		"a run, escaped":   {strings.Repeat("a", 60), "%61"},
		"of backslashes":   {strings.Repeat(`\`, 60) + "a", `\`},
		"of percents":      {strings.Repeat("%25", 20) + "a", "%25"},
		"a run in base64":  {strings.Repeat("aaa", 20), "YWFh"},
		"of zero bytes":    {strings.Repeat("\x00", 60), "A"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(io.Discard, credential.NewSecret(test.secret))
			text := []byte(strings.Repeat(test.text, 300))
			longest, most := 0, 0
			for _, c := range text {
				if _, err := w.Write([]byte{c}); err != nil {
					t.Fatal(err)
				}
				longest = max(longest, len(w.held))
				most = max(most, len(w.matcher.threads[w.matcher.tick&(history-1)]))
			}
			if most > len(w.matcher.nodes) {
				t.Errorf("%d threads, and %d nodes", most, len(w.matcher.nodes))
			}
			if bound := maxEscape * 2 * len(test.secret); longest > bound {
				t.Errorf("%d bytes held back, at most %d", longest, bound)
			}
		})
	}
}

// failing fails after some bytes.
type failing struct{ left int }

var errFull = errors.New("it is full")

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriteFails(t *testing.T) {
	t.Parallel()
	w := New(&failing{left: 4}, credential.NewSecret(madeUp))
	if n, err := io.WriteString(w, "four"); n != 4 || err != nil {
		t.Errorf("Write = %d, %v", n, err)
	}
	for range 2 {
		if n, err := io.WriteString(w, "more"); n != 0 || !errors.Is(err, errFull) {
			t.Errorf("Write = %d, %v", n, err)
		}
	}
	if err := w.Close(); !errors.Is(err, errFull) {
		t.Errorf("Close = %v", err)
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := New(&out, credential.NewSecret(madeUp))
	if _, err := io.WriteString(w, "made-up/c1q"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.Close(); err != nil || out.String() != "made-up/c1q" {
			t.Errorf("Close = %v, and out came %q", err, out.String())
		}
	}
	if _, err := io.WriteString(w, "x"); !errors.Is(err, errClosed) {
		t.Errorf("Write = %v", err)
	}
}
