// Package server is the daemon's side of the socket: the door at which a peer is
// known before a byte of its request is read, and the conversation behind it.
//
// The order at the door is the point of the package. The kernel says which user
// connects; another user is turned away without an answer; only for a peer of our
// own an Agent is made, and only then the first byte is read. Nothing further in
// asks again who is speaking: the Agent is the peer's own.
package server

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/bento-cred/bento-cred/ipc/management"
)

// The limits of a conversation; docs/protocol.md section 3.
const (
	requestTime = 10 * time.Second // from a request's first byte to its last
	answerTime  = 5 * time.Minute  // for the daemon to answer, dialogs of the keychain included
	quietTime   = 5 * time.Minute  // without a request, until the connection is closed
	writeTime   = 10 * time.Second // for the peer to take an answer
	graceTime   = 3 * time.Second  // for the answers under way when the server stops
)

// maxConnections bounds the conversations at one time, as mostPlaces does. Who comes later
// waits in the kernel's queue; a helper is done in a millisecond.
const maxConnections = 512

// Config says how to serve.
type Config struct {
	// Agent returns the Agent for one peer, or why this peer of our own gets none: then that
	// is the answer to all it asks.
	Agent func(Peer) (management.Agent, error)
	// Version of the daemon; it stands in every reply.
	Version string
	// Log gets what happens at the door; never a request's contents.
	Log *slog.Logger
}

// Server serves peers until it is told to stop.
type Server struct {
	config Config
	places chan struct{} // one for each conversation that may be held
	active activity
	watch  *watch
	home   string // the pid namespace we are in

	mu      sync.Mutex
	held    map[*conversation]struct{} // guarded by mu
	leaving bool                       // guarded by mu; the server stops
}

// New returns a Server.
func New(config Config) *Server {
	s := &Server{
		config: config,
		places: make(chan struct{}, mostPlaces()),
		held:   make(map[*conversation]struct{}),
		home:   homeNamespace(),
	}
	s.watch = newWatch(s.inspect)
	return s
}

// Serve accepts peers from listener until ctx ends. Then nobody can connect any
// more, whoever had connected is answered, and Serve returns: no request that was
// let in is lost.
func (s *Server) Serve(ctx context.Context, listener *Listener) error {
	working, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	stop := context.AfterFunc(ctx, func() {
		listener.Leave(s.config.Log)
		s.leave()
		// An answer under way is finished also now, if that does not take long: a new daemon
		// waits for us to be gone.
		time.AfterFunc(graceTime, giveUp)
	})
	defer stop()
	defer s.watch.stop()
	door := door{server: s, listener: listener}
	door.attend(working)
	door.attendants.Wait()
	return listener.Close()
}

// converse holds a conversation, in the place that was taken for it.
func (s *Server) converse(ctx context.Context, conn net.Conn) {
	s.active.begin()
	defer func() {
		s.active.end()
		s.leavePlace()
	}()
	s.hold(ctx, conn)
}

// hold holds one conversation, if the peer may have one.
func (s *Server) hold(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	peer, err := identify(conn, s.home)
	if err != nil {
		s.config.Log.Error("identifying a peer", "error", err)
		return
	}
	if !peer.ours() {
		s.config.Log.Warn("turned away another user", "uid", peer.UID, "pid", peer.PID)
		return
	}
	agent, refusal := s.greet(peer)
	c := &conversation{
		conn:    conn,
		agent:   agent,
		refusal: refusal,
		narrow:  peer.Contained,
		version: s.config.Version,
		log:     s.config.Log,
		watch:   s.watch,
		now:     progress{since: time.Now()},
	}
	if s.remember(c) {
		// Who waited at the socket until now has as much time as those who were inside.
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(context.WithoutCancel(ctx))
		defer cancel()
		defer time.AfterFunc(graceTime, cancel).Stop()
	}
	defer s.forget(c)
	c.hold(ctx)
}

// greet returns the Agent of a peer, or why it has none. A panic sends this peer away, and
// nobody else.
func (s *Server) greet(peer Peer) (agent management.Agent, refusal error) {
	defer func() {
		if cause := recover(); cause != nil {
			agent, refusal = nil, panicked(s.config.Log, "greeting a peer", cause)
		}
	}()
	return s.config.Agent(peer)
}

// remember has the server know of a conversation, and reports whether it stops already.
func (s *Server) remember(c *conversation) (leaving bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held[c] = struct{}{}
	if s.leaving {
		c.leave()
	}
	return s.leaving
}

func (s *Server) forget(c *conversation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.held, c)
}

// inspect does what is due in the conversations, and returns when the next thing is.
func (s *Server) inspect(now time.Time) (next time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.held {
		if due := c.inspect(now); next.IsZero() || !due.IsZero() && due.Before(next) {
			next = due
		}
	}
	return next
}

// leave ends the conversations in which nothing is being asked, now that the server
// stops; the others end with their answer.
func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leaving = true
	for c := range s.held {
		c.leave()
	}
}

// WaitIdle returns nil when nobody has been connected for d, or ctx's error.
func (s *Server) WaitIdle(ctx context.Context, d time.Duration) error {
	return s.active.waitIdle(ctx, d)
}
