package audit

import (
	"bytes"
	"path/filepath"
	"testing"
)

// TestCutAtEveryByte has a daemon die in the middle of each write that it can die in: the
// log goes on from the last whole record.
func TestCutAtEveryByte(t *testing.T) {
	t.Parallel()
	for name, maxSize := range map[string]int64{"one file": 0, "several": 1500} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := made(t, maxSize)
			path := filepath.Join(dir, current)
			text := read(t, path)
			lines := bytes.SplitAfter(text, []byte{'\n'})
			begin := len(text)
			for _, line := range lines[max(0, len(lines)-3):] {
				begin -= len(line)
			}
			for cut := begin; cut <= len(text); cut++ {
				missing := bytes.Count(text[cut:], []byte{'\n'})
				if cut < len(text) && text[cut] == '\n' {
					missing-- // nothing but the line feed is
				}
				write(t, path, text[:cut])
				whole := uint64(20 - missing)
				l := open(t, Config{Dir: dir})
				sound(t, l, 1, whole)
				add(t, l, 1)
				sound(t, l, 1, whole+1)
				_ = l.Close() // it is read again below
			}
		})
	}
}

// FuzzRead has any bytes be a log: it is opened and read, and goes on.
func FuzzRead(f *testing.F) {
	dir := f.TempDir()
	l := open(f, Config{Dir: dir})
	add(f, l, 3)
	good := read(f, filepath.Join(dir, current))
	f.Add(good, []byte(nil), []byte(nil))
	f.Add(good[:len(good)-1], []byte(nil), []byte(nil))
	f.Add(good[:len(good)/2], good, []byte("{}\n"))
	f.Add([]byte(nil), good, good[len(good)/2:])
	f.Add([]byte("\n\n\x00"), []byte("\n"), []byte("x"))
	f.Add(bytes.Replace(good, []byte(`"seq":3`), []byte(`"seq":9007199254740991`), 1), []byte(nil), []byte(nil))
	f.Fuzz(func(t *testing.T, main, older, spilled []byte) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, current), main)
		write(t, filepath.Join(dir, rotatedName(1)), older)
		spill := filepath.Join(dir, "spill")
		write(t, spill, spilled)
		l := open(t, Config{Dir: dir, Spill: spill, MaxSize: 2000})
		before, err := l.Verify()
		if err != nil {
			t.Fatal(err)
		}
		if records, err := l.Since(0, 0, nil); err != nil || uint64(len(records)) != before.Records {
			t.Fatalf("Since has %d records, %v; Verify %+v", len(records), err, before)
		}
		seq, err := l.Append(entry())
		if err != nil {
			if l.seq < maxSeq {
				t.Fatal(err)
			}
			return
		}
		after, err := l.Verify()
		if err != nil || after.Last != seq || after.Sound == 0 || after.Sound > seq {
			t.Fatalf("after Append = %d: %+v, %v", seq, after, err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := open(t, Config{Dir: dir, Spill: spill}).Verify()
		if err != nil || again != after {
			t.Fatalf("opened again: %+v, %v; before %+v", again, err, after)
		}
	})
}
