//go:build unix

package ask_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/daemon/internal/ask"
)

// question is one that can be put.
func question() ask.Question {
	return ask.Question{Title: "bento-cred", Text: "May it?", Environ: []string{"DISPLAY=:test"}}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	const hung = time.Second / 2 // long enough for a child to start, mostly
	tests := map[string]struct {
		script  string
		timeout time.Duration
		yes     bool
		err     error
		words   string // in the error
	}{
		"yes":                       {"", 0, true, nil, ""},
		"no":                        {"CONFIRM say ERR 83886179 Operation cancelled", 0, false, nil, ""},
		"not confirmed":             {"CONFIRM say ERR 83886194 Not confirmed", 0, false, nil, ""},
		"its own time-out":          {"CONFIRM say ERR 83886142 Timeout", 0, false, ask.ErrTimedOut, ""},
		"no terminal":               {"CONFIRM say ERR 83918950 Inappropriate ioctl", 0, false, ask.ErrNoWay, "Inappropriate ioctl"},
		"status before the answer":  {`CONFIRM say S BUTTON_INFO x\n# hm\nD a\nOK`, 0, true, nil, ""},
		"settings it does not know": {"OPTION say ERR 1 x\nSETOK say ERR 1 x\nSETTITLE say ERR 1 x\nSETTIMEOUT say ERR 1 x", 0, true, nil, ""},
		"a text it does not take":   {"SETDESC say ERR 1 what", 0, false, ask.ErrNoWay, "what"},
		"speaks unasked":            {`SETDESC say OK\nOK`, 0, false, ask.ErrNoWay, "without being asked"},
		"dies with words":           {"CONFIRM complain cannot open display", 0, false, ask.ErrNoWay, `it says "cannot open display"`},
		"a wrapper":                 {"CONFIRM parent OK", 0, true, nil, ""},
		"stops answering":           {"CONFIRM close", 0, false, ask.ErrNoWay, "ends without"},
		"floods with lines":         {"CONFIRM flood # hm\n", 0, false, ask.ErrNoWay, "too much"},
		"floods":                    {"GREETING flood x", 0, false, ask.ErrNoWay, "too much"},
		"is stubborn":               {"CONFIRM stubborn", 2 * hung, false, ask.ErrTimedOut, ""},
		"hangs in a child":          {"CONFIRM parent", 2 * hung, false, ask.ErrTimedOut, ""},
	}
	for _, stage := range []string{"GREETING", "OPTION", "SETTITLE", "SETOK", "SETTIMEOUT", "SETDESC", "CONFIRM"} {
		add := func(name, action string, timeout time.Duration, err error, words string) {
			test := tests[name]
			test.script, test.timeout, test.err, test.words = stage+" "+action, timeout, err, words
			tests[name+" at "+stage] = test
		}
		add("dies", "die", 0, ask.ErrNoWay, "ends without")
		add("garbage", "say \x00\xff garbage", 0, ask.ErrNoWay, "is no pinentry")
		add("hangs", "hang", hung, ask.ErrTimedOut, "")
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, test.script, func(c *ask.Config) {
				if test.timeout > 0 {
					c.Timeout = test.timeout
				}
			})
			begun := time.Now()
			yes, err := s.Ask(t.Context(), "key", question())
			if yes != test.yes || !errors.Is(err, test.err) {
				t.Errorf("Ask = %v, %v; want %v, %v", yes, err, test.yes, test.err)
			}
			if err != nil && !strings.Contains(err.Error(), test.words) {
				t.Errorf("Ask = %v, want %q in it", err, test.words)
			}
			if took := time.Since(begun); took > 15*time.Second {
				t.Errorf("it took %s", took)
			}
			eventually(t, "no process is left", func() bool { return s.living() == 0 })
		})
	}
}

func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	s := newStage(t, "", func(c *ask.Config) {
		c.Timeout = 90 * time.Second
		c.Path = "/usr/bin"
		c.Environ = append(c.Environ, "BENTO_CLOUD_API_KEY=value", "LD_PRELOAD=/x", "LC_MESSAGES=de_DE.UTF-8", "DISPLAY=:daemon", "XDG_RUNTIME_DIR=/run/user/1")
	})
	q := ask.Question{
		Title: "100%", Text: "May\nCONFIRM\r\nit?", Terminal: device(t),
		Environ: []string{"DISPLAY=:1", "XAUTHORITY=/x", "TERM=xterm", "LC_CTYPE=C.UTF-8", "WAYLAND_DISPLAY=", "LD_PRELOAD=/x", "HOME=/x", "PATH=/x", "LC_ALL=a\x00b"},
	}
	if yes, err := s.Ask(t.Context(), "key", q); !yes || err != nil {
		t.Fatalf("Ask = %v, %v", yes, err)
	}
	want := []string{
		"START",
		"ENV DBUS_SESSION_BUS_ADDRESS=disabled:", "ENV DISPLAY=:1", "ENV HOME=" + s.home, "ENV LC_CTYPE=C.UTF-8",
		"ENV PATH=/usr/bin", "ENV TERM=xterm", "ENV XAUTHORITY=/x", "ENV XDG_RUNTIME_DIR=/run/user/1",
		"OPTION no-grab", "SETTITLE 100%25", "SETOK _Allow", "SETCANCEL _Deny", "SETTIMEOUT 90",
		"OPTION ttyname=" + q.Terminal, "OPTION ttytype=xterm", "SETDESC May%0ACONFIRM %0Ait?", "CONFIRM", "END",
	}
	got := s.heard()
	slices.Sort(got[1 : len(got)-10])
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("heard (-want +got):\n%s", diff)
	}
}

// TestLettersTheTerminalLacks has the question put once more, in ASCII.
func TestLettersTheTerminalLacks(t *testing.T) {
	t.Parallel()
	s := newStage(t, "CONFIRM say ERR 83886246 A locale function failed", nil)
	q := question()
	q.Text = "/home/é/字?"
	if _, err := s.Ask(t.Context(), "key", q); !errors.Is(err, ask.ErrNoWay) || !strings.Contains(err.Error(), "A locale function failed") {
		t.Errorf("Ask = %v", err)
	}
	if s.count("START") != 2 || s.count(`SETDESC /home/\u00e9/\u5b57?`) != 1 {
		t.Errorf("heard %q", s.heard())
	}
}

func TestNoWay(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "darwin" {
		t.Skip("a Mac has a display without a variable")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	display := []string{"DISPLAY=:test"}
	tests := map[string]struct {
		question ask.Question
		change   func(*ask.Config)
		words    string
	}{
		"nowhere":                   {ask.Question{Environ: []string{"DISPLAY=", "TERM=xterm"}}, nil, "neither a terminal nor a display"},
		"no such terminal":          {ask.Question{Terminal: "/dev/pts/987654"}, nil, "the terminal is gone"},
		"a file":                    {ask.Question{Terminal: file}, nil, "is no terminal, and there is no display"},
		"another device":            {ask.Question{Terminal: "/dev/null"}, nil, "is no terminal"},
		"no path of a terminal":     {ask.Question{Terminal: "pts/3"}, nil, "is no terminal"},
		"another command":           {ask.Question{Terminal: "/dev/null\nCONFIRM"}, nil, "is no terminal"},
		"no pinentry":               {ask.Question{Environ: display}, func(c *ask.Config) { c.Program, c.Path = "", t.TempDir() }, "a pinentry is not installed"},
		"no PATH":                   {ask.Question{Environ: display}, func(c *ask.Config) { c.Program, c.Environ = "", nil }, "a pinentry is not installed"},
		"no such program":           {ask.Question{Environ: display}, func(c *ask.Config) { c.Program = "nosuch" }, `"nosuch" is not installed`},
		"no such path":              {ask.Question{Environ: display}, func(c *ask.Config) { c.Program = "/nosuch" }, `"/nosuch" is not installed`},
		"a path that is relative":   {ask.Question{Environ: display}, func(c *ask.Config) { c.Program = "./ask.test" }, "is not installed"},
		"a program that cannot run": {ask.Question{Environ: display}, func(c *ask.Config) { c.Program = file }, "is not executable"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "CONFIRM hang", test.change)
			begun := time.Now()
			_, err := s.Ask(t.Context(), "key", test.question)
			if !errors.Is(err, ask.ErrNoWay) || !strings.Contains(err.Error(), test.words) {
				t.Errorf("Ask = %v, want %q in it", err, test.words)
			}
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("it took %s", took)
			}
			if started := s.count("START"); started > 0 {
				t.Errorf("%d pinentries were started", started)
			}
		})
	}
}

// TestNextPinentry: where the system's choice cannot ask, as that of a desktop which is not
// running, the next one does; where that one's answer is no, nobody is asked again.
func TestNextPinentry(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	broken := filepath.Join(dir, "pinentry")
	if err := os.WriteFile(broken, []byte("#!/bin/sh\necho no desktop >&2\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program(t), filepath.Join(dir, "pinentry-qt")); err != nil {
		t.Fatal(err)
	}
	onPath := func(c *ask.Config) { c.Program, c.Path = "", dir }
	for script, want := range map[string]bool{"": true, "CONFIRM say ERR 83886179 Operation cancelled": false} {
		yes, err := newStage(t, script, onPath).Ask(t.Context(), "key", question())
		if err != nil || yes != want {
			t.Errorf("%q: %t, %v; want %t", script, yes, err, want)
		}
	}
	if err := os.Remove(filepath.Join(dir, "pinentry-qt")); err != nil {
		t.Fatal(err)
	}
	_, err := newStage(t, "", onPath).Ask(t.Context(), "key", question())
	if !errors.Is(err, ask.ErrNoWay) || !strings.Contains(err.Error(), "no desktop") {
		t.Errorf("without another one: %v", err)
	}
}
