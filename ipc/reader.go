package ipc

import (
	"bytes"
	"errors"
	"io"
)

// Reader reads messages from a stream. Each message is a fresh value: nothing of an
// earlier one is seen in a later one.
type Reader struct {
	stream io.Reader
	limit  int // the most bytes a message may have
	buffer []byte
	filled int // bytes of buffer that hold what was read and not yet handed out
}

// firstBuffer holds every message of the hot path, so that it is read in one call.
const firstBuffer = 2 << 10

// NewReader returns a Reader of stream that refuses messages of more than limit bytes.
func NewReader(stream io.Reader, limit int) *Reader {
	return &Reader{stream: stream, limit: limit, buffer: make([]byte, min(firstBuffer, limit))}
}

// Await returns when the first byte of the next message is there. It lets a server
// wait long for a request to begin and only briefly for it to end.
func (r *Reader) Await() error {
	if r.filled > 0 {
		return nil
	}
	return r.fill()
}

// Next returns the next message. It returns io.EOF where the stream ends between
// two messages.
func (r *Reader) Next() (Message, error) {
	searched := 0
	for {
		if end := bytes.Index(r.buffer[searched:r.filled], []byte("\n\n")); end >= 0 {
			return r.take(searched + end + 1)
		}
		searched = max(0, r.filled-1)
		if err := r.fill(); err != nil {
			if errors.Is(err, io.EOF) && r.filled > 0 {
				err = io.ErrUnexpectedEOF
			}
			return Message{}, err
		}
	}
}

// take parses the first length bytes and drops them with the blank line behind.
func (r *Reader) take(length int) (Message, error) {
	text := string(r.buffer[:length])
	left := copy(r.buffer, r.buffer[length+1:r.filled])
	clear(r.buffer[left:r.filled]) // a secret may have stood there
	r.filled = left
	return ParseMessage(text)
}

// fill reads once, after making room within the limit.
func (r *Reader) fill() error {
	if r.filled == len(r.buffer) {
		if r.filled >= r.limit {
			return badRequest("the message is too long")
		}
		larger := make([]byte, min(2*len(r.buffer), r.limit))
		copy(larger, r.buffer)
		clear(r.buffer)
		r.buffer = larger
	}
	n, err := r.stream.Read(r.buffer[r.filled:])
	r.filled += n
	if n > 0 {
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}
