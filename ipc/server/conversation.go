package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"sync"

	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/ipc/management"
)

// conversation is the exchange with one peer.
type conversation struct {
	conn    net.Conn
	agent   management.Agent
	refusal error // in place of an agent
	narrow  bool  // it may ask for a token, and nothing else
	version string
	log     *slog.Logger
	watch   *watch

	mu  sync.Mutex
	now progress // guarded by mu
}

// hold answers requests until the peer leaves, says what cannot be understood, or is
// silent too long.
func (c *conversation) hold(ctx context.Context) {
	reader := ipc.NewReader(c.conn, ipc.MaxRequest)
	c.enter(waiting)
	for {
		request, err := c.read(reader)
		if err != nil {
			c.refuse(err)
			return
		}
		working := c.begin(ctx, waits(request.Get("op")))
		reply := c.answer(working, request)
		c.end()
		if err := c.write(reply); err != nil || request.Flag("last") || !c.again() {
			return
		}
	}
}

// read reads one request: a long wait for its first byte, a short one for the rest.
func (c *conversation) read(reader *ipc.Reader) (ipc.Message, error) {
	if err := reader.Await(); err != nil {
		return ipc.Message{}, err
	}
	c.enter(reading)
	return reader.Next()
}

// answer returns the reply to request. A panic ends this request alone: the store
// and every other peer's conversation are as they were.
func (c *conversation) answer(ctx context.Context, request ipc.Message) (reply ipc.Message) {
	op := request.Get("op")
	defer func() {
		if cause := recover(); cause != nil {
			reply = panicked(c.log, "answering "+op, cause).Encode()
		}
	}()
	if c.refusal != nil {
		return ipc.AsError(c.refusal).Encode()
	}
	if c.narrow && op != opGet && op != opPing {
		return (&ipc.Error{
			Code:    ipc.Denied,
			Message: "a program in a container may ask for a token, and for nothing else",
			Hint:    "run this outside of the container",
		}).Encode()
	}
	reply, err := dispatch(ctx, c.agent, request)
	if err != nil {
		return asCoded(ctx, err).Encode()
	}
	return reply
}

// panicked logs a panic, and returns what its peer is told. The value of a panic may hold what a
// request held; the stack holds only addresses.
func panicked(log *slog.Logger, doing string, cause any) *ipc.Error {
	log.Error("panic", "while", doing, "type", fmt.Sprintf("%T", cause), "stack", string(debug.Stack()))
	return &ipc.Error{
		Code:    ipc.Internal,
		Message: "the daemon failed while answering",
		Hint:    "its log says where; please report it",
	}
}

// asCoded returns err as the socket tells it.
func asCoded(ctx context.Context, err error) *ipc.Error {
	coded := ipc.AsError(err)
	if coded.Code == ipc.Internal && errors.Is(context.Cause(ctx), context.Canceled) {
		return &ipc.Error{
			Code:    ipc.TimedOut,
			Message: "the daemon was told to leave before it had an answer",
			Hint:    "run the command again",
		}
	}
	if coded.Code == ipc.Internal && errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return &ipc.Error{
			Code:    ipc.TimedOut,
			Message: "no answer within " + answerTime.String(),
			Hint:    "look for a dialog of the keychain, or run `bento-cred doctor`",
		}
	}
	return coded
}

// refuse answers a request that broke the rules of messages. A peer that hung up or
// fell silent gets no answer.
func (c *conversation) refuse(err error) {
	var coded *ipc.Error
	if errors.As(err, &coded) {
		_ = c.write(coded.Encode()) // the connection is closed next, whatever came of it
		return
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, net.ErrClosed) {
		c.log.Debug("reading a request", "error", err)
	}
}

func (c *conversation) write(reply ipc.Message) error {
	reply.Add("server", c.version)
	text, err := reply.Append(nil)
	if err == nil && len(text) > ipc.MaxReply {
		err = &ipc.Error{Code: ipc.Internal, Message: "the answer is too long to send"}
	}
	if err != nil {
		failure := ipc.AsError(err).Encode()
		failure.Add("server", c.version)
		if text, err = failure.Append(nil); err != nil {
			return err
		}
	}
	defer clear(text) // a secret may stand there
	_, err = c.conn.Write(text)
	return err
}
