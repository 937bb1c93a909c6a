package audit

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLine(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 10, 30, 0, 120999999, time.FixedZone("", 3600))
	zeros := strings.Repeat("0", 64)
	tests := map[string]struct {
		record Record
		want   string
	}{
		"least": {
			Record{Seq: 1, Time: at, Entry: Entry{Answer: Deny}, Prev: zeros},
			`{"seq":1,"time":"2026-03-01T09:30:00.120Z","answer":"deny","uid":0,"prev":"` + zeros + `"}`,
		},
		"most": {
			Record{Seq: 2, Time: at, Prev: zeros, Entry: Entry{
				Answer: Allow, Detail: "asked", Verb: "get", Context: "prod", Host: "h", Token: "tk", Rule: "r", Grant: "g", Reason: "so",
				UID: 1, PID: 2, Executable: "/e", Parents: []string{"/p", "", "/q"}, Directory: "/d", Contained: true,
			}},
			`{"seq":2,"time":"2026-03-01T09:30:00.120Z","answer":"allow","detail":"asked","verb":"get","context":"prod","host":"h",` +
				`"token":"tk","rule":"r","grant":"g","reason":"so","uid":1,"pid":2,"executable":"/e","parents":["/p","","/q"],` +
				`"directory":"/d","contained":true,"prev":"` + zeros + `"}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := appendRecord(nil, test.record)
			if string(got) != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			back, ok := parse(got)
			test.record.Time = at.UTC().Truncate(time.Millisecond)
			if diff := cmp.Diff(test.record, back); diff != "" || !ok {
				t.Errorf("read back, %v: -want +got:\n%s", ok, diff)
			}
			if shown, err := json.Marshal(back); err != nil || string(shown) != test.want {
				t.Errorf("json.Marshal = %s, %v", shown, err)
			}
		})
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text, want string // want is the JSON, without its quotes
		back       string // what that says; empty: text
	}{
		"plain":        {text: "/usr/bin/git", want: "/usr/bin/git"},
		"letters":      {text: "/home/Jürgen/日本", want: "/home/Jürgen/日本"},
		"quotes":       {text: `a"b\c`, want: `a\"b\\c`},
		"line feed":    {text: "a\nb\r\t\x00", want: `a\u000ab\u000d\u0009\u0000`},
		"terminal":     {text: "\x1b[2J\x7f\u009b", want: `\u001b[2J\u007f\u009b`},
		"separators":   {text: "a\u2028b\u2029", want: `a\u2028b\u2029`},
		"turned":       {text: "a\u202eb", want: `a\u202eb`},
		"far and no":   {text: "\U000e0001", want: `\udb40\udc01`},
		"far and yes":  {text: "🍱", want: "🍱"},
		"bad":          {text: "a\xff\xc3", want: "a\ufffd\ufffd", back: "a\ufffd\ufffd"},
		"a surrogate":  {text: "\xed\xa0\x80", want: "\ufffd\ufffd\ufffd", back: "\ufffd\ufffd\ufffd"},
		"just fits":    {text: strings.Repeat("x", maxText), want: strings.Repeat("x", maxText)},
		"long":         {text: strings.Repeat("x", maxText+1), want: strings.Repeat("x", maxText) + "…", back: strings.Repeat("x", maxText) + "…"},
		"long escapes": {text: strings.Repeat("\x01", maxText), want: strings.Repeat(`\u0001`, maxText/6) + "…", back: strings.Repeat("\x01", maxText/6) + "…"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := appendText(nil, test.text)
			if string(got) != `"`+test.want+`"` {
				t.Errorf("got %s, want %q", got, test.want)
			}
			var back string
			want := test.back
			if want == "" {
				want = test.text
			}
			if err := json.Unmarshal(got, &back); err != nil || back != want {
				t.Errorf("read back as %q, %v; want %q", back, err, want)
			}
		})
	}
}

func FuzzText(f *testing.F) {
	f.Add("plain")
	f.Add("\xff\u2028\"\\\U000e0001")
	f.Fuzz(func(t *testing.T, text string) {
		got := appendText(nil, text)
		var back string
		if err := json.Unmarshal(got, &back); err != nil {
			t.Fatal(err)
		}
		if len(got) > maxText+len(ellipsis)+2 || bytes.ContainsFunc(got, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("%q of %d bytes", got, len(got))
		}
		if want := strings.ToValidUTF8(text, "\ufffd"); len(text) < maxText/6 && !strings.Contains(want, "\ufffd") && back != want {
			t.Errorf("read back as %q, want %q", back, want)
		}
	})
}

// TestALineHasABound holds maxLine to the longest record there can be.
func TestALineHasABound(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 5000)
	parents := make([]string, 100)
	for i := range parents {
		parents[i] = long
	}
	record := Record{Seq: maxSeq, Prev: strings.Repeat("f", 64), Entry: Entry{
		Answer: Answer(long), Detail: long, Verb: long, Context: long, Host: long, Token: long, Rule: long, Grant: long, Reason: long,
		UID: -1 << 62, PID: -1 << 62, Executable: long, Parents: parents, Directory: long, Contained: true,
	}}
	got := appendRecord(nil, record)
	if len(got) >= maxLine || len(got) < maxLine*9/10 {
		t.Errorf("the longest line has %d bytes, the bound is %d", len(got), maxLine)
	}
	back, ok := parse(got)
	if !ok || len(back.Parents) != maxParents || back.Directory != strings.Repeat("é", maxText/2)+ellipsis {
		t.Errorf("read back: %v, %d parents, a directory of %d bytes", ok, len(back.Parents), len(back.Directory))
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	good := `{"seq":7,"time":"2026-03-01T09:30:00.120Z","answer":"deny","uid":0,"prev":"` + strings.Repeat("a", 64) + `"}`
	if r, ok := parse([]byte(strings.Replace(good, "{", `{"later":[1],`, 1))); !ok || r.Seq != 7 {
		t.Errorf("a later version's field: %v, %v", r, ok)
	}
	tests := map[string]string{
		"nothing":       "",
		"null":          "null",
		"an empty one":  "{}",
		"half":          good[:len(good)-1],
		"two":           good + good,
		"no number":     strings.Replace(good, "7", "0", 1),
		"a large one":   strings.Replace(good, "7", "9007199254740992", 1),
		"a bad time":    strings.Replace(good, "T", " ", 1),
		"a short sum":   strings.Replace(good, "aaaa", "aaa", 1),
		"a sum in caps": strings.Replace(good, "aaaa", "aAaa", 1),
		"no sum":        strings.Replace(good, "prev", "next", 1),
	}
	for name, text := range tests {
		if r, ok := parse([]byte(text)); ok {
			t.Errorf("%s: %+v", name, r)
		}
	}
}
