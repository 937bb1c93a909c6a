package proxy

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// The limits of a client's connection. There is none on how long a request or its answer
// takes.
const (
	headerTime = 10 * time.Second // for a request's headers to come
	quietTime  = 2 * time.Minute  // without a request, until the connection is closed
)

// Serve answers whoever connects to l until ctx ends. Then the listener is closed, what is
// under way is cut off, and Serve returns nil when it has ended.
func (p *Proxy) Serve(ctx context.Context, l *Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var inside visitors
	server := &http.Server{
		Handler:           inside.counted(p),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: headerTime,
		IdleTimeout:       quietTime,
		Protocols:         new(http.Protocols),
		// "OPTIONS *" is no path of the upstream's; the guard says so.
		DisableGeneralOptionsHandler: true,
		// What goes wrong with a connection is the client's affair; with a request, Observe's.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)

	ended := make(chan error, len(l.listeners))
	for _, listener := range l.listeners {
		go func() { ended <- server.Serve(listener) }()
	}
	var err error
	running := len(l.listeners)
	select {
	case <-ctx.Done():
	case err = <-ended:
		running--
	}
	cancel()           // ends the requests, and the websockets that server no longer knows
	_ = server.Close() // listeners that fail to close are gone with the process
	for range running {
		err = errors.Join(err, closed(<-ended))
	}
	inside.leave()
	p.direct.close()
	p.transport.close()
	return err
}

// closed returns the error of a server that was told to end: none.
func closed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// visitors counts the requests under way: http.Server does not wait for those whose
// connection it closes.
type visitors struct {
	mu     sync.Mutex
	closed bool           // guarded by mu
	inside sync.WaitGroup // entered with mu held, while not closed
}

// counted returns next, not entered any more once the visitors leave.
func (v *visitors) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !v.enter() {
			panic(http.ErrAbortHandler) // silence would be an empty answer
		}
		defer v.inside.Done()
		next.ServeHTTP(w, r)
	})
}

func (v *visitors) enter() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return false
	}
	v.inside.Add(1)
	return true
}

// leave returns when nobody is inside, and nobody will be.
func (v *visitors) leave() {
	v.mu.Lock()
	v.closed = true
	v.mu.Unlock()
	v.inside.Wait()
}
