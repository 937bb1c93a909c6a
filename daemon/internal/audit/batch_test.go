package audit

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// together has n decisions come while the log is held up, and returns what they were told.
func together(t *testing.T, b *bench, n int) (numbers []uint64, errs []error) {
	t.Helper()
	numbers, errs = make([]uint64, n), make([]error, n)
	var all sync.WaitGroup
	b.mu.Lock()
	for i := range n {
		all.Go(func() { numbers[i], errs[i] = b.Append(entry()) })
	}
	for late := time.Now().Add(10 * time.Second); joined(b.Log) != n%maxBatch; time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("%d decisions wait in the last batch, want %d", joined(b.Log), n%maxBatch)
		}
	}
	time.Sleep(20 * time.Millisecond) // for those of the full batches, which nobody can count
	b.mu.Unlock()
	all.Wait()
	return numbers, errs
}

// joined returns how many decisions are in the open batch.
func joined(l *Log) int {
	l.joining.Lock()
	defer l.joining.Unlock()
	if l.open == nil {
		return 0
	}
	return len(l.open.entries)
}

// TestTogether: decisions that come at the same time are kept by one write, each as a record
// of its own.
func TestTogether(t *testing.T) {
	t.Parallel()
	for n, most := range map[int]int{1: 1, 40: 1, maxBatch + 10: 2} {
		b := newBench(t, t.TempDir())
		b.Log.config.MaxSize = 1 << 20
		writes, write := 0, b.write
		b.write = func(f *os.File, text []byte) (int, error) {
			writes++
			return write(f, text)
		}
		numbers, errs := together(t, b, n)
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		if writes > most {
			t.Errorf("%d decisions: %d writes, want at most %d", n, writes, most)
		}
		slices.Sort(numbers)
		for i, number := range numbers {
			if number != uint64(i+1) {
				t.Fatalf("%d decisions have the numbers %v", n, numbers)
			}
		}
		report, err := b.Verify()
		if err != nil || report.Trouble != "" || report.Records != uint64(n) {
			t.Errorf("%d decisions: %+v, %v", n, report, err)
		}
	}
}

// TestTornTogether has a part of a batch stay in a file that cannot be cut, with whole lines in
// it, and the batch kept in the other place or in none.
func TestTornTogether(t *testing.T) {
	t.Parallel()
	for name, spills := range map[string]bool{"kept in the spill": true, "kept nowhere": false} {
		b := newBench(t, t.TempDir())
		b.Log.config.MaxSize = 1 << 20
		add(t, b.Log, 1)
		write := b.write
		b.write = func(f *os.File, text []byte) (int, error) {
			if f.Name() != b.main.path {
				return 0, syscall.ENOSPC
			}
			n, _ := f.Write(text[:len(text)-100]) // most of the lines, and most of the last one
			if err := errors.Join(f.Close(), os.Rename(f.Name(), f.Name()+".away"), os.Mkdir(f.Name(), 0o700)); err != nil {
				t.Error(err)
			}
			return n, syscall.EIO
		}
		torn := b.write
		if spills {
			b.write = func(f *os.File, text []byte) (int, error) {
				if f.Name() == b.spill.path {
					return write(f, text)
				}
				return torn(f, text)
			}
		}
		_, errs := together(t, b, 40)
		kept := uint64(1)
		for _, err := range errs {
			if (err == nil) != spills {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if spills {
			kept = 41
		}
		if err := errors.Join(os.Remove(b.main.path), os.Rename(b.main.path+".away", b.main.path)); err != nil {
			t.Fatal(err)
		}
		b.write = write
		b.mended()
		add(t, b.Log, 1)
		for which, l := range map[string]*Log{"this daemon": b.Log, "the next one": b.restarted(t).Log} {
			if report, err := l.Verify(); err != nil || report.Trouble != "" || report.Records != kept+1 || report.Last != kept+1 {
				t.Errorf("%s, to %s: %+v, %v; want %d records", name, which, report, err, kept+1)
			}
		}
	}
}

// TestTogetherOrNotAtAll: of decisions that could not be written none is kept, and each is told
// so; what comes after goes on where the last one that was kept ended.
func TestTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir())
	b.Log.config.MaxSize = 1 << 20
	if _, err := b.Append(entry()); err != nil {
		t.Fatal(err)
	}
	b.half = 700 // two whole lines and a half one reach the disk
	b.full()
	b.broken[filepath.Base(b.Log.config.Spill)] = syscall.ENOSPC
	_, errs := together(t, b, 40)
	for _, err := range errs {
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("a decision that was not kept is told %v", err)
		}
	}
	b.mended()
	delete(b.broken, filepath.Base(b.Log.config.Spill))
	if number, err := b.Append(entry()); number != 2 || err != nil {
		t.Errorf("the next one has the number %d, %v; want 2", number, err)
	}
	if report, err := b.Verify(); err != nil || report.Trouble != "" || report.Records != 2 {
		t.Errorf("%+v, %v", report, err)
	}
	if report, err := b.restarted(t).Verify(); err != nil || report.Trouble != "" || report.Records != 2 {
		t.Errorf("to the next daemon: %+v, %v", report, err)
	}
}
