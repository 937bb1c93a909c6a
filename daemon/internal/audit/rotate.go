package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/bento-cred/bento-cred/daemon/internal/private"
)

// Names of files. A rotated one has the number of its first record between the two.
const (
	current = "audit.jsonl"
	prefix  = "audit-"
	suffix  = ".jsonl"
	width   = 20
)

// rotatedName returns the name of a rotated file that begins with the record seq.
func rotatedName(seq uint64) string { return fmt.Sprintf("%s%0*d%s", prefix, width, seq, suffix) }

// rotatedSeq returns the number in the name of a rotated file, and reports whether it is
// one.
func rotatedSeq(name string) (uint64, bool) {
	number, found := strings.CutPrefix(name, prefix)
	number, ended := strings.CutSuffix(number, suffix)
	if !found || !ended || len(number) != width {
		return 0, false
	}
	seq, err := strconv.ParseUint(number, 10, 64)
	return seq, err == nil
}

// rotated returns the names of the rotated files, oldest first.
func (l *Log) rotated() ([]string, error) {
	entries, err := os.ReadDir(l.config.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing the record of decisions: %w", err)
	}
	var names []string
	for _, entry := range entries { // sorted by name
		if _, ok := rotatedSeq(entry.Name()); ok {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// putLocked appends a line to the main file, after rotating it if need be. Where rotating
// fails, the file grows: a record that is there counts more than a size.
func (l *Log) putLocked(text []byte, of sum) error {
	if l.main.size > 0 && l.main.size+int64(len(text)) > l.config.MaxSize {
		if err := l.rotateLocked(); err != nil {
			return err
		}
	}
	if err := l.main.append(l.write, text); err != nil {
		return err
	}
	l.mainSum = of
	return nil
}

// rotateLocked gives the main file its lasting name and begins another. It is an error
// if there is no main file afterwards. The file is closed first, because Windows renames
// no file that is open.
func (l *Log) rotateLocked() error {
	l.main.close()
	err := l.renameLocked()
	if err := l.main.open(l.mainSum); err != nil {
		return err
	}
	if err == nil {
		err = l.pruneLocked()
	}
	if err != nil {
		l.config.Log.Warn("the record of decisions was not rotated", "error", err)
	}
	return nil
}

// renameLocked renames the main file by its first record.
func (l *Log) renameLocked() error {
	first, err := firstSeq(l.main.path)
	if err != nil {
		return err
	}
	if first == 0 { // it has no record; its place is behind those that have
		first = l.seq
	}
	// Taken is a name only where somebody put an older file back. It is not written over.
	for {
		path := filepath.Join(l.config.Dir, rotatedName(first))
		_, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return os.Rename(l.main.path, path)
		}
		if err != nil {
			return err
		}
		first++
	}
}

// firstSeq returns the number of the first record in the file at path, or 0.
func firstSeq(path string) (uint64, error) {
	f, err := private.Open(path, os.O_RDONLY)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	for l, err := range lines(f) {
		if err != nil {
			return 0, err
		}
		if record, ok := l.record(); ok {
			return record.Seq, nil
		}
	}
	return 0, nil
}

// pruneLocked removes the oldest files above those to keep.
func (l *Log) pruneLocked() error {
	names, err := l.rotated()
	if err != nil {
		return err
	}
	for _, name := range names[:max(0, len(names)-l.config.Keep)] {
		err = errors.Join(err, os.Remove(filepath.Join(l.config.Dir, name)))
	}
	return err
}
