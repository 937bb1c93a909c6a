package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"

	"github.com/bento-cred/bento-cred/ipc"
)

// refusals say what a request that is not let in is answered with.
var refusals = map[error]struct {
	status int
	hint   string
}{
	errTarget:     {http.StatusBadRequest, "give this address as a server, not as a proxy"},
	errHost:       {http.StatusMisdirectedRequest, "use the address as it was shown"},
	errOrigin:     {http.StatusForbidden, "open it in a tab of its own"},
	errNoProof:    {http.StatusForbidden, "send the capability that was shown with this address"},
	errNoSuchPath: {http.StatusNotFound, "all under " + ownPath + " is the proxy's own"},
	errTicket:     {http.StatusForbidden, "run the command again for another link"},
}

// refuse answers a request that is not let in. It says nothing of what the request held.
func refuse(w *recorder, err error) {
	refusal := refusals[err]
	say(w, err, refusal.status, err.Error(), refusal.hint)
}

// withoutToken answers a request for which the daemon has no token.
func withoutToken(w *recorder, err error) {
	known := ipc.AsError(err)
	say(w, err, http.StatusBadGateway, "no token for the upstream: "+known.Error(), known.Hint)
}

// fail answers a request that the upstream did not answer.
func (p *Proxy) fail(_ http.ResponseWriter, r *http.Request, err error) {
	p.unanswered(r.Context(), exchangeOf(r.Context()), err)
}

func (p *Proxy) unanswered(ctx context.Context, e *exchange, err error) {
	switch {
	case ctx.Err() != nil:
		abandon(e.recorder, err)
	case e.upload != nil && e.upload.broken.Load():
		say(e.recorder, err, http.StatusBadRequest, "the request broke off", "")
	default:
		say(e.recorder, err, http.StatusBadGateway, p.upstream.String()+" cannot be reached: "+reason(err), "")
	}
}

// abandon ends a request that nobody waits for any more, or whose proxy ends, without the
// empty answer that net/http would make of silence.
func abandon(w *recorder, err error) {
	w.err = err
	panic(http.ErrAbortHandler)
}

// reason says in our own words why the upstream was not reached: an error may quote what
// somebody else wrote.
func reason(err error) string {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var name *net.DNSError
	switch {
	case errors.As(err, &certificate):
		return "its certificate is not trusted"
	case errors.As(err, &record):
		return "it does not speak TLS"
	case errors.As(err, &name):
		return "its name is not known"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "it does not answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there"
	}
	return "the connection failed"
}

// say answers in the proxy's own name.
func say(w *recorder, err error, status int, text, hint string) {
	w.err = err
	ownAnswer(w)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	text = "bento-cred: " + text + "\n"
	if hint != "" {
		text += hint + "\n"
	}
	_, _ = io.WriteString(w, text) // a client that left has no use for it
}

// ownAnswer sets the headers of every answer of our own. The address of a page that failed
// would be sent on as Referer, by the request for its icon if by no other, and with it a
// ticket.
func ownAnswer(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
}
