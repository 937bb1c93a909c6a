//go:build unix

package ask

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// place makes a file with a mode, whatever the umask.
func place(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte("#!/bin/false\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	chmod(t, path, mode)
}

func chmod(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// directory returns a new one without links in its path.
func directory(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	chmod(t, dir, 0o755)
	return dir
}

func TestWhichProgram(t *testing.T) {
	t.Parallel()
	all := []string{"pinentry-gnome3", "pinentry-gtk-2", "pinentry-qt", "pinentry-curses", "pinentry-tty"}
	tests := map[string]struct {
		there             []string
		program           string
		display, terminal bool
		want              string // empty: none
	}{
		"the plain name first":     {append(all, "pinentry"), "", true, true, "pinentry"},
		"the plain name anywhere":  {append(all, "pinentry"), "", false, true, "pinentry"},
		"for a display":            {all[1:], "", true, false, "pinentry-gtk-2"},
		"for a terminal":           {all, "", false, true, "pinentry-curses"},
		"for a terminal, the last": {[]string{"pinentry-qt", "pinentry-tty"}, "", false, true, "pinentry-tty"},
		"for both":                 {all, "", true, true, "pinentry-gnome3"},
		"for both, but one":        {[]string{"pinentry-curses"}, "", true, true, "pinentry-curses"},
		"none for a display":       {[]string{"pinentry-curses"}, "", true, false, ""},
		"none for a terminal":      {[]string{"pinentry-qt"}, "", false, true, ""},
		"a name":                   {[]string{"pinentry", "mine"}, "mine", true, false, "mine"},
		"a name that is not there": {[]string{"pinentry"}, "mine", true, false, ""},
		"a name with a directory":  {[]string{"pinentry"}, "../pinentry", true, false, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := directory(t)
			for _, program := range test.there {
				place(t, filepath.Join(dir, program), 0o755)
			}
			want := ""
			if test.want != "" {
				want = filepath.Join(dir, test.want)
			}
			config := Config{Program: test.program, Path: "relative::/nosuch:/dev/null:" + dir}
			found, err := config.find(test.display, test.terminal)
			got := first(found)
			if got != want || (want == "") != errors.Is(err, ErrNoWay) {
				t.Errorf("find = %q, %v; want %q", got, err, want)
			}
		})
	}
}

// TestProgramsOfOthers has a program that others could have written.
//
// VULNERABILITY: whoever writes the pinentry answers the questions.
// ATTACK: another user, or a program in a container with a shared directory, puts one
// where it is found.
// THIS TEST VERIFIES that it is not run, and that one behind it on the PATH is.
func TestProgramsOfOthers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prepare func(t *testing.T, dir, path string) // of a good one at path
		words   string                               // why it is refused; empty: it is run
	}{
		"a good one":           {nil, ""},
		"for this user alone":  {func(t *testing.T, _, path string) { chmod(t, path, 0o700) }, ""},
		"the group can write":  {func(t *testing.T, _, path string) { chmod(t, path, 0o775) }, "can be written by others"},
		"others can write":     {func(t *testing.T, _, path string) { chmod(t, path, 0o757) }, "can be written by others"},
		"cannot be executed":   {func(t *testing.T, _, path string) { chmod(t, path, 0o644) }, "is not executable"},
		"everybody's place":    {func(t *testing.T, dir, _ string) { chmod(t, dir, 0o777) }, "everybody can write to"},
		"like /tmp":            {func(t *testing.T, dir, _ string) { chmod(t, dir, 0o777|fs.ModeSticky) }, ""},
		"like /usr/local/bin":  {func(t *testing.T, dir, _ string) { chmod(t, dir, 0o775|fs.ModeSetgid) }, ""},
		"a directory":          {func(t *testing.T, _, path string) { replaceBy(t, path, os.Mkdir(path+".dir", 0o755), path+".dir") }, "is not a file"},
		"a link":               {func(t *testing.T, _, path string) { replaceBy(t, path, os.Rename(path, path+".real"), path+".real") }, ""},
		"a link that is loose": {func(t *testing.T, _, path string) { replaceBy(t, path, nil, "/nosuch") }, "is not installed"},
		"another user's": {func(t *testing.T, _, path string) {
			if os.Geteuid() != 0 {
				t.Skip("only root can make a file another user's")
			}
			if err := os.Chown(path, 54321, 0); err != nil {
				t.Fatal(err)
			}
		}, "belongs to another user"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := directory(t)
			path := filepath.Join(dir, "pinentry")
			place(t, path, 0o755)
			if test.prepare != nil {
				test.prepare(t, dir, path)
			}
			for _, config := range []Config{{Path: dir}, {Program: path}} {
				found, err := config.find(true, false)
				got := first(found)
				if test.words != "" {
					if !errors.Is(err, ErrNoWay) || !strings.Contains(err.Error(), test.words) {
						t.Errorf("find = %q, %v; want %q", got, err, test.words)
					}
				} else if err != nil || filepath.Dir(got) != dir {
					t.Errorf("find = %q, %v", got, err)
				}
			}
			behind := directory(t)
			place(t, filepath.Join(behind, "pinentry"), 0o755)
			found, err := Config{Path: dir + ":" + behind}.find(true, false)
			got := first(found)
			if want := map[bool]string{true: dir, false: behind}[test.words == ""]; err != nil || filepath.Dir(got) != want {
				t.Errorf("with another behind it: %q, %v; want one in %q", got, err, want)
			}
		})
	}
}

// replaceBy puts a link in the place of path, after something that may have failed.
func replaceBy(t *testing.T, path string, err error, target string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(path)
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

// first returns the program that is tried first, if there is any.
func first(found []string) string {
	if len(found) == 0 {
		return ""
	}
	return found[0]
}
