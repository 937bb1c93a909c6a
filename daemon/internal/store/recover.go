package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// recover clears what a crash left behind: half-written items, generations that were
// not yet, or no longer, the newest, and old canaries. It must be called before the
// vault is used and while no other process writes to it. Items that are whole but make
// no sense are left for a person to judge.
func (v *vault) recover(ctx context.Context) error {
	found, err := v.scan(ctx)
	if err != nil {
		return err
	}
	for _, s := range slices.SortedFunc(maps.Keys(found), bySubject) {
		if err := v.recoverOne(ctx, s, found[s]); err != nil {
			return fmt.Errorf("clearing up after a crash: %w", err)
		}
	}
	return nil
}

// recoverOne leaves of generations the newest that is whole.
func (v *vault) recoverOne(ctx context.Context, s subject, generations []generation) error {
	if s.kind == kindCanary {
		v.removeAll(ctx, s, generations)
		return nil
	}
	_, kept, err := v.newest(ctx, s, generations)
	switch {
	case err == nil:
		surplus := slices.Delete(slices.Clone(generations), kept, kept+1)
		v.removeAll(ctx, s, surplus)
		return nil
	case errors.Is(err, ErrNotFound):
		v.log.Warn("removing a half-written item", "name", s.name)
		v.removeAll(ctx, s, generations)
		return nil
	case errors.Is(err, ErrDamaged), errors.Is(err, ErrPassphrase):
		// The caller has read the marker, so the passphrase is right and this item,
		// which it does not open, is damaged.
		v.log.Warn("keeping a damaged item", "name", s.name, "error", err)
		return nil
	default:
		return err
	}
}

// provePassphrase returns ErrPassphrase when items are there and none of them opens.
// It stands in for the marker where that was never written or got lost.
func (v *vault) provePassphrase(ctx context.Context) error {
	found, err := v.scan(ctx)
	if err != nil {
		return err
	}
	var wrong error
	for s, generations := range found {
		_, _, err := v.newest(ctx, s, generations)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ErrPassphrase):
			wrong = err
		case !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrDamaged):
			return err
		}
	}
	return wrong
}
