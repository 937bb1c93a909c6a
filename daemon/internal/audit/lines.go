package audit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
)

// sum is the SHA-256 of a line without its line feed. That of no line is zeros.
type sum [sha256.Size]byte

// line is one line of a file, valid until the next one is read.
type line struct {
	number int
	end    int64  // where it ends in what was read, its line feed included
	raw    []byte // all of it, line feed included; the end alone if it is long
	long   bool   // it is longer than any record
	hash   sum    // of a long one
}

// text returns the line without its line feed.
func (l line) text() []byte { return bytes.TrimSuffix(l.raw, []byte{'\n'}) }

// ended reports whether the line has its line feed.
func (l line) ended() bool { return bytes.HasSuffix(l.raw, []byte{'\n'}) }

// sum returns the line's sum.
func (l line) sum() sum {
	if l.long {
		return l.hash
	}
	return sha256.Sum256(l.text())
}

// record returns the line as a record, and reports whether it is one.
func (l line) record() (Record, bool) {
	if l.long {
		return Record{}, false
	}
	return parse(l.raw)
}

// lines goes through the lines of r in bounded memory: of one that is too long for a
// record only the sum is made. An error is the last that it yields.
func lines(r io.Reader) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		buffered := bufio.NewReaderSize(r, maxLine+1)
		var l line
		for {
			before := l.end
			err := l.read(buffered)
			if err != nil && !errors.Is(err, io.EOF) {
				yield(line{}, fmt.Errorf("reading the record of decisions: %w", err))
				return
			}
			if l.end == before || !yield(l, nil) || err != nil {
				return
			}
		}
	}
}

// read makes l the next line. At the end of the file it is io.EOF, which may come with
// a last line that has no line feed.
func (l *line) read(r *bufio.Reader) error {
	l.number++
	l.long = false
	raw, err := r.ReadSlice('\n')
	l.end += int64(len(raw))
	if errors.Is(err, bufio.ErrBufferFull) {
		l.long = true
		raw, err = l.readLong(r, raw)
	}
	l.raw = raw
	return err
}

// readLong reads on in a line of which raw is the beginning, and returns its end.
func (l *line) readLong(r *bufio.Reader, raw []byte) ([]byte, error) {
	hash := sha256.New()
	err := bufio.ErrBufferFull
	for errors.Is(err, bufio.ErrBufferFull) {
		hash.Write(raw)
		raw, err = r.ReadSlice('\n')
		l.end += int64(len(raw))
	}
	hash.Write(bytes.TrimSuffix(raw, []byte{'\n'}))
	hash.Sum(l.hash[:0])
	return raw, err
}
