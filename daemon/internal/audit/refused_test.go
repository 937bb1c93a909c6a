package audit

import (
	"bytes"
	"errors"
	"os"
	"syscall"
	"testing"
)

// tear has a write fail when all but the line feed is written, and what was written stay:
// neither the open file nor what is at its path meanwhile can be cut.
func tear(t *testing.T) func(*os.File, []byte) (int, error) {
	return func(f *os.File, text []byte) (int, error) {
		n, _ := f.Write(text[:len(text)-1])
		if err := errors.Join(f.Close(), os.Rename(f.Name(), f.Name()+".away"), os.Mkdir(f.Name(), 0o700)); err != nil {
			t.Error(err)
		}
		return n, syscall.ENOSPC
	}
}

// refused has a record refused of which the files at those paths then have all but the
// line feed.
func (b *bench) refused(t *testing.T, paths ...string) {
	t.Helper()
	e := entry()
	e.Verb = "refused"
	if _, err := b.Append(e); err == nil {
		t.Fatal("it was not refused")
	}
	for _, path := range paths {
		if err := errors.Join(os.Remove(path), os.Rename(path+".away", path)); err != nil {
			t.Fatal(err)
		}
		if !bytes.HasSuffix(read(t, path), []byte("\"}")) {
			t.Fatal("the line is not there to be seen")
		}
	}
}

// noRefused holds the main file to having nothing of what was refused.
func (b *bench) noRefused(t *testing.T) {
	t.Helper()
	if bytes.Contains(read(t, b.main.path), []byte("refused")) {
		t.Error("a record that was refused is kept")
	}
}

// TestALineThatWasRefusedIsNotKept has a whole line stand in both files, but for its line
// feed, of a record that was refused; the next one has its number.
func TestALineThatWasRefusedIsNotKept(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir())
	add(t, b.Log, 1)
	write := b.write
	b.write = tear(t)
	b.refused(t, b.main.path, b.spill.path)
	sound(t, b.Log, 1, 1)
	b.write = write
	add(t, b.Log, 1) // spilled, for it is early
	sound(t, b.Log, 1, 2)
	next := b.restarted(t)
	sound(t, next.Log, 1, 2)
	next.noRefused(t)
	b.mended()
	add(t, b.Log, 1)
	sound(t, b.Log, 1, 3)
	sound(t, b.restarted(t).Log, 1, 3)
	b.noRefused(t)
}

// TestALineThatWasRefusedInTheSpill has it stand behind one that was kept there.
func TestALineThatWasRefusedInTheSpill(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir())
	b.full()
	add(t, b.Log, 1)
	write, torn := b.write, tear(t)
	b.write = func(f *os.File, text []byte) (int, error) {
		if f.Name() == b.spill.path {
			return torn(f, text)
		}
		return write(f, text)
	}
	b.refused(t, b.spill.path)
	sound(t, b.Log, 1, 1)
	b.write = write
	b.mended()
	add(t, b.Log, 1)
	sound(t, b.Log, 1, 2)
	b.noSpill(t)
	b.noRefused(t)
}
