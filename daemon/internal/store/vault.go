package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"time"
)

// items is a keychain as the worker shows it: entries by key, each of a limited size.
// Its errors are this package's sentinels.
type items interface {
	get(ctx context.Context, key string) ([]byte, error)
	set(ctx context.Context, key string, data []byte) error
	remove(ctx context.Context, key string) error
	keys(ctx context.Context) ([]string, error)
}

// vault makes values that survive a crash out of items that need not. The rules are in
// the package's documentation. It knows no locks and no markers; Keychain does.
type vault struct {
	items items
	limit int // the largest item the backend keeps, in bytes
	now   func() time.Time
	log   *slog.Logger

	// doomed holds the keys of writes that failed and could not be withdrawn. They are
	// not seen by any reader, and removed when the keychain lets us.
	doomed map[string]bool
}

func newVault(items items, limit int, now func() time.Time, log *slog.Logger) *vault {
	return &vault{items: items, limit: limit, now: now, log: log, doomed: map[string]bool{}}
}

// get returns the value of the newest generation of s that is whole.
func (v *vault) get(ctx context.Context, s subject) ([]byte, error) {
	found, err := v.scan(ctx)
	if err != nil {
		return nil, err
	}
	data, _, err := v.newest(ctx, s, found[s])
	return data, err
}

// newest returns the first of generations that is whole, and which that was.
func (v *vault) newest(ctx context.Context, s subject, generations []generation) ([]byte, int, error) {
	missing := fmt.Errorf("%w: %q", ErrNotFound, s.name)
	for n, g := range generations {
		if !g.headed() {
			continue
		}
		data, err := v.load(ctx, s, g.number)
		switch {
		case err == nil:
			return data, n, nil
		case errors.Is(err, ErrDamaged):
			v.log.Warn("passing over a damaged item", "name", s.name, "error", err)
			missing = err
		case !errors.Is(err, errTorn) && !errors.Is(err, ErrNotFound):
			return nil, 0, err
		}
	}
	return nil, 0, missing
}

// load reads one generation of s, every piece of it.
func (v *vault) load(ctx context.Context, s subject, number uint64) ([]byte, error) {
	head, err := v.open(ctx, item{s, number, 0})
	if err != nil {
		return nil, err
	}
	data := bytes.Clone(head.payload)
	for piece := 1; piece < head.pieces; piece++ {
		e, err := v.open(ctx, item{s, number, piece})
		if errors.Is(err, ErrNotFound) || errors.Is(err, errTorn) {
			return nil, fmt.Errorf("%w: piece %d of %d is missing", ErrDamaged, piece, head.pieces)
		}
		if err != nil {
			return nil, err
		}
		if len(data)+len(e.payload) > MaxValue {
			return nil, fmt.Errorf("%w: it is larger than any value", ErrDamaged)
		}
		data = append(data, e.payload...)
	}
	if sha256.Sum256(data) != head.digest {
		return nil, fmt.Errorf("%w: its pieces do not belong together", ErrDamaged)
	}
	return data, nil
}

// open reads one item and checks that it is what its key says.
func (v *vault) open(ctx context.Context, i item) (envelope, error) {
	b, err := v.items.get(ctx, i.key())
	if err != nil {
		return envelope{}, fmt.Errorf("reading %q: %w", i.name, err)
	}
	e, err := unseal(b)
	if err != nil {
		return envelope{}, fmt.Errorf("reading %q: %w", i.name, err)
	}
	if e.item != i {
		return envelope{}, fmt.Errorf("reading %q: %w: it belongs under another name", i.name, ErrDamaged)
	}
	return e, nil
}

// put writes data as a new generation of s, reads it back, and only then removes the
// older ones. A failure withdraws what was written.
func (v *vault) put(ctx context.Context, s subject, data []byte) error {
	found, err := v.scan(ctx)
	if err != nil {
		return err
	}
	older := found[s]
	// The time makes a generation newer than any that a dying writer may still be
	// bringing in; the maximum makes it newer than what is there when clocks go back.
	number := uint64(max(0, v.now().UnixNano()))
	if len(older) > 0 {
		if older[0].number == math.MaxUint64 {
			return fmt.Errorf("writing %q: %w: its generations are used up", s.name, ErrDamaged)
		}
		number = max(number, older[0].number+1)
	}
	envelopes, err := cut(s, number, data, v.limit)
	if err != nil {
		return fmt.Errorf("writing %q: %w", s.name, err)
	}
	if err := v.write(ctx, envelopes); err != nil {
		return fmt.Errorf("writing %q: %w", s.name, err)
	}
	got, err := v.load(ctx, s, number)
	if err == nil && bytes.Equal(got, data) {
		v.removeAll(ctx, s, older)
		return nil
	}
	v.withdraw(ctx, envelopes, err)
	if err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, errTorn) && !errors.Is(err, ErrDamaged) {
		return fmt.Errorf("reading back what was written: %w", err)
	}
	return fmt.Errorf("writing %q: %w", s.name, ErrReadBack)
}

// write sets the pieces and, when all of them are there, the head. On a failure
// nothing of it stays.
func (v *vault) write(ctx context.Context, envelopes []envelope) error {
	for n := range envelopes {
		e := envelopes[len(envelopes)-1-n]
		if err := v.items.set(ctx, e.item.key(), e.seal()); err != nil {
			v.withdraw(ctx, envelopes, err)
			return err
		}
	}
	return nil
}

// withdraw removes a write that failed with cause. What cannot be removed now is
// remembered; a keychain that stopped answering is not asked again at once.
func (v *vault) withdraw(ctx context.Context, envelopes []envelope, cause error) {
	for _, e := range envelopes {
		v.doomed[e.item.key()] = true
	}
	if errors.Is(cause, ErrLost) {
		return
	}
	for _, e := range envelopes {
		if !v.sweep(ctx, e.item.key()) {
			return // the rest would fail as slowly
		}
	}
}

// sweep removes one doomed item and reports whether the keychain let it.
func (v *vault) sweep(ctx context.Context, key string) bool {
	err := v.items.remove(ctx, key)
	if err == nil {
		delete(v.doomed, key)
		return true
	}
	// "Not found" leaves it doomed: a keychain that stood still when it was told to
	// write may yet do so.
	return errors.Is(err, ErrNotFound)
}

// removeAll removes generations that are no longer wanted, as far as the keychain lets
// it: what stays is older than what is kept, and goes at the next occasion.
func (v *vault) removeAll(ctx context.Context, s subject, generations []generation) {
	for _, g := range slices.Backward(generations) {
		if err := v.removeOne(ctx, s, g); err != nil {
			v.log.Warn("leaving an old item behind", "name", s.name, "error", err)
			return
		}
	}
}

// removeOne removes one generation, the head first, so that no head stands without its
// pieces.
func (v *vault) removeOne(ctx context.Context, s subject, g generation) error {
	for _, piece := range g.pieces {
		err := v.items.remove(ctx, item{s, g.number, piece}.key())
		if err != nil && !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("removing %q: %w", s.name, err)
		}
	}
	return nil
}

// delete removes every generation of s, the oldest first, so that a crash on the way
// does not bring an old value back.
func (v *vault) delete(ctx context.Context, s subject) error {
	found, err := v.scan(ctx)
	if err != nil {
		return err
	}
	existed := false
	for _, g := range slices.Backward(found[s]) {
		existed = existed || g.headed()
		if err := v.removeOne(ctx, s, g); err != nil {
			return err
		}
	}
	if !existed {
		return fmt.Errorf("%w: %q", ErrNotFound, s.name)
	}
	found, err = v.scan(ctx)
	if err != nil {
		return fmt.Errorf("checking that %q is gone: %w", s.name, err)
	}
	if len(found[s]) > 0 {
		return fmt.Errorf("deleting %q: %w: it is still there", s.name, ErrFailed)
	}
	return nil
}
