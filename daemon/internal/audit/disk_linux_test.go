package audit

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/bento-cred/bento-cred/internal/disktest"
)

// TestDiskThatCannotBeWritten has the disk of the log fill up or become read-only: under
// an open log, before one is opened, and before there was any.
func TestDiskThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for what, disease := range map[string]struct {
		spoil func(*testing.T, string) func()
		want  error
	}{"full": {disktest.Fill, syscall.ENOSPC}, "read-only": {disktest.Freeze, syscall.EROFS}} {
		for name, before := range map[string]uint64{"with records": 5, "new": 0} {
			t.Run(what+" "+name, func(t *testing.T) {
				t.Parallel()
				home, at := disktest.New(t, "64k"), newClock()
				c := Config{Dir: filepath.Join(home, "data", "audit"), Spill: filepath.Join(t.TempDir(), "spill"), Now: at.Now}
				if before > 0 {
					l := open(t, c)
					add(t, l, int(before))
					if what == "read-only" { // nothing may be open for writing
						_ = l.Close() // nothing was spilled
					}
				}
				mend := disease.spoil(t, home)
				none := open(t, Config{Dir: c.Dir, Now: at.Now})
				var err error
				for range 20 { // the last page may have room for some
					if _, err = none.Append(entry()); err != nil {
						break
					}
					before++
				}
				if !errors.Is(err, disease.want) {
					t.Errorf("Append without a spill = %v, want %v", err, disease.want)
				}
				l := open(t, c)
				add(t, l, 30)
				sound(t, l, 1, before+30)
				l = open(t, c) // the last one was killed
				sound(t, l, 1, before+30)
				add(t, l, 1)
				sound(t, l, 1, before+31)
				mend()
				at.add(retryAfter)
				add(t, l, 1)
				sound(t, l, 1, before+32)
				if _, err := os.Lstat(c.Spill); err == nil {
					t.Error("the spill is still there")
				}
			})
		}
	}
}

// TestDiskThatFillsUp writes until nothing fits, through many rotations.
func TestDiskThatFillsUp(t *testing.T) {
	t.Parallel()
	home, at := disktest.New(t, "64k"), newClock()
	c := Config{Dir: home, MaxSize: 2000, Keep: 1000, Spill: filepath.Join(t.TempDir(), "spill"), Now: at.Now}
	l := open(t, c)
	for l.trouble == nil {
		add(t, l, 1)
	}
	add(t, l, 100)
	seq, _ := l.Head()
	sound(t, l, 1, seq)
	l = open(t, c) // the last one was killed
	sound(t, l, 1, seq)
	if err := os.Remove(filepath.Join(home, rotatedName(1))); err != nil {
		t.Fatal(err)
	}
	at.add(retryAfter)
	add(t, l, 1)
	report, err := l.Verify()
	if err != nil || report.Trouble != "" || report.First <= 1 || report.Last != seq+1 {
		t.Errorf("Verify = %+v, %v; want it sound up to %d", report, err, seq+1)
	}
}
