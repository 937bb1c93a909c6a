package audit

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestSpillAndBack(t *testing.T) {
	t.Parallel()
	for name, half := range map[string]int{"nothing": 0, "a byte": 1, "a half": 200, "all but the line feed": 340} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, t.TempDir())
			add(t, b.Log, 3)
			b.half = half
			b.full()
			add(t, b.Log, 7)
			sound(t, b.Log, 1, 10)
			if got := bytes.Count(read(t, b.spill.path), []byte{'\n'}); got != 7 {
				t.Errorf("%d lines were spilled, want 7", got)
			}
			sound(t, b.restarted(t).Log, 1, 10)
			b.mended()
			add(t, b.Log, 1)
			sound(t, b.Log, 1, 11)
			b.noSpill(t)
			sound(t, b.restarted(t).Log, 1, 11)
			b.full()
			add(t, b.Log, 1)
			delete(b.broken, current)
			if err := b.Close(); err != nil { // brings it home, however soon
				t.Error(err)
			}
			b.noSpill(t)
		})
	}
}

// TestTriesNowAndThen counts how often a full disk is written to.
func TestTriesNowAndThen(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir())
	tries := 0
	write := b.write
	b.write = func(f *os.File, text []byte) (int, error) {
		if filepath.Base(f.Name()) == current {
			tries++
		}
		return write(f, text)
	}
	b.full()
	for range 10 {
		add(t, b.Log, 100)
		b.clock.add(retryAfter)
	}
	if tries != 10 {
		t.Errorf("tried %d times, want 10", tries)
	}
	b.clock.add(-time.Hour) // a clock that is set back keeps nothing from being tried
	add(t, b.Log, 1)
	if tries != 11 {
		t.Errorf("tried %d times after the clock went back, want 11", tries)
	}
}

func TestNeitherCanBeWritten(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir())
	add(t, b.Log, 2)
	b.full()
	b.broken["spill.jsonl"] = syscall.EROFS
	b.half = 100
	for range 3 {
		if seq, err := b.Append(entry()); !errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EROFS) || seq != 0 {
			t.Errorf("Append = %d, %v; want ENOSPC", seq, err)
		}
	}
	sound(t, b.Log, 1, 2)
	sound(t, b.restarted(t).Log, 1, 2)
	delete(b.broken, current) // made room, and at once the next try works
	add(t, b.Log, 1)
	sound(t, b.Log, 1, 3)

	none := open(t, Config{Dir: filepath.Join(t.TempDir(), "audit")})
	none.write = func(*os.File, []byte) (int, error) { return 0, syscall.EDQUOT }
	if _, err := none.Append(entry()); !errors.Is(err, syscall.EDQUOT) {
		t.Errorf("Append without a spill = %v, want EDQUOT", err)
	}
}

// TestKilledWhileBringingHome looks at what is left after each half write, and has the
// next daemon go on from there.
func TestKilledWhileBringingHome(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir())
	add(t, b.Log, 3)
	b.full()
	add(t, b.Log, 9)
	b.mended()
	var left []*bench
	b.write = func(f *os.File, text []byte) (int, error) {
		for _, part := range [][]byte{text[:1], text[1 : len(text)/2], text[len(text)/2 : len(text)-1], text[len(text)-1:], nil} {
			left = append(left, b.restarted(t))
			if _, err := f.Write(part); err != nil {
				return 0, err
			}
		}
		return len(text), nil
	}
	b.mu.Lock()
	err := b.writeMainLocked(b.clock.Now(), nil, sum{})
	b.mu.Unlock()
	if err != nil || len(left) != 9*5 {
		t.Fatalf("%v; %d moments were seen", err, len(left))
	}
	for _, next := range left {
		next.noSpill(t)
		sound(t, next.Log, 1, 12)
		add(t, next.Log, 1)
		sound(t, next.Log, 1, 13)
	}
}

// TestFullAgainWhileBringingHome has some of what was spilled fit, and the rest not.
func TestFullAgainWhileBringingHome(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir())
	b.full()
	add(t, b.Log, 9)
	for range 4 {
		b.mended()
		write, room := b.write, 2
		b.write = func(f *os.File, text []byte) (int, error) {
			if room--; room < 0 {
				b.full()
			}
			return write(f, text)
		}
		add(t, b.Log, 1)
		b.write = write
		seq, _ := b.Head()
		sound(t, b.Log, 1, seq)
		sound(t, b.restarted(t).Log, 1, seq)
		if got, err := b.Last(3, nil); err != nil || got[0].Seq != seq-2 || len(got) != 3 {
			t.Errorf("Last = %s, %v", seqs(got), err)
		}
	}
	b.mended()
	add(t, b.Log, 1)
	sound(t, b.Log, 1, 14)
	b.noSpill(t)
}

// TestSpillThatIsOld finds a spill whose lines are all home, and one that has nothing to
// do with what is there.
func TestSpillThatIsOld(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir())
	add(t, b.Log, 3)
	write(t, b.spill.path, read(t, b.main.path))
	old := b.restarted(t)
	old.noSpill(t)
	sound(t, old.Log, 1, 3)

	other := newBench(t, t.TempDir()) // the home was not there, and numbers began anew
	other.full()
	add(t, other.Log, 2)
	write(t, b.spill.path, read(t, other.spill.path))
	mixed := b.restarted(t)
	mixed.noSpill(t)
	add(t, mixed.Log, 1)
	report, err := mixed.Verify()
	if err != nil || report.Trouble == "" || report.Records != 6 || report.Last != 4 {
		t.Errorf("Verify = %+v, %v; want all six records, and trouble", report, err)
	}
}

// TestSpillThatCouldNotBeRemoved has lines stand in the spill that are home.
func TestSpillThatCouldNotBeRemoved(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir())
	add(t, b.Log, 3)
	write(t, b.spill.path, read(t, b.main.path))
	b.full()
	add(t, b.Log, 2)
	sound(t, b.Log, 1, 5)
	sound(t, b.restarted(t).Log, 1, 5)
	b.mended()
	add(t, b.Log, 1)
	sound(t, b.Log, 1, 6)
	b.noSpill(t)
}

// TestSpillThatVanishes loses what was in the runtime directory, which then shows.
func TestSpillThatVanishes(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir())
	add(t, b.Log, 1)
	b.full()
	add(t, b.Log, 2)
	if err := os.Remove(b.spill.path); err != nil {
		t.Fatal(err)
	}
	add(t, b.Log, 2)
	b.mended()
	add(t, b.Log, 1)
	if report, err := b.Verify(); err != nil || report.Trouble == "" || report.Records != 4 || report.Sound != 4 {
		t.Errorf("Verify = %+v, %v; want 1, 4, 5 and 6, sound from 4", report, err)
	}
	b.full()
	add(t, b.Log, 1)
	if err := os.Remove(b.spill.path); err != nil {
		t.Fatal(err)
	}
	b.mended()
	add(t, b.Log, 1)
	if report, err := b.Verify(); err != nil || report.Sound != 8 {
		t.Errorf("Verify = %+v, %v; want it sound from 8", report, err)
	}
	b.full()
	add(t, b.Log, 3)
	b.from = int64(len(read(t, b.spill.path))) / 3 // the first of three is home
	if err := os.Remove(b.spill.path); err != nil {
		t.Fatal(err)
	}
	add(t, b.Log, 2)
	if records, err := b.Since(8, 0, nil); err != nil || seqs(records) != "12 13" {
		t.Errorf("Since = %s, %v; want what was spilled anew", seqs(records), err)
	}
}

// TestLogTellsNothingOfRecords reads what the daemon's log is told of it all.
func TestLogTellsNothingOfRecords(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir())
	var told strings.Builder
	b.Log.config.Log = slog.New(slog.NewTextHandler(io.Writer(&told), nil))
	b.full()
	add(t, b.Log, 3)
	b.mended()
	add(t, b.Log, 3)
	if got := strings.Count(told.String(), "\n"); got != 2 {
		t.Errorf("%d lines, want one for the failure and one for its end:\n%s", got, &told)
	}
	if strings.Contains(told.String(), "app.example.com") {
		t.Errorf("the log tells of a record:\n%s", &told)
	}
}
