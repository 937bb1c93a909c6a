package jsontext_test

import (
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/bento-cred/bento-cred/helper/protocol/jsontext"
)

func TestStrings(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want map[string]string
		err  error
	}{
		"a member":          {`{"uri":"https://a.example/x"}`, map[string]string{"uri": "https://a.example/x"}, nil},
		"none":              {" {\n} ", map[string]string{}, nil},
		"others beside it":  {`{"a":[1,{"uri":"no"}],"uri":"x","n":-1.5e+3,"z":null,"t":true,"f":false}`, map[string]string{"uri": "x", "t": "true", "f": "false"}, nil},
		"below":             {`{"spec":{"cluster":{"server":"s"},"interactive":true}}`, map[string]string{"spec.cluster.server": "s", "spec.interactive": "true"}, nil},
		"a name with a dot": {`{"spec.cluster":"no","x":{"a.b":{"c":"no"}}}`, map[string]string{}, nil},
		"escapes":           {`{"\u0061":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud83d\u0041"}`, map[string]string{"a": "\"\\/\b\f\n\r\té😀\ufffdA"}, nil},
		"no UTF-8":          {"{\"a\":\"\xff\"}", map[string]string{"a": "\ufffd"}, nil},
		"an array":          {`["a"]`, nil, jsontext.ErrObject},
		"a string":          {`"a"`, nil, jsontext.ErrObject},
		"nothing":           {"", nil, jsontext.ErrSyntax},
		"twice":             {`{"uri":"a","uri":"b"}`, nil, jsontext.ErrTwice},
		"twice, by escapes": {`{"uri":"a","\u0075ri":"b"}`, nil, jsontext.ErrTwice},
		"behind it":         {`{"a":"b"} x`, nil, jsontext.ErrSyntax},
		"two":               {`{"a":"b"}{}`, nil, jsontext.ErrSyntax},
		"a comma too many":  {`{"a":"b",}`, nil, jsontext.ErrSyntax},
		"a control":         {"{\"a\":\"\n\"}", nil, jsontext.ErrSyntax},
		"cut off":           {`{"a":"b`, nil, jsontext.ErrSyntax},
		"a bad escape":      {`{"a":"\x"}`, nil, jsontext.ErrSyntax},
		"a bad unit":        {`{"a":"\u+123"}`, nil, jsontext.ErrSyntax},
		"a leading zero":    {`{"a":01}`, nil, jsontext.ErrSyntax},
		"too deep":          {`{"a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, nil, jsontext.ErrLong},
		"too long":          {`{"a":"` + strings.Repeat("x", jsontext.MaxSize) + `"}`, nil, jsontext.ErrLong},
	}
	for name, test := range tests {
		got, err := jsontext.Strings([]byte(test.text))
		if !errors.Is(err, test.err) || err == nil && !maps.Equal(got, test.want) {
			t.Errorf("%s: %q, %v; want %q, %v", name, got, err, test.want, test.err)
		}
	}
}

// FuzzStrings: what is taken encoding/json takes, too, and reads alike.
func FuzzStrings(f *testing.F) {
	for _, seed := range []string{
		`{"uri":"https://a.example"}`, `{"a":{"b":"c\ud83d\ude00"},"d":[{}],"e":-0.1e9}`, "{\"a\":\"\xff\\u12\"}", `{"a":"b"}x`, `[1]`, `{"":true}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := jsontext.Strings(text)
		var want map[string]any
		if wrong := json.Unmarshal(text, &want); wrong != nil {
			if err == nil {
				t.Fatalf("%q is taken, which encoding/json refuses: %v", text, wrong)
			}
			return
		}
		if err != nil {
			if errors.Is(err, jsontext.ErrSyntax) {
				t.Fatalf("%q is refused, which encoding/json takes", text)
			}
			return
		}
		for name, value := range want {
			if text, is := value.(string); is && name != "" && !strings.Contains(name, ".") && got[name] != text {
				t.Errorf("%q is %q, encoding/json reads %q", name, got[name], text)
			}
		}
	})
}

// FuzzAppendString: what is written encoding/json reads as what was meant.
func FuzzAppendString(f *testing.F) {
	for _, seed := range []string{"", "a\"b\\c", "é😀\u2028\x00\x7f", "\xff\xed\xa0\x80"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		written := jsontext.AppendString(nil, text)
		var got string
		if err := json.Unmarshal(written, &got); err != nil || got != strings.ToValidUTF8(got, "") {
			t.Fatalf("%q is written as %s: %v", text, written, err)
		}
		var want strings.Builder
		for _, r := range text {
			want.WriteRune(r)
		}
		if got != want.String() {
			t.Errorf("%q is written as %s and read as %q", text, written, got)
		}
		for _, c := range written {
			if c < ' ' || c > '~' {
				t.Errorf("%q is written with the byte %#x", text, c)
			}
		}
	})
}
