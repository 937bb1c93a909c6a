package output_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/output"
)

func TestClean(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"nothing":            {"", ""},
		"plain":              {"acme", "acme"},
		"another script":     {"Überbäcker 漢字", "Überbäcker 漢字"},
		"quotes, backslash":  {`a "b" \c`, `a "b" \c`},
		"an escape sequence": {"a\x1b[31mb", `a\x1b[31mb`},
		"with quotes":        {"\"a\"\\\x07", `"a"\\a`},
		"C1 control":         {"a\u009b31m", `a\u009b31m`},
		"a line more":        {"a\nb\tc\r", `a\nb\tc\r`},
		"another direction":  {"a\u202eb", `a\u202eb`},
		"no text":            {"a\xffb", `a\xffb`},
		"delete":             {"a\x7f", `a\x7f`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := output.Clean(test.text); got != test.want {
				t.Errorf("Clean(%q) = %q, want %q", test.text, got, test.want)
			}
		})
	}
}

// FuzzForeignText has every format show a text, which must neither reach the terminal
// raw nor be another one when it is read back.
func FuzzForeignText(f *testing.F) {
	for _, seed := range []string{"", "acme", "a\x1b[31m", "\u009b", "\u202e", "\U000e0001", "a\nb", "\t", "\xff", "'\"\\", "- a: b", "null", "2027-01-01", "\u2028", "\t\t\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<10 {
			return
		}
		document := map[string]string{"k": text}
		view := output.View{Fields: []output.Field{{Name: "k", Value: output.Text(text)}}}
		valid := strings.ToValidUTF8(text, "\ufffd") == text
		for _, format := range []output.Format{output.Auto, output.Table, output.JSON, output.YAML} {
			var written strings.Builder
			if err := (output.Printer{Out: &written, Format: format}).Show(document, view); err != nil {
				t.Fatalf("%q: %v", format, err)
			}
			for _, r := range written.String() {
				if !unicode.IsPrint(r) && r != '\n' && r != '\t' {
					t.Errorf("%q: %U is shown: %q", format, r, written.String())
				}
			}
			if valid {
				wantReadBack(t, format, written.String(), document)
			}
		}
	})
}

// wantReadBack reads what was written in a format that can be read.
func wantReadBack(t *testing.T, format output.Format, written string, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	var err error
	switch format {
	case output.JSON:
		err = json.Unmarshal([]byte(written), &got)
	case output.YAML:
		err = yaml.Unmarshal([]byte(written), &got)
	default:
		return
	}
	if err != nil {
		t.Fatalf("%s: %v: %q", format, err, written)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: -want +got:\n%s", format, diff)
	}
}

func TestShow(t *testing.T) {
	t.Parallel()
	view := output.View{
		Name:   "row",
		Header: []string{"ONE", "TWO"},
		Rows:   [][]output.Cell{{output.Text("ä"), {Text: "good", Style: output.Good}}, {output.Text("long"), output.Text("")}},
	}
	fields := view
	fields.Add("name", output.Text("value"))
	fields.Add("", output.Text("more"))
	fields.Add("left out", output.Text(""))
	tests := map[string]struct {
		printer output.Printer
		view    output.View
		want    string
	}{
		"a pipe":             {view: view, want: "ä\tgood\nlong\t\n"},
		"a pipe, fields":     {view: fields, want: "name\tvalue\nname\tmore\nrow\tä\tgood\nrow\tlong\t\n"},
		"a terminal":         {printer: output.Printer{Terminal: true}, view: view, want: "ONE   TWO\nä     good\nlong\n"},
		"a table, by name":   {printer: output.Printer{Format: output.Table}, view: fields, want: "name  value\n      more\n\nONE   TWO\nä     good\nlong\n"},
		"colours":            {printer: output.Printer{Terminal: true, Colour: true}, view: view, want: "\x1b[2mONE\x1b[0m   \x1b[2mTWO\x1b[0m\nä     \x1b[32mgood\x1b[0m\nlong\n"},
		"nothing, terminal":  {printer: output.Printer{Terminal: true}, view: output.View{Empty: "None."}, want: "None.\n"},
		"nothing, pipe":      {view: output.View{Empty: "None."}, want: ""},
		"plain lines of old": {view: output.View{Plain: [][]output.Cell{{output.Text("a"), output.Text("b\tc")}}, Fields: fields.Fields}, want: "a\tb\\tc\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got strings.Builder
			test.printer.Out = &got
			if err := test.printer.Show(nil, test.view); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestParseFormat(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "json", "yaml", "table"} {
		if got, err := output.ParseFormat(name); string(got) != name || err != nil {
			t.Errorf("ParseFormat(%q) = %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"plain", "JSON", "xml"} {
		if _, err := output.ParseFormat(name); !errors.Is(err, output.ErrFormat) {
			t.Errorf("ParseFormat(%q) = %v, want %v", name, err, output.ErrFormat)
		}
	}
}

func TestWhen(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	now := time.Date(2027, 1, 15, 12, 0, 0, 0, time.UTC)
	for distance, want := range map[time.Duration]string{
		0:                           "in less than a minute",
		59 * time.Second:            "in less than a minute",
		time.Minute:                 "in 1 minute",
		59 * time.Minute:            "in 59 minutes",
		time.Hour:                   "in 1 hour",
		47 * time.Hour:              "in 47 hours",
		2 * day:                     "in 2 days",
		30*day - time.Second:        "in 29 days",
		-time.Second:                "less than a minute ago",
		-3*time.Hour - time.Second:  "3 hours ago",
		-400*day - 23*time.Hour - 1: "400 days ago",
	} {
		if got := output.When(now, now.Add(distance)); got != want {
			t.Errorf("When(%v) = %q, want %q", distance, got, want)
		}
	}
}
