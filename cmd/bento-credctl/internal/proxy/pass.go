package proxy

import (
	"errors"
	"io"
	"net/http"
	"net/textproto"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// ofConnection are the headers that belong to one connection, whatever they say (RFC 9110,
// 7.6.1), besides those that Connection names.
var ofConnection = [...]string{
	"Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
	"Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

// leaveConnection takes the headers of one connection out of h.
func leaveConnection(h http.Header) {
	for _, names := range h["Connection"] {
		for name := range strings.SplitSeq(names, ",") {
			if name = textproto.TrimString(name); name != "" {
				h.Del(name)
			}
		}
	}
	for _, name := range ofConnection {
		delete(h, name)
	}
}

// passDirectly passes a request on that direct takes, and its answer back, as ReverseProxy
// does the others. Its headers are changed where they stand: nobody reads them afterwards.
func (p *Proxy) passDirectly(e *exchange, r *http.Request) {
	out := r.WithContext(r.Context()) // a copy
	trailers := httpguts.HeaderValuesContainsToken(r.Header["Te"], "trailers")
	leaveConnection(out.Header)
	if trailers {
		out.Header.Set("Te", "trailers")
	}
	if out.ContentLength == 0 {
		out.Body = nil
	}
	p.prepare(e, r, out)
	w := e.recorder
	reply, err := p.direct.send(out, func(first *http.Response) {
		leaveConnection(first.Header)
		giveHead(w, first)
		clear(w.Header())
	})
	if err != nil {
		p.unanswered(r.Context(), e, err)
		return
	}
	defer func() { _ = reply.Body.Close() }() // at its end already, or given up
	leaveConnection(reply.Header)
	p.present(e, reply)
	announced := len(reply.Trailer)
	for name := range reply.Trailer {
		w.Header().Add("Trailer", name)
	}
	giveHead(w, reply)
	if waits(reply.Body) {
		_ = http.NewResponseController(w).Flush() // the client may wait for the head alone
	}
	if err := p.giveAll(w, reply); err != nil {
		panic(http.ErrAbortHandler) // what breaks off must not look whole
	}
	giveTrailer(w, reply.Trailer, announced)
}

// giveHead gives the client the head of an answer.
func giveHead(w http.ResponseWriter, reply *http.Response) {
	h := w.Header()
	for name, values := range reply.Header {
		h[name] = values
	}
	w.WriteHeader(reply.StatusCode)
}

// giveAll gives the client the body of an answer.
func (p *Proxy) giveAll(w *recorder, reply *http.Response) error {
	if body, ok := reply.Body.(*answerBody); ok && reply.ContentLength >= largeBody && len(reply.TransferEncoding) == 0 {
		return body.handOn(w, reply.ContentLength)
	}
	return p.giveBody(w, reply.Body)
}

// giveBody gives the client the body of an answer, each part when it comes.
func (p *Proxy) giveBody(w http.ResponseWriter, body io.Reader) error {
	buffer := p.direct.buffers.Get()
	defer p.direct.buffers.Put(buffer)
	for {
		n, err := body.Read(buffer)
		if n > 0 {
			if _, err := w.Write(buffer[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil // the server sends what it holds
		case err != nil:
			return err
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			return err
		}
	}
}

// giveTrailer gives the client what came behind the body.
func giveTrailer(w http.ResponseWriter, trailer http.Header, announced int) {
	if len(trailer) == 0 {
		return
	}
	_ = http.NewResponseController(w).Flush() // so that the answer has chunks, which a trailer needs
	prefix := ""
	if len(trailer) != announced {
		prefix = http.TrailerPrefix
	}
	for name, values := range trailer {
		for _, value := range values {
			w.Header().Add(prefix+name, value)
		}
	}
}
