package audit

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAppendIsReadBack(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "audit")
	at := newClock()
	l := open(t, Config{Dir: dir, Now: at.Now})
	if report, err := l.Verify(); err != nil || report.Trouble != "" || report.Head != strings.Repeat("0", 64) {
		t.Errorf("Verify of nothing = %+v, %v", report, err)
	}
	first := entry()
	second := Entry{Answer: Deny, Detail: "default", Directory: "/tmp/a\nb", Contained: true, UID: -1}
	for i, e := range []Entry{first, second} {
		if seq, err := l.Append(e); err != nil || seq != uint64(i+1) {
			t.Fatalf("Append = %d, %v", seq, err)
		}
		at.add(time.Second)
	}
	_, head := l.Head()
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Error(err)
	}
	l = open(t, Config{Dir: dir})
	sound(t, l, 1, 2)
	if _, again := l.Head(); again != head {
		t.Errorf("Head = %s, and %s before it was closed", again, head)
	}
	got, err := l.Since(0, 0, nil)
	if err != nil || len(got) != 2 {
		t.Fatalf("Since = %v, %v", got, err)
	}
	begin := newClock().now
	want := []Record{
		{Seq: 1, Time: begin, Entry: first, Prev: strings.Repeat("0", 64)},
		{Seq: 2, Time: begin.Add(time.Second), Entry: second, Prev: got[1].Prev},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for path, mode := range map[string]fs.FileMode{dir: 0o700, filepath.Join(dir, current): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%q: %v, %v; want %v", path, info.Mode(), err, mode)
		}
	}
}

func TestAppendRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, Config{Dir: dir})
	for _, answer := range []Answer{"", "maybe", "allow\n"} {
		if _, err := l.Append(Entry{Answer: answer}); err == nil {
			t.Errorf("%q was taken", answer)
		}
	}
	add(t, l, 1)
	l.seq = maxSeq
	if _, err := l.Append(entry()); err == nil {
		t.Error("a number was given that nobody can read")
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := l.Append(entry()); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Append to a closed log = %v", err)
	}
	if got := bytes.Count(read(t, filepath.Join(dir, current)), []byte{'\n'}); got != 1 {
		t.Errorf("%d lines, want 1", got)
	}
	if _, err := Open(Config{Dir: "relative"}); err == nil {
		t.Error("a relative directory was opened")
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	const writers, each = 16, 1000 / 16
	l := open(t, Config{Dir: t.TempDir(), MaxSize: 50_000, Keep: 100})
	var group sync.WaitGroup
	var seen sync.Map
	for range writers {
		group.Go(func() {
			for range each {
				seq, err := l.Append(entry())
				if _, twice := seen.LoadOrStore(seq, true); twice || err != nil {
					t.Errorf("Append = %d, %v", seq, err)
				}
			}
		})
	}
	group.Go(func() { // somebody reads meanwhile
		for range 20 {
			if report, err := l.Verify(); err != nil || report.Trouble != "" {
				t.Errorf("Verify = %+v, %v", report, err)
			}
			if _, err := l.Last(5, nil); err != nil {
				t.Error(err)
			}
		}
	})
	group.Wait()
	sound(t, l, 1, writers*each)
}

func TestWait(t *testing.T) {
	t.Parallel()
	l := open(t, Config{Dir: t.TempDir()})
	synctest.Test(t, func(t *testing.T) {
		done := make(chan error, 2)
		for range cap(done) {
			go func() { done <- l.Wait(t.Context(), 1) }()
		}
		add(t, l, 1)
		synctest.Wait()
		if len(done) != 0 {
			t.Errorf("Wait = %v after a record that is no newer", <-done)
		}
		add(t, l, 1)
		for range cap(done) {
			if err := <-done; err != nil {
				t.Errorf("Wait = %v", err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := l.Wait(ctx, 2); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait = %v, want its deadline", err)
		}
		go func() { done <- l.Wait(t.Context(), 2) }()
		synctest.Wait()
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; !errors.Is(err, fs.ErrClosed) {
			t.Errorf("Wait = %v on a log that is closed", err)
		}
		if err := l.Wait(t.Context(), 1); err != nil {
			t.Errorf("Wait for what is there = %v", err)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	l := open(b, Config{Dir: b.TempDir()})
	e := entry()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := l.Append(e); err != nil {
			b.Fatal(err)
		}
	}
}
