package audit

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// bench is a log whose writes can be made to fail.
type bench struct {
	*Log
	clock  *clock
	root   string // of the directory and the spill
	broken map[string]error
	half   int // how many bytes of a write that fails are written all the same
}

// newBench returns a bench with a log in root.
func newBench(t *testing.T, root string) *bench {
	t.Helper()
	b := &bench{clock: newClock(), root: root, broken: map[string]error{}}
	b.Log = open(t, b.config())
	b.write = func(f *os.File, text []byte) (int, error) {
		if err := b.broken[filepath.Base(f.Name())]; err != nil {
			n, _ := f.Write(text[:min(b.half, len(text))])
			return n, &os.PathError{Op: "write", Path: f.Name(), Err: err}
		}
		return f.Write(text)
	}
	return b
}

func (b *bench) config() Config {
	return Config{Dir: filepath.Join(b.root, "audit"), Spill: filepath.Join(b.root, "spill.jsonl"), MaxSize: 1500, Keep: 100, Now: b.clock.Now}
}

// full has the disk of the directory be full. mended undoes it.
func (b *bench) full() { b.broken[current] = syscall.ENOSPC }

func (b *bench) mended() {
	delete(b.broken, current)
	b.clock.add(retryAfter)
}

// restarted returns a bench with a log as the next daemon finds it; this one was killed.
func (b *bench) restarted(t *testing.T) *bench {
	t.Helper()
	return newBench(t, copyOf(t, b.root))
}

// noSpill holds the log to having brought everything home.
func (b *bench) noSpill(t *testing.T) {
	t.Helper()
	if _, err := os.Lstat(filepath.Join(b.root, "spill.jsonl")); err == nil {
		t.Error("the spill is still there")
	}
}
