package ask

import (
	"bytes"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode"
	"unicode/utf8"
)

// TestReplies has a pinentry say all at once what it would say in turn; read byte by byte, it
// does not look like speaking unasked.
func TestReplies(t *testing.T) {
	t.Parallel()
	const ready = "OK Pleased to meet you\nOK\nOK\nOK\nOK\nOK\nOK\n" // up to SETDESC, without options
	tests := map[string]struct {
		replies string
		yes     bool
		err     string // a part of it; empty: none
	}{
		"yes":                     {ready + "OK\n", true, ""},
		"no":                      {ready + "ERR 83886179 Operation cancelled <Pinentry>\n", false, ""},
		"not confirmed":           {ready + "ERR 83886194 Not confirmed\n", false, ""},
		"no, without its source":  {ready + "ERR 99\n", false, ""},
		"carriage returns":        {strings.ReplaceAll(ready+"OK\n", "\n", "\r\n"), true, ""},
		"more than the answer":    {ready + "# hm\n#\nS BUTTON_INFO x\nD data\nD\nS\nOK yes\n", true, ""},
		"time-out":                {ready + "ERR 83886142 Timeout\n", false, "Timeout"},
		"another error":           {ready + "ERR 83918950 Inappropriate ioctl\x1b[2J\n", false, `refuses: "Inappropriate ioctl\x1b[2J"`},
		"an error in another key": {ready + "ERR 4294967395 x\n", false, "than a number"}, // 2^32 + 99
		"error 0":                 {ready + "ERR 0 x\n", false, "than a number"},
		"an error that has none":  {ready + "ERR\n", false, "than a number"},
		"not quite OK":            {ready + "OKAY\n", false, "no pinentry"},
		"not quite OK either":     {ready + "ok\n", false, "no pinentry"},
		"OK behind a blank":       {ready + " OK\n", false, "no pinentry"},
		"an empty line":           {ready + "\nOK\n", false, "no pinentry"},
		"an inquiry":              {ready + "INQUIRE QUALITY\n", false, "no pinentry"},
		"half a word":             {ready + "OK", false, "ends without"},
		"nothing":                 {"", false, "ends without"},
		"a greeting alone":        {"OK\n", false, "ends without"},
		"no greeting":             {"ERR 1 go away\n", false, "go away"},
		"knows no settings":       {"OK\n" + strings.Repeat("ERR 536871187 Unknown option\n", 5) + "OK\nOK\n", true, ""},
		"knows no text":           {"OK\nOK\nOK\nOK\nOK\nOK\nERR 1 x\nOK\n", false, "refuses"},
		"endless comments":        {ready + strings.Repeat("# hm\n", 1000) + "OK\n", false, "too much"},
		"endless line":            {ready + "# " + strings.Repeat("hm ", 1000) + "\nOK\n", false, "too much"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConversation(iotest.OneByteReader(strings.NewReader(test.replies)), io.Discard)
			yes, err := c.ask(Question{}, time.Minute)
			if yes != test.yes || (err == nil) != (test.err == "") || (err != nil && !strings.Contains(err.Error(), test.err)) {
				t.Errorf("ask = %v, %v; want %v, %q", yes, err, test.yes, test.err)
			}
			if got := codeOf(err) == codeTimeOut; got != (name == "time-out") {
				t.Errorf("%v is a time-out: %v", err, got)
			}
		})
	}
}

// TestAnswerBeforeTheQuestion: were the second reply to one command taken for that to the
// next, somebody would say yes before there is a question.
func TestAnswerBeforeTheQuestion(t *testing.T) {
	t.Parallel()
	yes, err := newConversation(strings.NewReader(strings.Repeat("OK\n", 20)), io.Discard).ask(Question{}, time.Minute)
	if yes || err == nil || !strings.Contains(err.Error(), "without being asked") {
		t.Errorf("ask = %v, %v", yes, err)
	}
}

// FuzzReply has a pinentry say anything: there is an end, and no yes without an OK to
// each command but the settings.
func FuzzReply(f *testing.F) {
	f.Add([]byte("OK\nOK\nOK\nOK\nOK\nOK\nOK\nOK\n"), false)
	f.Add([]byte("OK\nERR 1\nOK\n# \nOK\nS x\nOK\nOK\nOK\nERR 83886246 x\n"), true)
	f.Add([]byte("ERR 4294967295 \xff\nOK\n"), true)
	f.Add(bytes.Repeat([]byte("# "), 2000), true)
	f.Fuzz(func(t *testing.T, replies []byte, atOnce bool) {
		var reader io.Reader = bytes.NewReader(replies)
		if !atOnce {
			reader = iotest.OneByteReader(reader)
		}
		var sent bytes.Buffer
		c := newConversation(reader, &sent)
		yes, err := c.ask(Question{Title: "a", Text: "b"}, time.Minute)
		if yes && (err != nil || bytes.Count(replies, []byte("OK")) < 3) {
			t.Errorf("yes, %v", err)
		}
		if yes && !strings.HasSuffix(sent.String(), "CONFIRM\n") {
			t.Errorf("yes to %q", sent.String())
		}
		if err != nil && len(err.Error()) > 10*maxBrief {
			t.Errorf("an error of %d bytes", len(err.Error()))
		}
		if c.heard > maxReplies {
			t.Errorf("%d lines were read", c.heard)
		}
	})
}

func TestEncode(t *testing.T) {
	t.Parallel()
	most := strings.Repeat("x", maxCommand-len("SETDESC "))
	tests := map[string]struct{ text, want string }{
		"plain":               {"a b", "SETDESC a b"},
		"nothing":             {"", "SETDESC "},
		"lines":               {"a\nb\n", "SETDESC a%0Ab%0A"},
		"another command":     {"a\nCONFIRM\r\nBYE\n", "SETDESC a%0ACONFIRM %0ABYE%0A"},
		"percent signs":       {"100% %0A %25", "SETDESC 100%25 %250A %2525"},
		"letters":             {"é 字 😀", "SETDESC é 字 😀"},
		"control characters":  {"a\x00\x07\x1b[2J\x7f\u0085\tb", "SETDESC a   [2J   b"},
		"invisible ones":      {"a\u202eb\u200bc\u2028d", "SETDESC a b c d"},
		"no UTF-8":            {"a\xff\xfeb", "SETDESC a\uFFFDb"},
		"as long as possible": {most, "SETDESC " + most},
		"too long":            {most + "x", "SETDESC " + most[3:] + "..."},
		"cut at an escape":    {most[4:] + "\n\n", "SETDESC " + most[4:] + "..."},
		"cut at a letter":     {most[4:] + "éééé", "SETDESC " + most[4:] + "..."},
	}
	for name, test := range tests {
		if got := encode("SETDESC ", test.text); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// FuzzEncode holds whatever text to its one line, which a reader of the protocol reads
// back as the same text where nothing had to be changed.
func FuzzEncode(f *testing.F) {
	f.Add("a\nb%0Ac\r\n\x00\u202e\xff")
	f.Add(strings.Repeat("%", 400))
	f.Add(strings.Repeat("é", 400) + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, text := range []string{text, plain(text)} {
			line := encode("SETDESC ", text)
			if len(line) > maxCommand || !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl) {
				t.Errorf("encode(%q) = %q", text, line)
			}
			back := strings.NewReplacer("%25", "%", "%0A", "\n").Replace(strings.TrimPrefix(line, "SETDESC "))
			odd := func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }
			if back != text && len(text) < maxCommand/3-10 && utf8.ValidString(text) && !strings.ContainsFunc(text, odd) {
				t.Errorf("encode(%q) reads as %q", text, back)
			}
		}
		if strings.ContainsFunc(plain(text), func(r rune) bool { return r > unicode.MaxASCII }) {
			t.Errorf("plain(%q) = %q", text, plain(text))
		}
	})
}

// TestOptionsHaveNoWayOut: an option's value is not encoded, so one that would need it is
// not sent.
func TestOptionsHaveNoWayOut(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"", "a b", "a\nCONFIRM", "é", "\x00", strings.Repeat("x", 500)} {
		q := Question{Terminal: value, Environ: []string{"TERM=" + value, "LANG=" + value}}
		for _, command := range settings(q, time.Minute) {
			if strings.HasPrefix(command, "OPTION ") && command != "OPTION no-grab" {
				t.Errorf("%q is sent", command)
			}
		}
	}
}

func TestMemory(t *testing.T) {
	t.Parallel()
	m := memory{yes: time.Hour, no: time.Minute}
	start := time.Now() // with both clocks
	wall := start.Round(0)
	m.add("yes", true, start)
	m.add("no", false, start)
	m.add("wall", true, wall)
	tests := map[string]struct {
		key   string
		now   time.Time
		found bool
	}{
		"at once":                         {"yes", start, true},
		"soon":                            {"yes", start.Add(time.Hour - 1), true},
		"late":                            {"yes", start.Add(time.Hour), false},
		"no, soon":                        {"no", start.Add(time.Minute - 1), true},
		"no, late":                        {"no", start.Add(time.Minute), false},
		"never asked":                     {"other", start, false},
		"the clock was set back":          {"wall", wall.Add(-time.Second), false},
		"asleep, on the wall's clock":     {"yes", wall.Add(2 * time.Hour), false},
		"the wall's clock, without sleep": {"yes", wall.Add(time.Minute), true},
	}
	for name, test := range tests {
		yes, found := m.find(test.key, test.now)
		if found != test.found || (found && yes != (test.key != "no")) {
			t.Errorf("%s: %v, %v; want %v", name, yes, found, test.found)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	m := memory{yes: time.Hour, no: math.MaxInt64}
	now := time.Now()
	key := func(n int) string { return strings.Repeat("k", n) }
	for n := range maxAnswers + 5 {
		m.add(key(n), true, now.Add(time.Duration(n)))
	}
	later := now.Add(time.Minute)
	if _, found := m.find(key(4), later); found || len(m.answers) != maxAnswers {
		t.Errorf("the oldest is found: %v; %d answers", found, len(m.answers))
	}
	if _, found := m.find(key(5), later); !found {
		t.Error("a younger one made room")
	}
	m.add(key(5), false, later) // again, at the limit, for which nobody has to go
	if yes, found := m.find(key(5), later); yes || !found || len(m.answers) != maxAnswers {
		t.Errorf("asked again: %v, %v; %d answers", yes, found, len(m.answers))
	}
	m.add("late", true, now.Add(2*time.Hour))
	if len(m.answers) != 2 {
		t.Errorf("%d answers are left, want the late one and the no", len(m.answers))
	}
	m.forget()
	if len(m.answers) != 0 {
		t.Error("forgotten answers are left")
	}
	var none memory
	none.add("a", true, now)
	if len(none.answers) != 0 {
		t.Error("a memory for no time remembers")
	}
}
