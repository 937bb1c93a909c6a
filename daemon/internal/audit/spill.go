package audit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/bento-cred/bento-cred/daemon/internal/private"
)

// errNoSpill is why nothing is spilled where no file is set.
var errNoSpill = errors.New("there is no other place for it")

// joinLocked finds out what of the spill is not in the main file: what follows the line
// that the main file ends with. Where that line is not in the spill, none of it is.
//
// Going by numbers would be simpler, and would throw away what was spilled while a home
// was not there at all and numbers began at 1 again.
func (l *Log) joinLocked(spill end) error {
	f, err := private.Open(l.spill.path, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // nothing was written
	for line, err := range lines(io.NewSectionReader(f, 0, spill.size)) {
		if err != nil {
			return err
		}
		if line.sum() == l.mainSum {
			l.from = line.end
		}
	}
	l.spilled = l.from < spill.size
	if !l.spilled {
		l.dropLocked()
		return nil
	}
	l.seq, l.head = max(l.seq, spill.seq), spill.sum
	return nil
}

// spillLocked writes a line to the spill.
func (l *Log) spillLocked(text []byte) error {
	if l.spill.path == "" {
		return errNoSpill
	}
	if err := l.spill.check(); err != nil {
		l.spill.close()
		if err := l.spill.open(l.head); err != nil {
			return err
		}
		l.from = min(l.from, l.spill.size)
	}
	if !l.spilled {
		l.from = l.spill.size // what stands there could not be removed, and is home
	}
	if err := l.spill.append(l.write, text); err != nil {
		return err
	}
	l.spilled = true
	return nil
}

// drainLocked appends what is in the spill to the main file, and removes the spill. A line
// that is no record is not taken along; that something is missing shows in the chain.
func (l *Log) drainLocked() error {
	f, err := private.Open(l.spill.path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		l.config.Log.Warn("decisions that were recorded in another place are lost", "file", l.spill.path)
		l.forgetLocked()
		return nil
	}
	if err != nil {
		return err
	}
	err = l.takeLocked(f)
	_ = f.Close() // nothing was written; and Windows removes no file that is open
	if err != nil {
		return err
	}
	l.dropLocked()
	return nil
}

// takeLocked appends the lines of f to the main file, from where they are not in it.
func (l *Log) takeLocked(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("looking at what was spilled: %w", err)
	}
	size := info.Size()
	if l.spill.torn {
		size = l.spill.size
	}
	begin := l.from
	for line, err := range lines(io.NewSectionReader(f, begin, size-begin)) {
		if err != nil {
			return err
		}
		if _, ok := line.record(); !ok {
			l.config.Log.Warn("a line that is no decision is not kept", "file", l.spill.path, "line", line.number)
			continue
		}
		text := line.raw
		if !line.ended() {
			text = append(line.text(), '\n')
		}
		if err := l.putLocked(text, line.sum()); err != nil {
			return err
		}
		l.from = begin + line.end
	}
	return nil
}

// dropLocked removes the spill, of which everything is in the main file. Where it cannot be
// removed, it is emptied, so that nothing of it is taken for new by the next daemon.
func (l *Log) dropLocked() {
	l.forgetLocked()
	err := os.Remove(l.spill.path)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return
	}
	if os.Truncate(l.spill.path, 0) != nil {
		l.config.Log.Warn("decisions that were brought home are still in their other place", "error", err)
	}
}

// forgetLocked has the next line that is spilled begin a new spill.
func (l *Log) forgetLocked() {
	l.spill.close()
	l.spill.size, l.spill.torn, l.spilled, l.from = 0, false, false, 0
}
