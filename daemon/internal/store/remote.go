package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/bento-cred/bento-cred/daemon/internal/store/worker"
)

// remote is the items of a worker.
type remote struct{ client *worker.Client }

func (r remote) get(ctx context.Context, key string) ([]byte, error) {
	data, err := r.client.Get(ctx, key)
	return data, fromWorker(err)
}

func (r remote) set(ctx context.Context, key string, data []byte) error {
	return fromWorker(r.client.Set(ctx, key, data))
}

func (r remote) remove(ctx context.Context, key string) error {
	return fromWorker(r.client.Remove(ctx, key))
}

func (r remote) keys(ctx context.Context) ([]string, error) {
	keys, err := r.client.Keys(ctx)
	return keys, fromWorker(err)
}

// sentinels pairs the worker's codes with this package's errors.
var sentinels = map[worker.Code]error{
	worker.NotFound:   ErrNotFound,
	worker.Locked:     ErrLocked,
	worker.Absent:     ErrAbsent,
	worker.Denied:     ErrDenied,
	worker.Lost:       ErrLost,
	worker.Passphrase: ErrPassphrase,
	worker.Torn:       errTorn,
	worker.Damaged:    ErrDamaged,
	worker.TooLarge:   ErrTooLarge,
	worker.Unwritable: ErrUnwritable,
	worker.Failed:     ErrFailed,
}

// fromWorker turns a worker's fault into an error of this package.
func fromWorker(err error) error {
	var fault *worker.CallError
	if !errors.As(err, &fault) {
		return err
	}
	sentinel, known := sentinels[fault.Code]
	if !known {
		sentinel = ErrFailed
	}
	return fmt.Errorf("%w: %s", sentinel, printable(fault.Text))
}

// printable replaces what could move a terminal's cursor: some of the text is a
// keychain's own.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
}
