package ipc

import (
	"context"
	"errors"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// answerTime is how long a client waits for an answer: a little longer than the
// daemon may take, so that it is the daemon that says what took so long.
const answerTime = 5*time.Minute + 10*time.Second

// maxRedials bounds how often a request is asked again of a daemon that left: a restart and
// the next one may both fall on it, and who kills daemons for a while hits it more often (of
// 16,600 helpers 76 were hit four times by 200 kills); but one that dies of the request must
// not die for ever.
const maxRedials = 10

// patience is how long a client waits before it tells the person that it waits.
const patience = 2 * time.Second

// Config says how to reach the daemon.
type Config struct {
	// Socket is the path of the socket; see SocketPath.
	Socket string
	// Version is the version of the calling program. A daemon on demand that is
	// older is replaced.
	Version string
	// Start starts a daemon where none answers; nil: none is started.
	Start *Starter
	// Single says that the client has one request: the daemon closes the connection behind
	// its answer, and need not be woken to learn that nobody is there any more. A further
	// request has a connection of its own.
	Single bool
	// Notice tells a person what is being waited for; nil: nobody is told.
	Notice func(string)
}

// Client is the Agent at the program's end of the socket. One request is under way at
// a time; a second caller waits for the first.
type Client struct {
	config Config
	socket atomic.Pointer[socket] // changed under mu; Close reads it without
	closed atomic.Bool            // by Close

	mu       sync.Mutex // held while a request is under way
	reader   *Reader    // guarded by mu
	replaced bool       // guarded by mu; a daemon that was too old has been dealt with
	spent    bool       // guarded by mu; the connection is of no more use for a further request
}

// Client is an Agent.
var _ Agent = (*Client)(nil)

// Dial connects to the daemon, and starts one where none answers and config.Start
// allows it.
func Dial(ctx context.Context, config Config) (*Client, error) {
	c := &Client{config: config}
	if err := c.connect(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Client) connect(ctx context.Context) error {
	s, err := connect(c.config.Socket)
	// A daemon may go, or its directory be taken away, while it is being started.
	for again := 0; again < maxRedials && err != nil && nobodyListens(err); again++ {
		s, err = c.config.Start.connect(ctx, c.config.Socket)
	}
	if err != nil {
		return asNoDaemon(err)
	}
	c.socket.Store(s)
	if c.closed.Load() { // meanwhile
		return errors.Join(os.ErrClosed, s.Close())
	}
	c.reader = NewReader(s, MaxReply)
	c.spent = false
	return nil
}

// asNoDaemon gives err the code of a daemon that cannot be reached, unless it has
// a better one.
func asNoDaemon(err error) error {
	var coded *Error
	if errors.As(err, &coded) {
		return err
	}
	return &Error{
		Code:    NoDaemon,
		Message: "reaching the daemon: " + err.Error(),
		Hint:    "run `bento-cred doctor`",
	}
}

// Close ends the connection.
func (c *Client) Close() error {
	c.closed.Store(true)
	return c.socket.Load().Close()
}

// Ping implements Agent.
func (c *Client) Ping(ctx context.Context) (Daemon, error) {
	reply, err := c.Ask(ctx, "ping", Message{})
	if err != nil {
		return Daemon{}, err
	}
	return DecodeDaemon(reply)
}

// Credential implements Agent.
func (c *Client) Credential(ctx context.Context, request Request) (Credential, error) {
	reply, err := c.Ask(ctx, "get", request.Encode())
	if err != nil {
		return Credential{}, err
	}
	return DecodeCredential(reply)
}

// Refused implements Agent.
func (c *Client) Refused(ctx context.Context, value credential.Secret) error {
	var request Message
	request.Add("value", value.Reveal())
	_, err := c.Tell(ctx, "refused", request)
	return err
}

// Ask sends a request that only reads. It is asked again where the daemon leaves before
// it answers, or is too old and can be replaced.
func (c *Client) Ask(ctx context.Context, op string, request Message) (Message, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	reply, err := c.call(ctx, op, request)
	for again := 0; again < maxRedials && err != nil && hungUp(err); again++ {
		if err = c.redial(ctx); err == nil {
			reply, err = c.call(ctx, op, request)
		}
	}
	if err == nil && c.outdated(reply) && c.replace(ctx, reply) {
		reply, err = c.call(ctx, op, request)
		c.nameOutdated(reply)
	}
	return finish(reply, err)
}

// Tell sends a request that changes something. It is sent again only where the
// daemon was too old to understand it, and so did nothing.
func (c *Client) Tell(ctx context.Context, op string, request Message) (Message, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	reply, err := c.call(ctx, op, request)
	code := Code(reply.Get("error"))
	ignored := code == Unsupported || code == Version
	if err == nil && ignored && c.outdated(reply) && c.replace(ctx, reply) {
		reply, err = c.call(ctx, op, request)
		c.nameOutdated(reply)
	}
	return finish(reply, err)
}

// finish turns a reply that tells of a failure into that failure.
func finish(reply Message, err error) (Message, error) {
	if err != nil {
		return Message{}, asNoDaemon(err)
	}
	return reply, reply.failure()
}

// call writes one request and reads one reply. A connection on which that failed is
// closed: the answer may still come, and would be taken for that of the next request, which
// has a connection of its own.
func (c *Client) call(ctx context.Context, op string, request Message) (Message, error) {
	if c.spent && !c.closed.Load() {
		if err := c.redial(ctx); err != nil {
			return Message{}, err
		}
	}
	if c.config.Single {
		request.AddFlag("last", true)
	}
	text, err := written(op, request)
	if err != nil {
		return Message{}, err // nothing was sent, and the connection is as good as before
	}
	c.spent = c.config.Single
	s := c.socket.Load()
	reply, err := c.exchange(ctx, s, text)
	if err != nil {
		_ = s.Close() // it is of no more use
		c.spent = true
	}
	return reply, err
}

// written returns a request as it goes over the wire.
func written(op string, request Message) ([]byte, error) {
	named := Message{attributes: make([]attribute, 0, 1+len(request.attributes))}
	named.Add("op", op)
	named.attributes = append(named.attributes, request.attributes...)
	text, err := named.Append(make([]byte, 0, firstBuffer))
	switch {
	case err != nil:
		return nil, &Error{Code: Usage, Message: err.Error(), Hint: "line feeds and NUL cannot be sent"}
	case len(text) > MaxRequest:
		return nil, &Error{Code: Usage, Message: "the request is longer than " + strconv.Itoa(MaxRequest) + " bytes", Hint: "give it less"}
	}
	return text, nil
}

// exchange sends a request, which it wipes, and reads the reply.
func (c *Client) exchange(ctx context.Context, s *socket, text []byte) (Message, error) {
	if ctx.Done() != nil {
		stop := context.AfterFunc(ctx, s.interrupt)
		defer stop()
	}
	_, err := s.Write(text)
	clear(text) // it may hold a token
	if err != nil {
		return Message{}, cancelled(ctx, err)
	}
	reply, err := c.await(s)
	if err != nil {
		return Message{}, cancelled(ctx, err)
	}
	return reply, nil
}

// await reads the reply, and says so when it takes long.
func (c *Client) await(s *socket) (Message, error) {
	limit := patience
	if c.config.Notice == nil {
		limit = answerTime
	}
	if err := s.setTimeout(limit); err != nil {
		return Message{}, err
	}
	err := c.reader.Await()
	if c.config.Notice != nil && errors.Is(err, os.ErrDeadlineExceeded) {
		c.config.Notice("waiting for the daemon; the keychain may be showing a dialog")
		if err = s.setTimeout(answerTime - patience); err == nil {
			err = c.reader.Await()
		}
	}
	if err != nil {
		return Message{}, late(err)
	}
	reply, err := c.reader.Next()
	return reply, late(err)
}

// late gives a passed time limit its code.
func late(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &Error{Code: TimedOut, Message: "the daemon did not answer in time", Hint: "run `bento-cred doctor`"}
	}
	return err
}

// cancelled returns ctx's error in place of err where ctx has ended.
func cancelled(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return &Error{Code: TimedOut, Message: "asking the daemon: " + cause.Error()}
	}
	return err
}

func (c *Client) redial(ctx context.Context) error {
	_ = c.socket.Load().Close() // it is of no more use
	return c.connect(ctx)
}
