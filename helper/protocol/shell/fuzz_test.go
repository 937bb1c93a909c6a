package shell_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/helper/protocol/shell"
)

// FuzzExport checks for any value what the real shells check for a list of them: that
// the output has nothing a shell could split on or expand, and that a decoder written
// from the manuals, not from the encoder, gives the value back after the shell's own
// splitting and joining.
func FuzzExport(f *testing.F) {
	for _, value := range nasty {
		f.Add(value)
	}
	decoders := map[shell.Dialect]func(t *testing.T, code string) string{
		shell.Sh: decodePOSIX, shell.Yash: decodePOSIX, shell.Bash: decodePOSIX,
		shell.Fish: decodeFish, shell.Tcsh: decodeTcsh, shell.Elvish: decodeElvish,
	}
	f.Fuzz(func(t *testing.T, value string) {
		for d, decode := range decoders {
			code, err := d.AppendExport(nil, []shell.Variable{{Name: "A", Value: value}})
			if err != nil {
				continue
			}
			if strings.ContainsAny(string(code), "*?[]~!#&|<>^`") {
				t.Errorf("%v: %q holds a byte with a meaning", d, code)
			}
			words := strings.FieldsFunc(string(code), func(r rune) bool { return strings.ContainsRune(" \t\n", r) })
			joined := strings.Join(words, " ")
			if got := decode(t, joined); got != value {
				t.Errorf("%v: %q is read as %q, want %q", d, code, got, value)
			}
		}
		fuzzJSON(t, value)
	})
}

func fuzzJSON(t *testing.T, value string) {
	t.Helper()
	code, err := shell.JSON.AppendExport(nil, []shell.Variable{{Name: "A", Value: value}, {Name: "B", Value: "b"}})
	if err != nil {
		return
	}
	var got map[string]string
	if err := json.Unmarshal(code, &got); err != nil || len(got) != 2 || got["A"] != value {
		t.Errorf("%q is read as %q, %v; want %q", code, got, err, value)
	}
}

// between returns what stands between two fixed texts, which must be there.
func between(t *testing.T, code, before, after string) string {
	t.Helper()
	rest, ok := strings.CutPrefix(code, before)
	inner, tail := strings.CutSuffix(rest, after)
	if !ok || !tail {
		t.Fatalf("%q is not between %q and %q", code, before, after)
	}
	return inner
}

func decodePOSIX(t *testing.T, code string) string {
	t.Helper()
	switch {
	case strings.HasPrefix(code, "export A=$'"):
		return unescape(t, between(t, code, "export A=$'", "';"), 8)
	case strings.HasPrefix(code, "export"):
		return between(t, code, "export A='", "';")
	}
	format := between(t, code, "A=$(printf '", "x'); A=${A%x}; export A;")
	if strings.HasPrefix(format, "-") || strings.ContainsAny(format, "%'") {
		t.Errorf("%q is not a plain format", format)
	}
	return unescape(t, format, 8)
}

func decodeFish(t *testing.T, code string) string {
	t.Helper()
	if word := between(t, code, "set -gx A ", ";"); word != "''" {
		return unescape(t, strings.ReplaceAll(word, `\X`, `\`), 16)
	}
	return ""
}

func decodeTcsh(t *testing.T, code string) string {
	t.Helper()
	if strings.Contains(code, "$") {
		return unescape(t, between(t, code, "setenv A $'", "';"), 8)
	}
	return between(t, code, "setenv A '", "';")
}

// decodeElvish borrows Go's reading of \x, \u and \U, which is the same.
func decodeElvish(t *testing.T, code string) string {
	t.Helper()
	value, err := strconv.Unquote(`"` + between(t, code, `set-env A "`, `";`) + `"`)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// unescape undoes escapes of a backslash and the digits of one byte, three in octal and
// two in hexadecimal.
func unescape(t *testing.T, text string, base int) string {
	t.Helper()
	digits := map[int]int{8: 3, 16: 2}[base]
	var value []byte
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			value = append(value, text[i])
			continue
		}
		if i+digits >= len(text) {
			t.Fatalf("%q ends within an escape", text)
		}
		c, err := strconv.ParseUint(text[i+1:i+1+digits], base, 8)
		if err != nil {
			t.Fatal(err)
		}
		value = append(value, byte(c))
		i += digits
	}
	return string(value)
}
