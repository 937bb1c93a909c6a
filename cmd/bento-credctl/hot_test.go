//go:build unix

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHotVerbsBecomeBentoCred has a script stand for bento-cred on PATH.
func TestHotVerbsBecomeBentoCred(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script := "#!/bin/sh\nprintf '%s\\n' \"$@\"\nexit 7\n"
	if err := os.WriteFile(filepath.Join(dir, "bento-cred"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	environ := append(noDaemon(t), "PATH="+dir+":/usr/bin:/bin")
	tests := map[string]struct {
		args []string
		want string
	}{
		"env":                     {[]string{"env", "-c", "work", "--shell", "fish"}, "env\n--context=work\n--shell=fish\n"},
		"unset":                   {[]string{"env", "--unset"}, "env\n--unset\n"},
		"token":                   {[]string{"token", "--access=endpoints:a b"}, "token\n--access=endpoints:a b\n"},
		"exec":                    {[]string{"exec", "-c", "work", "--", "-x", "--context", "theirs"}, "exec\n--context=work\n--\n-x\n--context\ntheirs\n"},
		"exec without the dashes": {[]string{"exec", "cmd", "-c", "theirs"}, "exec\n--\ncmd\n-c\ntheirs\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := program(t, environ, test.args...)
			out, _ := cmd.Output() // the status is looked at below
			if diff := cmp.Diff(test.want, string(out)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if status := cmd.ProcessState.ExitCode(); status != 7 {
				t.Errorf("status %d, want that of the program", status)
			}
		})
	}
}

func TestNoBentoCred(t *testing.T) {
	t.Parallel()
	got := run(t, append(noDaemon(t), "PATH=/nowhere"), "token")
	want := "bento-cred: finding bento-cred: not beside this program and not on PATH\n  install bento-cred beside bento-credctl, or on PATH\n"
	if got.status != 1 || got.err != want {
		t.Errorf("got %+v, want %q", got, want)
	}
}
