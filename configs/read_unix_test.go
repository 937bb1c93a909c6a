//go:build unix

package configs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

// write makes a file with that mode, whatever the umask is.
func write(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestLoad(t *testing.T) {
	const valid = "[store]\nbackend = \"file\"\n"
	set := Default()
	set.Store.Backend = BackendFile
	tests := map[string]struct {
		lay  func(t *testing.T, path string)
		want Config
		err  string // "" where there is none
		hint string
	}{
		"missing":        {lay: func(*testing.T, string) {}, want: Default()},
		"private":        {lay: func(t *testing.T, path string) { write(t, path, valid, 0o600) }, want: set},
		"group's":        {lay: func(t *testing.T, path string) { write(t, path, valid, 0o664) }, want: set},
		"everyone's":     {lay: func(t *testing.T, path string) { write(t, path, valid, 0o666) }, err: "can be written by others", hint: "chmod go-w '"},
		"largest":        {lay: func(t *testing.T, path string) { write(t, path, valid+spaces(maxSize-len(valid)), 0o600) }, want: set},
		"too large":      {lay: func(t *testing.T, path string) { write(t, path, spaces(maxSize+1), 0o600) }, err: "is larger than 32768 bytes"},
		"directory":      {lay: func(t *testing.T, path string) { must(t, os.Mkdir(path, 0o700)) }, err: "is not a regular file"},
		"named pipe":     {lay: func(t *testing.T, path string) { must(t, syscall.Mkfifo(path, 0o600)) }, err: "is not a regular file"},
		"symlink":        {lay: func(t *testing.T, path string) { write(t, path+"2", valid, 0o600); must(t, os.Symlink(path+"2", path)) }, want: set},
		"broken symlink": {lay: func(t *testing.T, path string) { must(t, os.Symlink(path+"2", path)) }, err: "is a symlink to a file that does not exist"},
		"symlink loop":   {lay: func(t *testing.T, path string) { must(t, os.Symlink(path, path)) }, err: "cannot be opened: too many levels"},
		"not valid":      {lay: func(t *testing.T, path string) { write(t, path, "x = 1\n", 0o600) }, err: `unknown key "x"`, hint: "the tables are"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "config.toml")
			test.lay(t, path)
			got, err := Load(path)
			checkError(t, err, path, test.err, test.hint)
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("settings %+v, want %+v", got, test.want)
			}
		})
	}
}

// must ends the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// spaces returns empty lines of n bytes together.
func spaces(n int) string { return strings.Repeat("\n", n) }

// checkError checks that err is an *Error about path that says summary and hint, or
// nil where no summary is wanted.
func checkError(t *testing.T, err error, path, summary, hint string) {
	t.Helper()
	var refused *Error
	switch {
	case summary == "" && err == nil:
	case !errors.As(err, &refused):
		t.Fatalf("error %v, want an *Error with %q", err, summary)
	case summary == "" || !strings.Contains(refused.Summary, summary) || !strings.Contains(refused.Detail(), hint):
		t.Errorf("error:\n%s\nwant %q and %q in it", refused.Detail(), summary, hint)
	case refused.File != path:
		t.Errorf("error is about %q, want %q", refused.File, path)
	}
}

func TestLoadBelowAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "", 0o600)
	path := filepath.Join(file, "config.toml")
	_, err := Load(path)
	checkError(t, err, path, "cannot be opened: not a directory", "")
}

func TestForeignFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	write(t, path, "", 0o600)
	owner := os.Geteuid()
	if owner == 0 { // root's files are everybody's to trust
		owner = 54321
		must(t, os.Chown(path, owner, -1))
	}
	info, err := os.Stat(path)
	must(t, err)
	if err := checkOwner(path, info, othersMayNot, owner); err != nil {
		t.Errorf("one's own file is refused: %v", err)
	}
	err = checkOwner(path, info, othersMayNot, owner+1)
	checkError(t, err, path, "not to you", "sudo chown")
}

func TestLoadDirectory(t *testing.T) {
	const valid = "context = \"work\"\n"
	tests := map[string]struct {
		text string
		mode fs.FileMode
		err  string
		hint string
	}{
		"valid":           {text: valid, mode: 0o644},
		"group's":         {text: valid, mode: 0o664, err: "can be written by others", hint: "chmod go-w"},
		"everyone's":      {text: valid, mode: 0o646, err: "can be written by others", hint: "chmod go-w"},
		"too large":       {text: valid + spaces(maxDirectoryFile), mode: 0o644, err: "is larger than 4096 bytes"},
		"empty":           {mode: 0o644, err: "names no context", hint: `context = "NAME"`},
		"empty name":      {text: `context = ""`, mode: 0o644, err: "must be a name", hint: `context = "NAME"`},
		"two lines":       {text: `context = "a\nb"`, mode: 0o644, err: "must be a name"},
		"number":          {text: `context = 5`, mode: 0o644, err: "must be a name"},
		"another key":     {text: valid + "endpoint = \"https://example.com\"\n", mode: 0o644, err: `unknown key "endpoint"`, hint: "the only key is context"},
		"table":           {text: "[context]\nname = \"x\"\n", mode: 0o644, err: "must be a name"},
		"token":           {text: "api_token = \"made-up\"\n", mode: 0o644, err: "no secret belongs in this file", hint: "keychain"},
		"not TOML at all": {text: "work\n", mode: 0o644, err: "expected"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), ".bento-cred.toml")
			write(t, path, test.text, test.mode)
			got, digest, err := LoadDirectory(path)
			checkError(t, err, path, test.err, test.hint)
			if err == nil && (got != "work" || len(digest) != 64) {
				t.Errorf("context %q, digest %q", got, digest)
			}
			if err != nil && got+digest != "" {
				t.Errorf("context %q, digest %q beside an error", got, digest)
			}
		})
	}
}

func TestLoadDirectoryMissing(t *testing.T) {
	if _, _, err := LoadDirectory(filepath.Join(t.TempDir(), ".bento-cred.toml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want fs.ErrNotExist", err)
	}
	if _, _, err := LoadDirectory(".bento-cred.toml"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v for a relative path, want that it must be absolute", err)
	}
}

// TestDigestIsOfPathAndContent is what the allow list stands on: a permission given
// once must not carry over to another place or to other content.
func TestDigestIsOfPathAndContent(t *testing.T) {
	digests := map[string]string{}
	for _, pair := range [][2]string{{"/a", "b"}, {"/ab", ""}, {"/a", ""}, {"/b", "b"}, {"/a", "b "}} {
		digest := directoryDigest(pair[0], []byte(pair[1]))
		if other, taken := digests[digest]; taken {
			t.Errorf("%q has the digest of %q", pair, other)
		}
		digests[digest] = pair[0] + pair[1]
	}
	dir := t.TempDir()
	path := filepath.Join(dir, ".bento-cred.toml")
	write(t, path, "context = \"work\"\n", 0o644)
	_, first, err := LoadDirectory(path)
	must(t, err)
	_, again, err := LoadDirectory(filepath.Join(dir, "x", "..", ".bento-cred.toml"))
	must(t, err)
	if first != again {
		t.Errorf("the same file has the digests %s and %s", first, again)
	}
}

// TestHostileFileIsReadInTime holds the caps to what they are for: the parser's time
// grows with the cube of a dotted key.
func TestHostileFileIsReadInTime(t *testing.T) {
	line := strings.Repeat("a.", (maxLine-8)/2)
	var text strings.Builder
	for text.Len() < maxSize-2*maxLine {
		text.WriteString("[" + string(rune('b'+text.Len()/maxLine%24)) + "]\n" + line + "a = 1\n")
	}
	begin := time.Now()
	if _, err := Parse("config.toml", []byte(text.String())); err == nil {
		t.Error("no error")
	}
	if took := time.Since(begin); took > 20*time.Second {
		t.Errorf("reading took %v", took)
	}
}
