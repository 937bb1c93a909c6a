package proxy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strconv"
	"time"
)

// maxHead bounds the head of an answer with all that comes before it, in bytes.
const maxHead = 1 << 20

// lineBuffer is the size of a line's two buffers. Bodies mostly pass beside them.
const lineBuffer = 4 << 10

// Why an answer is not taken.
var (
	errSwitched = errors.New("the upstream speaks another protocol without being asked to")
	errStatus   = errors.New("the upstream answers with a status that does not exist")
)

// notSent are the headers that stand in a request's other fields, or are of one connection.
var notSent = map[string]bool{
	"Host": true, "Content-Length": true, "Transfer-Encoding": true, "Trailer": true, "Connection": true,
}

// line is a connection to the upstream. It has one request at a time.
type line struct {
	conn  net.Conn
	head  io.LimitedReader // conn, as far as an answer's head may reach
	r     *bufio.Reader    // reads from head
	w     *bufio.Writer
	probe probe
	since time.Time // it is unused
}

func newLine(conn net.Conn) *line {
	l := &line{conn: conn, head: io.LimitedReader{R: conn}, w: bufio.NewWriterSize(conn, lineBuffer)}
	l.r = bufio.NewReaderSize(&l.head, lineBuffer)
	l.probe = newProbe(conn)
	return l
}

// close ends the connection, and with it whatever waits for it. It may be called at any
// time, and more than once.
func (l *line) close() { _ = l.conn.Close() } // it was given up, whatever it says

// writeHead writes a request that is sendable, up to its body. Errors stay in l.w.
func (l *line) writeHead(r *http.Request, host string) {
	write := func(texts ...string) {
		for _, text := range texts {
			_, _ = l.w.WriteString(text)
		}
	}
	write(r.Method, " ", r.URL.RequestURI(), " HTTP/1.1\r\nHost: ", host, "\r\n")
	for name, values := range r.Header {
		if notSent[name] {
			continue
		}
		for _, value := range values {
			write(name, ": ", value, "\r\n")
		}
	}
	if r.ContentLength > 0 || needsLength(r.Method) {
		write("Content-Length: ", strconv.FormatInt(r.ContentLength, 10), "\r\n")
	}
	write("\r\n")
}

// needsLength reports whether servers want to know of a body that there is none.
func needsLength(method string) bool {
	return method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch
}

// readHead reads an answer up to its body. Those that come before it (100, 103) go to first.
func (l *line) readHead(r *http.Request, first func(*http.Response)) (*http.Response, error) {
	l.head.N = maxHead
	if _, err := l.r.Peek(1); err != nil {
		return nil, &silenceError{err}
	}
	for {
		reply, err := http.ReadResponse(l.r, r)
		switch {
		case err != nil:
			return nil, fmt.Errorf("reading an answer: %w", err)
		case reply.StatusCode == http.StatusSwitchingProtocols:
			return nil, errSwitched
		case reply.StatusCode < 100 || reply.StatusCode > 999:
			return nil, errStatus
		case reply.StatusCode >= http.StatusOK:
			l.head.N = math.MaxInt64
			return reply, nil
		}
		first(reply)
	}
}
