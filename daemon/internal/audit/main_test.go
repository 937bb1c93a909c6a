package audit

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// clock is a clock that is set by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time // guarded by mu
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 1, 9, 30, 0, 125e6, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// open opens a log that is closed with the test.
func open(t testing.TB, config Config) *Log {
	t.Helper()
	l, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// add appends n entries.
func add(t testing.TB, l *Log, n int) {
	t.Helper()
	for range n {
		if _, err := l.Append(entry()); err != nil {
			t.Fatal(err)
		}
	}
}

// entry returns one that is as many are.
func entry() Entry {
	return Entry{
		Answer: Allow, Detail: "rule", Verb: "get", Context: "prod", Host: "app.example.com", Token: "tk-1", Rule: "shells",
		UID: 1000, PID: 4711, Executable: "/usr/bin/git", Parents: []string{"/usr/bin/bash", "/usr/bin/tmux"}, Directory: "/home/u/p",
	}
}

// sound verifies a log that has nothing wrong with it and holds the records of those
// numbers, each once.
func sound(t testing.TB, l *Log, first, last uint64) {
	t.Helper()
	report, err := l.Verify()
	if err != nil {
		t.Fatal(err)
	}
	if report.Trouble != "" || report.First != first || report.Last != last || report.Records != last-first+1 || report.Sound != first {
		t.Errorf("Verify = %+v, want records %d to %d and no trouble", report, first, last)
	}
	if seq, head := l.Head(); seq != last || head != report.Head {
		t.Errorf("Head = %d, %s; want %d, %s", seq, head, last, report.Head)
	}
	numbers(t, l, first, last)
}

// numbers has Since return the records of those numbers, each once.
func numbers(t testing.TB, l *Log, first, last uint64) {
	t.Helper()
	records, err := l.Since(0, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []uint64
	for _, record := range records {
		got = append(got, record.Seq)
	}
	var want []uint64
	for seq := first; seq <= last; seq++ {
		want = append(want, seq)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the records are %v, want %v", got, want)
	}
}

// read returns the content of a file.
func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// write makes a file.
func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// copyOf returns a copy of a directory.
func copyOf(t testing.TB, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}
