package audit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"github.com/bento-cred/bento-cred/daemon/internal/private"
)

// source is a file as it was at one moment.
type source struct {
	name  string
	first uint64 // the number in a rotated file's name; 0: it is none
	from  int64
	size  int64
	f     *os.File
}

// lines goes through the file.
func (s source) lines() iter.Seq2[line, error] {
	return lines(io.NewSectionReader(s.f, s.from, s.size-s.from))
}

// sources are the files of a log, oldest first.
type sources []source

func (s sources) close() {
	for _, source := range s {
		_ = source.f.Close() // nothing was written
	}
}

// Since returns the records with a number above after, oldest first: those that wanted
// says yes to, or all if it is nil, and limit of them at most, or all if it is 0. What is
// no record is skipped.
func (l *Log) Since(after uint64, limit int, wanted func(Record) bool) ([]Record, error) {
	l.mu.Lock()
	files, err := l.sourcesLocked(after)
	l.mu.Unlock()
	defer files.close()
	if err != nil {
		return nil, err
	}
	var records []Record
	for _, file := range files {
		for line, err := range file.lines() {
			if err != nil {
				return nil, err
			}
			record, ok := line.after(after)
			if !ok || wanted != nil && !wanted(record) {
				continue
			}
			records = append(records, record)
			if len(records) == limit {
				return records, nil
			}
		}
	}
	return records, nil
}

// after returns the line as a record, and reports whether it is one with a number above
// after.
func (l line) after(after uint64) (Record, bool) {
	if seq, ok := seqOf(l.raw); ok && seq <= after {
		return Record{}, false
	}
	record, ok := l.record()
	return record, ok && record.Seq > after
}

// Last returns the newest n records that wanted says yes to, or of all if it is nil; the
// oldest of these first.
func (l *Log) Last(n int, wanted func(Record) bool) ([]Record, error) {
	l.mu.Lock()
	files, err := l.sourcesLocked(0)
	l.mu.Unlock()
	defer files.close()
	if err != nil {
		return nil, err
	}
	var records []Record
	for _, file := range slices.Backward(files) {
		if len(records) >= n {
			break
		}
		older, err := file.last(n-len(records), wanted)
		if err != nil {
			return nil, err
		}
		records = append(older, records...)
	}
	return records, nil
}

// last returns the last n records of the file that are wanted.
func (s source) last(n int, wanted func(Record) bool) ([]Record, error) {
	var ring []Record
	next := 0 // where in a full ring the oldest stands
	for line, err := range s.lines() {
		if err != nil {
			return nil, err
		}
		record, ok := line.record()
		if !ok || wanted != nil && !wanted(record) {
			continue
		}
		if len(ring) < n {
			ring = append(ring, record)
			continue
		}
		ring[next] = record
		next = (next + 1) % n
	}
	return slices.Concat(ring[next:], ring[:next]), nil
}

// sourcesLocked opens the files that have records with a number above after. They are
// read without the lock, so that no secret waits for a reader: what is appended
// meanwhile lies behind the sizes noted here, and a file that is renamed or removed stays
// open. What was opened is to be closed, in case of an error too.
func (l *Log) sourcesLocked(after uint64) (sources, error) {
	names, err := l.rotated()
	if err != nil {
		return nil, err
	}
	var files sources
	for i, name := range names {
		if i+1 < len(names) {
			if next, _ := rotatedSeq(names[i+1]); next <= after+1 {
				continue // all it has is older
			}
		}
		if err := files.open(filepath.Join(l.config.Dir, name), 0, nil); err != nil {
			return files, err
		}
	}
	if err := files.open(l.main.path, 0, &l.main); err != nil {
		return files, err
	}
	if !l.spilled {
		return files, nil
	}
	return files, files.open(l.spill.path, l.from, &l.spill)
}

// open adds the file at path, if there is one, to those to read. Of the file that is
// written to, &file says which, nothing is read that a failed write left.
func (s *sources) open(path string, from int64, of *file) error {
	f, err := private.Open(path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the record of decisions: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return errors.Join(fmt.Errorf("looking at the record of decisions: %w", err), f.Close())
	}
	name := filepath.Base(path)
	first, _ := rotatedSeq(name)
	size := info.Size()
	if of != nil && of.torn {
		size = min(size, of.size)
	}
	*s = append(*s, source{name: name, first: first, from: from, size: max(from, size), f: f})
	return nil
}
