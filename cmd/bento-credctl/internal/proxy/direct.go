package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"

	"golang.org/x/net/http/httpguts"
)

// direct sends requests to a plain upstream over HTTP/1.1.
//
// net/http's Transport has two goroutines for each connection, and a request passes through
// both: four switches from one goroutine to another, and on several cores as many wake-ups
// of a sleeping thread. Here the goroutine that has the request writes it and reads the
// answer. Only a body that the client sends has a goroutine of its own, because the
// upstream may answer before it has read it.
//
// What is unusual it leaves to ReverseProxy and Transport (takes), and so it needs no word
// about any of it. Answers are read by http.ReadResponse, as Transport does.
type direct struct {
	host    string // the upstream's, with its port where that is not 80
	address string // the same, with its port
	idle    idle
	buffers buffers
}

// errStale is the error of a request that found its kept connection closed, was not
// answered by a byte, and may be sent again.
var errStale = errors.New("the upstream closed the connection meanwhile")

// errNotSendable is the error of a request that could be read as another one. It quotes
// nothing.
var errNotSendable = errors.New("the request cannot be written as it is")

// newDirect returns what sends requests to an upstream; nil where nothing can.
func newDirect(upstream *url.URL) *direct {
	if upstream.Scheme != "http" || !canProbe {
		return nil
	}
	port := upstream.Port()
	if port == "" {
		port = "80"
	}
	return &direct{host: upstream.Host, address: net.JoinHostPort(upstream.Hostname(), port), idle: idle{keep: idleTime}}
}

// takes reports whether a request is of the kind that direct sends: of HTTP/1, with a body
// of known length or none, that asks for no other protocol and waits for no permission.
func (d *direct) takes(r *http.Request) bool {
	return r.ProtoMajor == 1 && r.Method != http.MethodConnect &&
		r.ContentLength >= 0 && len(r.TransferEncoding) == 0 && len(r.Trailer) == 0 &&
		len(r.Header["Upgrade"]) == 0 && len(r.Header["Expect"]) == 0
}

// close ends the connections that nothing uses, and the others when they come back.
func (d *direct) close() {
	if d != nil {
		d.idle.close()
	}
}

// send sends a request that it takes, with the headers it has, and returns the answer. Those
// that come before the answer go to first.
func (d *direct) send(r *http.Request, first func(*http.Response)) (*http.Response, error) {
	if !sendable(r) {
		return nil, errNotSendable
	}
	if kept := d.idle.take(); kept != nil {
		reply, err := d.exchange(kept, r, first, true)
		if !errors.Is(err, errStale) {
			return reply, err
		}
	}
	conn, err := dial(r.Context(), "tcp", d.address)
	if err != nil {
		return nil, err
	}
	return d.exchange(newLine(conn), r, first, false)
}

// sendable reports whether a request is one request and nothing else, however it is read.
// The server has made sure; this is the place where it counts.
func sendable(r *http.Request) bool {
	for name, values := range r.Header {
		if !httpguts.ValidHeaderFieldName(name) || !all(values, httpguts.ValidHeaderFieldValue) {
			return false
		}
	}
	return httpguts.ValidHeaderFieldName(r.Method) && visible(r.URL.RequestURI())
}

func all(values []string, valid func(string) bool) bool {
	return !slices.ContainsFunc(values, func(value string) bool { return !valid(value) })
}

// visible reports whether text has visible characters alone, and so no end of a line.
func visible(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] == 0x7f {
			return false
		}
	}
	return text != ""
}

// repeatable reports whether a request may reach the upstream twice.
func repeatable(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return r.Body == nil
	}
	return false
}

// exchange sends a request over a line and reads the head of its answer. The line goes back
// to the others when the answer has been read to its end, and is closed when something is
// wrong or nobody waits any more.
func (d *direct) exchange(l *line, r *http.Request, first func(*http.Response), kept bool) (*http.Response, error) {
	ctx := r.Context()
	forget := context.AfterFunc(ctx, l.close)
	reply, sent, err := d.ask(l, r, first)
	if err != nil {
		forget()
		l.close()
		var silent *silenceError
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case kept && errors.As(err, &silent) && repeatable(r):
			return nil, errStale
		}
		return nil, err
	}
	body := &answerBody{
		ReadCloser: reply.Body, line: l, idle: &d.idle, forget: forget, sent: sent,
		last: reply.Close || !reply.ProtoAtLeast(1, 1), // HTTP/1.0 has no word to rely on
	}
	if reply.Body == http.NoBody {
		body.end()
	} else {
		reply.Body = body
	}
	return reply, nil
}

// ask sends a request and returns the head of the answer, while a body may still be on its
// way up.
func (d *direct) ask(l *line, r *http.Request, first func(*http.Response)) (*http.Response, *sending, error) {
	l.writeHead(r, d.host)
	var sent *sending
	if r.Body != nil {
		sent = &sending{ended: make(chan struct{})}
		go d.upload(l, r, sent)
	} else if err := l.w.Flush(); err != nil {
		return nil, nil, &silenceError{err}
	}
	reply, err := l.readHead(r, first)
	return reply, sent, err
}

// upload sends the body of a request, a part at a time. One that breaks off must never look
// whole, so the connection ends with it. Where it is the upstream that does not take it, an
// answer may say why, and who reads that finds out.
func (d *direct) upload(l *line, r *http.Request, s *sending) {
	defer close(s.ended)
	buffer := d.buffers.Get()
	defer d.buffers.Put(buffer)
	for left := r.ContentLength; left > 0; {
		n, err := r.Body.Read(buffer[:min(left, bufferSize)])
		left -= int64(n)
		if err != nil && left > 0 {
			l.close()
			return
		}
		s.read.Store(left == 0)
		if _, err := l.w.Write(buffer[:n]); err != nil {
			return
		}
		if err := l.w.Flush(); err != nil {
			return
		}
	}
	s.whole = true
}

// silenceError is why not a byte of an answer came.
type silenceError struct{ err error }

// Error implements error.
func (e *silenceError) Error() string { return fmt.Sprint("waiting for an answer: ", e.err) }

// Unwrap returns the cause.
func (e *silenceError) Unwrap() error { return e.err }
