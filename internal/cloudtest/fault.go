package cloudtest

import (
	"bytes"
	"cmp"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"
)

// Fault is what happens to a request in place of its answer. A Fault that only has
// Latency delays the answer.
type Fault struct {
	// After has the request carried out before anything else happens, and its answer
	// lost: what was to be made or deleted is. With Latency alone, the answer comes
	// late; with Cut and no Body, half of it comes.
	After bool
	// Status is sent with Header and Body; if 0 while one of them is set, 200.
	// EchoedToken in the Body is what the caller presented.
	Status int
	Header http.Header
	Body   string
	// Latency is waited before anything else, unless the caller leaves.
	Latency time.Duration
	// Hang never answers; the caller has to leave.
	Hang bool
	// Close ends the connection without a byte.
	Close bool
	// Cut promises one byte more than Body and ends the connection.
	Cut bool
	// Raw goes out as it is, in place of HTTP. Not with HTTP/2.
	Raw string
	// Times is how often the Fault strikes; if 0, until it is healed.
	Times int
}

// EchoedToken stands in the Body of a Fault for the token that the caller presented.
const EchoedToken = "{token}"

// Redirect returns the Fault of a server that points to another address.
func Redirect(location string) Fault {
	return Fault{Status: http.StatusFound, Header: http.Header{"Location": {location}}}
}

// Page returns the Fault of a server that answers with a page for people.
func Page(status int) Fault {
	return Fault{
		Status: status,
		Header: http.Header{headerContentType: {"text/html; charset=utf-8"}},
		Body:   "<!DOCTYPE html><title>Not an API</title><p>This is a page.",
	}
}

// Oops returns the Fault of a BentoCloud that failed and says where it wrote it down.
func Oops(trace string) Fault {
	return Fault{
		Status: http.StatusInternalServerError,
		Header: http.Header{"X-Trace-Id": {trace}, headerContentType: {contentJSON}},
		Body:   `{"error":"internal server error"}`,
	}
}

// misbehave answers requests that have a Fault, and passes the others on.
func (c *Cloud) misbehave(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault, found := c.fault(r)
		if !found {
			next.ServeHTTP(w, r)
			return
		}
		if err := hold(w, r); err != nil {
			return // The caller left.
		}
		answer := next
		if fault.After {
			done := httptest.NewRecorder()
			next.ServeHTTP(done, r)
			answer = resend(done)
			if fault.Cut && fault.Body == "" {
				fault = fault.cut(done)
			}
		}
		if fault.Latency > 0 {
			select {
			case <-time.After(fault.Latency):
			case <-r.Context().Done():
				return
			}
		}
		if !fault.answer(w, r) {
			answer.ServeHTTP(w, r)
		}
	})
}

// hold reads what a request carries and keeps it. Only when that is read does the
// server notice that a caller left, which ends a Hang.
func hold(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	r.Body = io.NopCloser(bytes.NewReader(body))
	return err
}

// resend returns the handler that gives an answer which was given already.
func resend(done *httptest.ResponseRecorder) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), done.Header())
		w.WriteHeader(done.Code)
		write(w, done.Body.String())
	})
}

// cut returns the Fault that sends half of an answer.
func (f Fault) cut(done *httptest.ResponseRecorder) Fault {
	f.Status, f.Header = done.Code, done.Header()
	f.Body = done.Body.String()[:done.Body.Len()/2]
	return f
}

// answer does what f says, and reports whether that was an answer.
func (f Fault) answer(w http.ResponseWriter, r *http.Request) bool {
	switch {
	case f.Hang:
		<-r.Context().Done()
	case f.Close:
		panic(http.ErrAbortHandler)
	case f.Raw != "":
		sendRaw(w, f.Raw)
	case f.Status == 0 && f.Header == nil && f.Body == "" && !f.Cut:
		return false
	default:
		management, deployment := presented(r)
		f.Body = strings.ReplaceAll(f.Body, EchoedToken, cmp.Or(management, deployment))
		f.send(w)
	}
	return true
}

// send writes the status, the header and the body.
func (f Fault) send(w http.ResponseWriter) {
	maps.Copy(w.Header(), f.Header)
	if f.Cut {
		w.Header().Set("Content-Length", strconv.Itoa(len(f.Body)+1))
	}
	status := f.Status
	if status == 0 {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	write(w, f.Body)
	if f.Cut {
		_ = http.NewResponseController(w).Flush() // Else nothing at all would go out.
		panic(http.ErrAbortHandler)
	}
}

// sendRaw takes the connection over and writes text on it.
func sendRaw(w http.ResponseWriter, text string) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	connection, _, err := hijacker.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	_, _ = connection.Write([]byte(text)) // The caller may have left; that is its right.
	_ = connection.Close()
}

// write sends text. A caller that left in between is not the Cloud's concern.
func write(w http.ResponseWriter, text string) {
	_, _ = w.Write([]byte(text)) //nolint:gosec // Pages are made by html/template; the rest is JSON or meant to be bad.
}
