package cloudtest

import (
	"maps"
	"net/http"
	"strconv"
	"time"
)

// Fault is what happens to a request in place of its answer. A Fault that only has
// Latency delays the answer.
type Fault struct {
	// Status is sent with Header and Body; if 0 while one of them is set, 200.
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

// Fail lets requests for a path have fault, at every address of the Cloud.
func (c *Cloud) Fail(path string, fault Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults[path] = &fault
}

// Heal ends every Fault.
func (c *Cloud) Heal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.faults)
}

// fault returns the Fault that a request for path has, and counts it.
func (c *Cloud) fault(path string) (Fault, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fault, found := c.faults[path]
	if !found {
		return Fault{}, false
	}
	if fault.Times > 0 {
		if fault.Times--; fault.Times == 0 {
			delete(c.faults, path)
		}
	}
	return *fault, true
}

// misbehave answers requests that have a Fault, and passes the others on.
func (c *Cloud) misbehave(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault, found := c.fault(r.URL.Path)
		if !found {
			next.ServeHTTP(w, r)
			return
		}
		if fault.Latency > 0 {
			select {
			case <-time.After(fault.Latency):
			case <-r.Context().Done():
				return
			}
		}
		if !fault.answer(w, r) {
			next.ServeHTTP(w, r)
		}
	})
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
func write(w http.ResponseWriter, text string) { _, _ = w.Write([]byte(text)) }
