package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/private"
)

// retryAfter is how long a directory that could not be written is left alone.
const retryAfter = 3 * time.Second

// loadLocked finds out where the chain goes on.
func (l *Log) loadLocked() error {
	// Whatever else is the matter, a directory that cannot be made is one to spill for.
	if err := private.MakeDir(l.config.Dir); errors.Is(err, private.ErrNotOurs) {
		return err
	}
	var spill end
	if l.spill.path != "" {
		var err error
		if spill, err = endOf(l.spill.path, true); err != nil {
			return err
		}
	}
	// What lacks its line feed was being written when a write failed or a daemon died. Where
	// something is spilled, that line is too, or it was never kept.
	main, err := endOf(l.main.path, !spill.some)
	if err != nil {
		return err
	}
	l.main.size, l.main.torn = main.size, main.half
	l.spill.size, l.spill.torn = spill.size, spill.half
	if main, err = l.beforeLocked(main); err != nil {
		return err
	}
	l.seq, l.head, l.mainSum = main.seq, main.sum, main.sum
	if !spill.some {
		return nil
	}
	return l.joinLocked(spill)
}

// beforeLocked completes what the main file does not know from the rotated ones: it may
// have just been begun.
func (l *Log) beforeLocked(main end) (end, error) {
	names, err := l.rotated()
	if err != nil {
		return main, err
	}
	slices.Reverse(names)
	for _, name := range names {
		if main.seq > 0 {
			break
		}
		older, err := endOf(filepath.Join(l.config.Dir, name), true)
		if err != nil {
			return main, err
		}
		main.seq = older.seq
		if !main.some {
			main.some, main.sum = older.some, older.sum
		}
	}
	return main, nil
}

// keepLocked writes a line to the main file, or else to the spill. The error is the main
// file's.
func (l *Log) keepLocked(now time.Time, text []byte, of sum) error {
	// By a clock that was set back, the last failure is still to come.
	ago := now.Sub(l.failed)
	early := l.trouble != nil && ago >= 0 && ago < retryAfter
	if !early && l.writeMainLocked(now, text, of) == nil {
		return nil
	}
	spill := l.spillLocked(text)
	if spill == nil {
		return nil
	}
	// No secret is refused for something that is over by now.
	if early && l.writeMainLocked(now, text, of) == nil {
		return nil
	}
	return fmt.Errorf("%w (and in its other place: %v)", l.trouble, spill) //nolint:errorlint // the first is what is to be mended
}

// writeMainLocked brings home what was spilled, and then writes text, if there is one, to
// the main file.
func (l *Log) writeMainLocked(now time.Time, text []byte, of sum) error {
	err := l.openMainLocked()
	if err == nil && l.spilled {
		err = l.drainLocked()
	}
	if err == nil && text != nil {
		err = l.putLocked(text, of)
	}
	if err != nil {
		l.main.close()
		if l.trouble == nil {
			l.config.Log.Warn("the record of decisions cannot be written", "file", l.main.path, "error", err)
		}
		l.trouble, l.failed = err, now
		return err
	}
	if l.trouble != nil {
		l.config.Log.Info("the record of decisions can be written again", "file", l.main.path)
		l.trouble = nil
	}
	return nil
}

// openMainLocked has the main file open and in its place. The chain goes on from memory
// and not from what is found there: so what somebody took away or put in shows.
func (l *Log) openMainLocked() error {
	err := l.main.check()
	if err == nil {
		return nil
	}
	if !errors.Is(err, fs.ErrClosed) {
		l.config.Log.Warn("the record of decisions is not as it was left", "file", l.main.path, "error", err)
		l.main.close()
	}
	if err := private.MakeDir(l.config.Dir); err != nil {
		return err
	}
	return l.main.open(l.mainSum)
}
