package audit

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/bento-cred/bento-cred/daemon/internal/private"
)

// TestFileThatIsNotAsItWasLeft does things to the file behind the back of a log.
func TestFileThatIsNotAsItWasLeft(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		do    func(t *testing.T, dir, path string) error
		sound uint64 // from where on the log is sound when three more records are in
		all   uint64 // how many there are then
	}{
		"removed":      {func(_ *testing.T, _, path string) error { return os.Remove(path) }, 4, 3},
		"moved":        {func(_ *testing.T, _, path string) error { return os.Rename(path, path+".old") }, 4, 3},
		"emptied":      {func(_ *testing.T, _, path string) error { return os.Truncate(path, 0) }, 4, 3},
		"cut":          {func(_ *testing.T, _, path string) error { return os.Truncate(path, 600) }, 4, 4},
		"a line feed":  {func(t *testing.T, _, path string) error { return os.Truncate(path, int64(len(read(t, path))-1)) }, 1, 6},
		"all is gone":  {func(_ *testing.T, dir, _ string) error { return os.RemoveAll(dir) }, 4, 3},
		"written anew": {func(t *testing.T, _, path string) error { return replaced(t, path, read(t, path)) }, 1, 6},
		"another": {func(t *testing.T, _, path string) error {
			return replaced(t, path, read(t, filepath.Join(made(t, 0), current)))
		}, 4, 23},
		"written to": {func(t *testing.T, _, path string) error {
			return os.WriteFile(path, append(read(t, path), "half a li"...), 0o600)
		}, 1, 6},
		"rotated by another": {func(_ *testing.T, dir, path string) error { return os.Rename(path, filepath.Join(dir, rotatedName(1))) }, 1, 6},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "audit")
			l := open(t, Config{Dir: dir})
			add(t, l, 3)
			if err := test.do(t, dir, filepath.Join(dir, current)); err != nil {
				t.Fatal(err)
			}
			add(t, l, 3)
			report, err := l.Verify()
			if err != nil || report.Last != 6 || report.Sound != test.sound || report.Records != test.all {
				t.Errorf("Verify = %+v, %v; want it sound from %d of %d", report, err, test.sound, test.all)
			}
			if (test.sound == 1) != (report.Trouble == "") {
				t.Errorf("Trouble = %q", report.Trouble)
			}
		})
	}
}

// replaced puts another file in the place of one, with that text.
func replaced(t *testing.T, path string, text []byte) error {
	t.Helper()
	write(t, path+".new", text)
	return os.Rename(path+".new", path)
}

// TestWhatIsNotOurs has something else stand where a file or the directory belongs.
func TestWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	tests := map[string]func(path string) error{
		"link": func(path string) error { return os.Symlink(filepath.Join(filepath.Dir(path), "elsewhere"), path) },
		"link back": func(path string) error {
			return errors.Join(os.WriteFile(path+"x", nil, 0o600), os.Symlink(path+"x", path))
		},
		"directory": func(path string) error { return os.Mkdir(path, 0o700) },
		"others": func(path string) error {
			return errors.Join(os.WriteFile(path, nil, 0o600), os.Chown(path, 12345, 12345))
		},
	}
	for what, put := range tests {
		for _, place := range []string{"audit/" + current, "spill", "audit"} {
			t.Run(what+" at "+place, func(t *testing.T) {
				t.Parallel()
				if what == "others" && os.Getuid() != 0 {
					t.Skip("only root can make another user's files")
				}
				if what == "directory" && place == "audit" {
					t.Skip("that is what belongs there")
				}
				root := t.TempDir()
				path := filepath.Join(root, filepath.FromSlash(place))
				if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), put(path)); err != nil {
					t.Fatal(err)
				}
				_, err := Open(Config{Dir: filepath.Join(root, "audit"), Spill: filepath.Join(root, "spill")})
				if !errors.Is(err, private.ErrNotOurs) {
					t.Errorf("Open = %v, want ErrNotOurs", err)
				}
				if _, err := os.Lstat(filepath.Join(root, "elsewhere")); err == nil {
					t.Error("a file was made at the end of the link")
				}
			})
		}
	}
}

// TestLinkPutThereLater has the open log's file give way to a link: what comes then is
// spilled, and nothing is written where the link leads.
func TestLinkPutThereLater(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir())
	add(t, b.Log, 1)
	target := filepath.Join(b.root, "target")
	write(t, target, []byte("text"))
	if err := errors.Join(os.Rename(b.main.path, b.main.path+".old"), os.Symlink(target, b.main.path)); err != nil {
		t.Fatal(err)
	}
	add(t, b.Log, 1)
	if got := string(read(t, target)); got != "text" {
		t.Errorf("the file at the end of the link is %q", got)
	}
	if _, err := b.Since(0, 0, nil); !errors.Is(err, private.ErrNotOurs) {
		t.Errorf("Since = %v, want ErrNotOurs", err)
	}
	if err := os.Rename(b.main.path+".old", b.main.path); err != nil {
		t.Fatal(err)
	}
	b.mended()
	add(t, b.Log, 1)
	sound(t, b.Log, 1, 3)
	b.noSpill(t)
}

// TestNoDirectoryCanBeMade has a file stand on the way, which stops root as well.
func TestNoDirectoryCanBeMade(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	way := filepath.Join(root, "home")
	write(t, way, nil)
	at := newClock()
	c := Config{Dir: filepath.Join(way, "audit"), Spill: filepath.Join(root, "spill"), Now: at.Now}
	if _, err := Open(c); err == nil {
		t.Fatal("a directory that cannot be looked into was opened")
	}
	c.Dir = filepath.Join(root, "gone", "audit")
	l := open(t, c)
	add(t, l, 2)
	if err := errors.Join(os.RemoveAll(filepath.Join(root, "gone")), os.WriteFile(filepath.Join(root, "gone"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	add(t, l, 2)
	if err := os.Remove(filepath.Join(root, "gone")); err != nil {
		t.Fatal(err)
	}
	at.add(retryAfter)
	add(t, l, 1)
	if report, err := l.Verify(); err != nil || report.Records != 3 || report.Sound != 3 || report.Last != 5 {
		t.Errorf("Verify = %+v, %v; want 3 to 5", report, err)
	}
}
