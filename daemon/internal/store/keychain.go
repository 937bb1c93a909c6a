package store

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// Keychain is a Store in a real keychain, or in encrypted files. It looks for its
// keychain when it is first used and whenever it has lost it, so a keychain that is
// unlocked, started or restarted later is found without a word from the caller.
type Keychain struct {
	config Config

	// life ends with Close, and with it the calls that may wait for a person.
	life context.Context
	end  context.CancelFunc

	// slot holds a token while a call is under way. A channel, because one who waits
	// for it must be able to give up.
	slot chan struct{}

	// What follows is guarded by slot.
	attached *attachment // nil until the keychain was found ready
	waiting  Backend     // the keychain that was found locked, else ""
	fileKey  credential.Secret
	closed   bool

	mu     sync.Mutex // guards report
	report Report
}

// Open returns a Keychain and tries to make it ready. That it could not is no error:
// the Report says why, and every call tries again and answers ErrLocked, ErrAbsent or
// whatever stands in the way. An error is returned for a configuration that makes no
// sense, and ErrElsewhere for one that does not fit what is remembered.
func Open(ctx context.Context, config Config) (*Keychain, error) {
	config, err := config.complete()
	if err != nil {
		return nil, fmt.Errorf("opening the store: %w", err)
	}
	k := &Keychain{config: config, slot: make(chan struct{}, 1)}
	k.life, k.end = context.WithCancel(context.Background())
	k.report = Report{
		Backend: config.Remembered.Backend,
		Choice:  config.Remembered,
		State:   Broken,
		Problem: "the keychain was not looked at yet",
	}
	// A caller who gives up early gets a Keychain that is not ready.
	_ = k.Ready(ctx)
	return k, nil
}

// Ready returns nil when the store can be used, and else what stands in the way. It
// asks the keychain, and never a person.
func (k *Keychain) Ready(ctx context.Context) error {
	return k.do(ctx, func(ctx context.Context, a *attachment) error { return a.verify(ctx) })
}

// Probe writes, reads and removes a trial item. It is for before a login, so that no
// token is fetched that cannot be kept.
func (k *Keychain) Probe(ctx context.Context) error {
	return k.change(ctx, func(ctx context.Context, a *attachment) error {
		return a.canary(ctx, k.config.Random)
	})
}

// Get implements Store.
func (k *Keychain) Get(ctx context.Context, name string) (data []byte, err error) {
	if err := ValidateName(name); err != nil {
		return nil, err
	}
	err = k.do(ctx, func(ctx context.Context, a *attachment) error {
		data, err = a.Get(ctx, name)
		return err
	})
	return data, err
}

// Put implements Store. Once begun it is not given up with ctx: every step has the
// deadline of a call.
func (k *Keychain) Put(ctx context.Context, name string, data []byte) error {
	if err := ValidateName(name); err != nil {
		return err
	}
	if len(data) > MaxValue {
		return fmt.Errorf("%w: %d bytes", ErrTooLarge, len(data))
	}
	return k.change(ctx, func(ctx context.Context, a *attachment) error {
		return a.vault.put(ctx, subject{kindContext, name}, data)
	})
}

// Delete implements Store. Like Put, it is not given up with ctx once begun.
func (k *Keychain) Delete(ctx context.Context, name string) error {
	if err := ValidateName(name); err != nil {
		return err
	}
	return k.change(ctx, func(ctx context.Context, a *attachment) error {
		return a.vault.delete(ctx, subject{kindContext, name})
	})
}

// List implements Store.
func (k *Keychain) List(ctx context.Context) (names []string, err error) {
	err = k.do(ctx, func(ctx context.Context, a *attachment) error {
		names, err = a.List(ctx)
		return err
	})
	return names, err
}

// Unlock makes a locked store ready: the file backend by the passphrase, which is kept
// in memory if it is right and forgotten if not; any other by asking its owner in its
// own way, for which it may take Config.Worker.PromptTimeout. The first passphrase a
// file store is given becomes its passphrase, so ask for it twice when the Report shows
// no Choice.
func (k *Keychain) Unlock(ctx context.Context, passphrase credential.Secret) error {
	return k.hold(ctx, func(ctx context.Context) error { return k.unlock(ctx, passphrase) })
}

// Report says which keychain is used, and why. It never waits for a call.
func (k *Keychain) Report() Report {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.report
}

// Close gives up a call that reads or waits for a person, lets one that writes come to
// its end, and ends the worker. Later calls are ErrClosed.
func (k *Keychain) Close() error {
	k.end()
	return k.hold(context.Background(), func(context.Context) error {
		k.detach()
		k.fileKey = credential.Secret{}
		k.closed = true
		return nil
	})
}

// hold calls f when no other call is under way, with a context that ends with ctx and
// with Close.
func (k *Keychain) hold(ctx context.Context, f func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("waiting for the keychain: %w", err)
	}
	select {
	case <-ctx.Done():
		return fmt.Errorf("waiting for the keychain: %w", context.Cause(ctx))
	case k.slot <- struct{}{}:
	}
	defer func() { <-k.slot }()
	if k.closed {
		return ErrClosed
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(k.life, func() { cancel(ErrClosed) })()
	return f(ctx)
}

// do calls f with the keychain, once that is ready, and notes how it went.
func (k *Keychain) do(ctx context.Context, f func(context.Context, *attachment) error) error {
	return k.hold(ctx, func(ctx context.Context) error { return k.doHeld(ctx, f) })
}

// doHeld is do for a caller who holds the slot.
func (k *Keychain) doHeld(ctx context.Context, f func(context.Context, *attachment) error) error {
	err := k.attach(ctx)
	if err == nil {
		err = f(ctx, k.attached)
	}
	return k.note(err)
}

// change calls f as do does, for something that writes: behind the lock between
// processes, with the marker read first, and to its end.
func (k *Keychain) change(ctx context.Context, f func(context.Context, *attachment) error) error {
	return k.do(ctx, func(ctx context.Context, a *attachment) error {
		unlock, err := lock(ctx, k.config.Dir)
		if err != nil {
			return err
		}
		defer unlock()
		ctx = context.WithoutCancel(ctx)
		if err := a.verify(ctx); err != nil {
			return err
		}
		return f(ctx, a)
	})
}

// unlock is Unlock for a caller who holds the slot.
func (k *Keychain) unlock(ctx context.Context, passphrase credential.Secret) error {
	err := k.attachWith(ctx, passphrase)
	if err == nil {
		err = k.attached.verify(ctx)
	}
	if !errors.Is(err, ErrLocked) || k.waiting == File {
		return k.note(err)
	}
	if err := k.ask(ctx); err != nil {
		return k.note(err)
	}
	return k.doHeld(ctx, func(ctx context.Context, a *attachment) error { return a.verify(ctx) })
}

// note puts the outcome of a call into the report, and returns it. What concerns one item
// or one caller is not the keychain's state.
func (k *Keychain) note(err error) error {
	for _, particular := range []error{
		ErrNotFound, ErrTooLarge, ErrDamaged, ErrClosed, errBusy,
		context.Canceled, context.DeadlineExceeded,
	} {
		if errors.Is(err, particular) {
			return err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.report.State, k.report.Problem = stateOf(err), ""
	if err != nil {
		k.report.Problem = err.Error() + advice(k.report.Backend, err)
	}
	return err
}
