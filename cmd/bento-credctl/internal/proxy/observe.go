package proxy

import (
	"io"
	"net/http"
	"time"
)

// Request is what Config.Observe is told of a finished request.
type Request struct {
	Method string
	Path   string // as it was written, without the query
	Status int    // of the answer; 0 where the client left before there was one
	// Bytes of the answer's body. What passes through a websocket is not counted.
	Bytes    int64
	Duration time.Duration
	// Err says why the upstream did not answer or was not asked; nil where it answered.
	Err error
}

// recorder remembers what an answer was.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
	err    error
}

// Unwrap lets http.ResponseController flush and take over the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && (status >= http.StatusOK || status == http.StatusSwitchingProtocols) {
		r.status = status // the others come before the answer
	}
	r.ResponseWriter.WriteHeader(status)
}

// copy gives the client what comes from a connection, in the quickest way there is.
func (r *recorder) copy(src io.Reader) error {
	n, err := io.Copy(r.ResponseWriter, src)
	r.bytes += n
	return err
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}
