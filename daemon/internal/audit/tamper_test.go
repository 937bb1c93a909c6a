package audit

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// made makes a log of 20 records in a directory, in one file or in several.
func made(t *testing.T, maxSize int64) (dir string) {
	t.Helper()
	dir = t.TempDir()
	l := open(t, Config{Dir: dir, MaxSize: maxSize})
	add(t, l, 20)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// examine verifies the log in dir as a daemon that starts there finds it, and holds the
// result to whether something is to be found. What is appended then is sound again.
func examine(t *testing.T, what, dir string, found bool) Report {
	t.Helper()
	l, err := Open(Config{Dir: dir})
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	defer func() { _ = l.Close() }() // looked at below, where it matters
	report, err := l.Verify()
	if err != nil || (report.Trouble != "") != found {
		t.Errorf("%s: Verify = %+v, %v; want trouble: %v", what, report, err, found)
	}
	add(t, l, 1)
	seq, _ := l.Head()
	after, err := l.Verify()
	if err != nil || after.Sound == 0 || after.Sound > seq || after.Last != seq || (after.Trouble != "") != found {
		t.Errorf("%s: then Verify = %+v, %v; want it sound from %d at least, and trouble: %v", what, after, err, seq, found)
	}
	return report
}

// TestLinesThatWereTamperedWith does to each line of a log whatever can be done to one.
func TestLinesThatWereTamperedWith(t *testing.T) {
	t.Parallel()
	path := filepath.Join(made(t, 0), current)
	original := bytes.SplitAfter(bytes.TrimSuffix(read(t, path), []byte{'\n'}), []byte{'\n'})
	original[19] = append(original[19], '\n')
	last := len(original) - 1
	tests := map[string]struct {
		change func(lines [][]byte, i int) [][]byte
		except int // the line of which it cannot be found; -1: of each it can
	}{
		"changed": {func(lines [][]byte, i int) [][]byte {
			lines[i] = bytes.Replace(lines[i], []byte("allow"), []byte("deny"), 1)
			return lines
		}, last},
		"deleted": {func(lines [][]byte, i int) [][]byte { return slices.Delete(lines, i, i+1) }, last},
		"doubled": {func(lines [][]byte, i int) [][]byte { return slices.Insert(lines, i, lines[i]) }, -1},
		"moved to the end": {func(lines [][]byte, i int) [][]byte {
			return append(slices.Delete(slices.Clone(lines), i, i+1), lines[i])
		}, last},
		"swapped": {func(lines [][]byte, i int) [][]byte {
			j := (i + 1) % len(lines)
			lines[i], lines[j] = lines[j], lines[i]
			return lines
		}, -1},
		"emptied": {func(lines [][]byte, i int) [][]byte { lines[i] = []byte{'\n'}; return lines }, -1},
		"halved":  {func(lines [][]byte, i int) [][]byte { lines[i] = append(lines[i][:50:50], '\n'); return lines }, -1},
		"joined": {func(lines [][]byte, i int) [][]byte {
			lines[i] = bytes.TrimSuffix(lines[i], []byte{'\n'})
			return lines
		}, last},
		"put in": {func(lines [][]byte, i int) [][]byte { return slices.Insert(lines, i, []byte("{}\n")) }, -1},
		"of Windows": {func(lines [][]byte, i int) [][]byte {
			lines[i] = bytes.Replace(lines[i], []byte("\n"), []byte("\r\n"), 1)
			return lines
		}, last},
		"all from it": {func(lines [][]byte, i int) [][]byte { return lines[i:] }, 0},
		"number moved": {func(lines [][]byte, i int) [][]byte {
			lines[i] = bytes.Replace(lines[i], []byte(`"seq":`), []byte(`"seq":1`), 1)
			return lines
		}, -1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i := range original {
				dir := t.TempDir()
				changed := test.change(slices.Clone(original), i)
				write(t, filepath.Join(dir, current), bytes.Join(changed, nil))
				examine(t, fmt.Sprintf("%s %d", name, i+1), dir, i != test.except)
			}
		})
	}
}

// TestBytesThatWereChanged changes single bytes, in a log of several files.
func TestBytesThatWereChanged(t *testing.T) {
	t.Parallel()
	dir := made(t, 1500)
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) < 4 {
		t.Fatalf("%v, %v", names, err)
	}
	slices.Sort(names)
	for _, path := range names {
		text := read(t, path)
		end := len(text)
		if filepath.Base(path) == current {
			end = bytes.LastIndexByte(text[:end-1], '\n') + 1 // the last line has none after it
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			copied := copyOf(t, dir)
			target := filepath.Join(copied, filepath.Base(path))
			for i := range end {
				if i%11 != 0 && text[i] != '\n' {
					continue
				}
				for _, other := range []byte{text[i] ^ 1, text[i] ^ 0x20, '\n', 0} {
					if other == text[i] {
						continue
					}
					changed := bytes.Clone(text)
					changed[i] = other
					write(t, target, changed)
					l, err := Open(Config{Dir: copied})
					if err != nil {
						t.Fatal(err)
					}
					report, err := l.Verify()
					if err != nil || report.Trouble == "" {
						t.Errorf("byte %d as %q: Verify = %+v, %v", i, other, report, err)
					}
					_ = l.Close() // nothing was written
				}
			}
		})
	}
}

// TestFilesThatWereTamperedWith takes files away and renames them.
func TestFilesThatWereTamperedWith(t *testing.T) {
	t.Parallel()
	dir := made(t, 1500)
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) < 4 {
		t.Fatalf("%v, %v", names, err)
	}
	slices.Sort(names) // the rotated ones first
	first, second := filepath.Base(names[0]), filepath.Base(names[1])
	tests := map[string]struct {
		do    func(in func(string) string) error
		found bool
	}{
		"nothing":       {func(func(string) string) error { return nil }, false},
		"the oldest":    {func(in func(string) string) error { return os.Remove(in(first)) }, false}, // as rotation does
		"the second":    {func(in func(string) string) error { return os.Remove(in(second)) }, true},
		"the newest":    {func(in func(string) string) error { return os.Remove(in(current)) }, false}, // the end
		"the name":      {func(in func(string) string) error { return os.Rename(in(first), in(rotatedName(2))) }, true},
		"the order":     {func(in func(string) string) error { return os.Rename(in(first), in(rotatedName(10))) }, true},
		"an empty one":  {func(in func(string) string) error { return os.Truncate(in(second), 0) }, true},
		"a line feed":   {func(in func(string) string) error { return os.Truncate(in(first), int64(len(read(t, in(first)))-1)) }, true},
		"what it holds": {func(in func(string) string) error { return os.WriteFile(in(first), read(t, in(second)), 0o600) }, true},
		"all but the newest": {func(in func(string) string) error {
			for _, name := range names[:len(names)-1] {
				if err := os.Remove(in(filepath.Base(name))); err != nil {
					return err
				}
			}
			return nil
		}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			copied := copyOf(t, dir)
			if err := test.do(func(name string) string { return filepath.Join(copied, name) }); err != nil {
				t.Fatal(err)
			}
			examine(t, name, copied, test.found)
		})
	}
}

// TestTheEndWhileItIsOpen cuts off what nobody could miss after a restart.
func TestTheEndWhileItIsOpen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, Config{Dir: dir})
	add(t, l, 5)
	path := filepath.Join(dir, current)
	whole := read(t, path)
	at := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	for what, text := range map[string][]byte{"cut": whole[:at], "changed": bytes.Replace(whole, []byte(`"seq":5,`), []byte(`"seq":6,`), 1), "more": append(whole[:len(whole):len(whole)], "{}\n"...)} {
		write(t, path, text)
		if report, err := l.Verify(); err != nil || report.Trouble == "" || report.Sound != 0 {
			t.Errorf("%s: Verify = %+v, %v", what, report, err)
		}
	}
	write(t, path, whole)
	sound(t, l, 1, 5)
}

func TestTroubleNamesItsPlace(t *testing.T) {
	t.Parallel()
	dir := made(t, 0)
	path := filepath.Join(dir, current)
	write(t, path, bytes.Replace(read(t, path), []byte(`"seq":11,`), []byte(`"seq":12,`), 1))
	report := examine(t, "a number", dir, true)
	if want := "audit.jsonl line 11: it is record 12, and the one before it 10"; report.Trouble != want {
		t.Errorf("Trouble = %q, want %q", report.Trouble, want)
	}
	dir = made(t, 0)
	path = filepath.Join(dir, current)
	write(t, path, bytes.Replace(read(t, path), []byte("allow"), []byte("deny"), 1))
	report = examine(t, "an answer", dir, true)
	if want := "audit.jsonl line 2: the line before it was changed or taken away"; report.Trouble != want || report.Troubles != 1 || report.Sound != 2 {
		t.Errorf("Verify = %+v, want %q", report, want)
	}
	if strings.Contains(report.Trouble, dir) {
		t.Error("the directory is told")
	}
}
