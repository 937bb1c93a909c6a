package daemon

import (
	"context"
	"errors"
	"strconv"
	"syscall"

	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/daemon/internal/bentocloud"
	"github.com/bento-cred/bento-cred/daemon/internal/bentoml"
	"github.com/bento-cred/bento-cred/daemon/internal/book"
	"github.com/bento-cred/bento-cred/daemon/internal/signin"
	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/internal/credential"
	"github.com/bento-cred/bento-cred/internal/endpoint"
	"github.com/bento-cred/bento-cred/ipc"
)

// writableHint is the next step where a file of ours could not be written.
const writableHint = "make room on that disk, or make it writable, and try again; what was kept is as it was"

// failures gives the errors of the rooms the codes and hints they have on the socket.
// The first row that fits counts, so a kind of another stands before it.
var failures = []struct {
	err  error
	code ipc.Code
	hint string
}{
	{book.ErrDamaged, ipc.StoreFailed, "use the version that wrote it, or forget it with `bento-cred context delete NAME`"},
	{store.ErrName, ipc.Usage, "a context's name has 1 to 64 letters, digits, dots, hyphens and underscores"},
	{store.ErrTooLarge, ipc.StoreFailed, "delete tokens of the context that are no longer needed"},
	{errLockedByHand, ipc.Locked, "run `bento-cred unlock`"},
	{store.ErrLocked, ipc.Locked, "run `bento-cred unlock`"},
	{store.ErrDenied, ipc.Denied, "run `bento-cred unlock` to be asked again"},
	{store.ErrPassphrase, ipc.BadPassphrase, "run `bento-cred unlock`, or mend the file BENTO_CRED_PASSPHRASE_FILE names"},
	{store.ErrElsewhere, ipc.StoreFailed, "run `bento-cred store migrate BACKEND`, or take the setting back"},
	{store.ErrInsecure, ipc.StoreFailed, "run chmod 600 on it, or bring it back"},
	{store.ErrAbsent, ipc.StoreFailed, "run `bento-cred doctor`"},
	{store.ErrLost, ipc.StoreFailed, "try again; if it stays so, run `bento-cred doctor`"},
	{store.ErrUnwritable, ipc.StoreFailed, writableHint},
	{store.ErrReadBack, ipc.StoreFailed, "run `bento-cred doctor`"},
	{store.ErrDamaged, ipc.StoreFailed, "run `bento-cred doctor`"},
	{store.ErrUnmarked, ipc.StoreFailed, "run `bento-cred doctor`"},
	{store.ErrFailed, ipc.StoreFailed, "run `bento-cred doctor`"},
	{store.ErrClosed, ipc.StoreFailed, "try again"},

	{signin.ErrDeadline, ipc.TimedOut, "run `bento-cred login` again"},
	{signin.ErrForgotten, ipc.TimedOut, "run `bento-cred login` again"},
	{signin.ErrUnknown, ipc.NotFound, "run `bento-cred login` again"},

	{bentocloud.ErrDenied, ipc.Denied, ""},
	{bentocloud.ErrCodeExpired, ipc.TimedOut, ""},
	{bentocloud.ErrToken, ipc.Usage, ""},
	{bentocloud.ErrRefused, ipc.TokenRefused, ""},
	{bentocloud.ErrScope, ipc.TokenRefused, ""},
	{bentocloud.ErrNotFound, ipc.Unreachable, ""},
	{bentocloud.ErrWrongHost, ipc.Unreachable, ""},
	{bentocloud.ErrRejected, ipc.BadReply, ""},
	{bentocloud.ErrServer, ipc.UpstreamFailed, ""},
	{bentocloud.ErrRedirect, ipc.Redirected, ""},
	{bentocloud.ErrBadReply, ipc.BadReply, ""},
	{bentocloud.ErrTLS, ipc.TLSFailed, ""},
	{bentocloud.ErrTimeout, ipc.TimedOut, ""},
	{bentocloud.ErrUnreachable, ipc.Unreachable, ""},

	{bentoml.ErrNoFile, ipc.NotFound, "name the file with --file, or log in with `bento-cred login`"},
	{bentoml.ErrNoNews, ipc.BadConfig, "BentoML may be writing it; try again"},
	{bentoml.ErrFormat, ipc.BadConfig, "look at the file; nothing was changed"},
	{bentoml.ErrTooLarge, ipc.BadConfig, "look at the file; nothing was changed"},
	{bentoml.ErrChanged, ipc.BadConfig, "run the import again; the tokens are kept in both places"},

	// The daemon's own files.
	{syscall.ENOSPC, ipc.StoreFailed, writableHint},
	{syscall.EDQUOT, ipc.StoreFailed, writableHint},
	{syscall.EROFS, ipc.StoreFailed, writableHint},

	{context.DeadlineExceeded, ipc.TimedOut, "look for a dialog of the keychain, or run `bento-cred doctor`"},
}

// coded returns err with the code and the hint it has on the socket; nil stays nil.
func coded(err error) error {
	if err == nil {
		return nil
	}
	var already *ipc.Error
	if errors.As(err, &already) {
		return err
	}
	result := &ipc.Error{Code: ipc.Internal, Message: err.Error()}
	for _, row := range failures {
		if errors.Is(err, row.err) {
			result.Code, result.Hint = row.code, row.hint
			break
		}
	}
	var address *endpoint.Error
	var cloud *bentocloud.Error
	var file *configs.Error
	switch {
	case errors.As(err, &cloud):
		result.Hint = cloud.Hint()
	case errors.As(err, &address):
		result.Code, result.Hint = ipc.Usage, address.Hint()
	case errors.As(err, &file):
		result.Code, result.Hint = ipc.BadConfig, "mend the file"
	}
	return result
}

func quoted(text string) string { return strconv.Quote(text) }

// noContext says that no context was named and none is the current one.
func noContext(others bool) error {
	hint := "run `bento-cred login`"
	if others {
		hint = "choose one with `bento-cred context use NAME`; `bento-cred context list` shows them"
	}
	return &ipc.Error{Code: ipc.NoContext, Message: "there is no current context", Hint: hint}
}

// notFound says that no context has that name, and who asked for it.
func notFound(name, source string) error {
	message := "there is no context " + quoted(name)
	if source != "" {
		message += ", which " + source + " names"
	}
	return &ipc.Error{Code: ipc.NotFound, Message: message, Hint: "`bento-cred context list` shows them"}
}

// noToken says why c has no token for need, and how to get one.
func noToken(err error, c credential.Context, need credential.Access) error {
	login := "run `bento-cred login --context " + c.Name + "`"
	if errors.Is(err, credential.ErrAccessMissing) {
		return &ipc.Error{
			Code:    ipc.AccessMissing,
			Message: "context " + quoted(c.Name) + " has no token with the access " + quoted(need.String()),
			Hint:    "run `bento-cred login --context " + c.Name + " --access " + need.String() + "` with one that has it",
		}
	}
	message := "context " + quoted(c.Name) + " has no token"
	switch {
	case errors.Is(err, credential.ErrRefused):
		message = "the token of context " + quoted(c.Name) + " is no longer taken by the cloud: " + quoted(refusalOf(c))
	case errors.Is(err, credential.ErrExpired):
		message = "the token of context " + quoted(c.Name) + " has expired"
	}
	return &ipc.Error{Code: ipc.LoginRequired, Message: message, Hint: login}
}

// refusalOf returns why the cloud takes no token of c any more.
func refusalOf(c credential.Context) string {
	for _, t := range c.Tokens {
		if t.Refused != "" {
			return t.Refused
		}
	}
	return ""
}
