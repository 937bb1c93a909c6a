package audit

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/bento-cred/bento-cred/daemon/internal/private"
)

// end is how a file ends.
type end struct {
	size int64  // what there is up to the end of the last whole line
	some bool   // there is a line
	seq  uint64 // of the last record; 0: there is none
	sum  sum    // of the last line, which need not be a record
	half bool   // something that is no whole line follows
}

// endOf returns how the file at path ends; one that is not there is empty. A last record
// that lacks nothing but its line feed is taken for a whole line if unended is true.
func endOf(path string, unended bool) (end, error) {
	f, err := private.Open(path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return end{}, nil
	}
	if err != nil {
		return end{}, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	info, err := f.Stat()
	if err != nil {
		return end{}, fmt.Errorf("looking at the record of decisions: %w", err)
	}
	return readEnd(f, info.Size(), unended)
}

// readEnd is endOf for the first size bytes of r. Where the last line is a record, which
// is always but after a misfortune, no other is read.
func readEnd(r io.ReaderAt, size int64, unended bool) (end, error) {
	whole, err := lineStart(r, size)
	if err != nil {
		return end{}, err
	}
	e := end{size: whole, half: whole < size}
	if e.half && unended {
		found, err := e.take(r, whole, size)
		if found || err != nil {
			e.half = false
			return e, err
		}
	}
	if whole == 0 {
		return e, nil
	}
	start, err := lineStart(r, whole-1)
	if err != nil {
		return end{}, err
	}
	if found, err := e.take(r, start, whole); found || err != nil {
		return e, err
	}
	for l, err := range lines(io.NewSectionReader(r, 0, whole)) {
		if err != nil {
			return end{}, err
		}
		e.some, e.sum = true, l.sum()
		if record, ok := l.record(); ok {
			e.seq = record.Seq
		}
	}
	return e, nil
}

// take makes the line from one offset to another the last one, and reports whether it
// did, which it does for a record.
func (e *end) take(r io.ReaderAt, from, to int64) (bool, error) {
	if to-from > maxLine {
		return false, nil
	}
	text := make([]byte, to-from)
	if _, err := r.ReadAt(text, from); err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("reading the last decision: %w", err)
	}
	record, ok := parse(text)
	if !ok {
		return false, nil
	}
	e.size, e.some, e.seq = to, true, record.Seq
	e.sum = sha256.Sum256(bytes.TrimSuffix(text, []byte{'\n'}))
	return true, nil
}

// lineStart returns the offset behind the last line feed before the offset given: where
// the line begins that goes on there.
func lineStart(r io.ReaderAt, before int64) (int64, error) {
	block := make([]byte, 8<<10)
	for before > 0 {
		from := max(0, before-int64(len(block)))
		n, err := r.ReadAt(block[:before-from], from)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, fmt.Errorf("looking for the last decision: %w", err)
		}
		if at := bytes.LastIndexByte(block[:n], '\n'); at >= 0 {
			return from + int64(at) + 1, nil
		}
		before = from
	}
	return 0, nil
}
