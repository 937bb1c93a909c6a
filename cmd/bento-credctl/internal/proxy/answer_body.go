package proxy

import (
	"errors"
	"io"
	"sync/atomic"
	"time"
)

// sendTime is how long an answer's end waits for the last write of the request's body to
// return. The upstream has it by then.
const sendTime = 50 * time.Millisecond

// sending is a request's body on its way to the upstream.
type sending struct {
	read  atomic.Bool   // the client has sent all of it
	whole bool          // the upstream has been sent all of it; set before ended
	ended chan struct{} // closed when nothing more is sent
}

// done reports whether all of the body was sent. It waits for no client.
func (s *sending) done() bool {
	if s == nil {
		return true // there was none
	}
	if s.read.Load() {
		late := time.NewTimer(sendTime)
		defer late.Stop()
		select {
		case <-s.ended:
		case <-late.C:
		}
	}
	select {
	case <-s.ended:
		return s.whole
	default:
		return false
	}
}

// answerBody is the body of an answer. It gives the line back at its end.
type answerBody struct {
	io.ReadCloser
	line   *line
	idle   *idle
	forget func() bool // to close the line when the client leaves; false where it did
	sent   *sending
	last   bool // the upstream closes the line after this answer
	ended  bool
}

// Read implements io.Reader. An answer that is cut off ends in an error that is not io.EOF.
func (b *answerBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		b.end()
	}
	return n, err
}

// waits reports whether nothing of an answer's body has come yet, while there is to be one.
func waits(body io.Reader) bool {
	b, ok := body.(*answerBody)
	return ok && b.line.r.Buffered() == 0
}

// largeBody is from which length on a body is worth having the kernel pass it on, in bytes.
const largeBody = 64 << 10

// handOn gives the client a body of known length, of which nothing was read: what came with the
// head first, and then as it comes from one connection to the other, which Linux does
// without our having it in between (splice).
func (b *answerBody) handOn(w *recorder, length int64) error {
	early := int(min(int64(b.line.r.Buffered()), length))
	part, err := b.line.r.Peek(early)
	if err != nil {
		return err
	}
	if _, err := w.Write(part); err != nil {
		return err
	}
	if _, err := b.line.r.Discard(early); err != nil {
		return err
	}
	rest := &io.LimitedReader{R: b.line.conn, N: length - int64(early)}
	if err := w.copy(rest); err != nil {
		return err
	}
	if rest.N > 0 {
		return io.ErrUnexpectedEOF
	}
	b.end()
	return nil
}

// Close implements io.Closer. What was not read to its end is not read any more.
func (b *answerBody) Close() error {
	if !b.ended {
		b.ended = true
		b.forget()
		b.line.close()
	}
	return nil
}

// end keeps the line, if the next answer on it will be the next request's and no other's.
func (b *answerBody) end() {
	if b.ended {
		return
	}
	b.ended = true
	keep := !b.last && b.line.r.Buffered() == 0 && b.sent.done()
	if b.forget() && keep {
		b.idle.put(b.line)
		return
	}
	b.line.close()
}
