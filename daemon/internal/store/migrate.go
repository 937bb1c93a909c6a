package store

import (
	"bytes"
	"context"
	"fmt"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// reader is the half of a Store that Migrate copies from.
type reader interface {
	Get(ctx context.Context, name string) ([]byte, error)
	List(ctx context.Context) ([]string, error)
}

// Migrate copies every value of from to the Store to, and reads each back from there. A
// value that to keeps under one of the names is replaced, others stay. Nothing is
// removed from from; after nil the caller may do so, and before that it must not.
func Migrate(ctx context.Context, from reader, to Store) error {
	names, err := from.List(ctx)
	if err != nil {
		return fmt.Errorf("listing what to move: %w", err)
	}
	for _, name := range names {
		data, err := from.Get(ctx, name)
		if err != nil {
			return fmt.Errorf("reading %q to move it: %w", name, err)
		}
		if err := to.Put(ctx, name, data); err != nil {
			return fmt.Errorf("moving %q: %w", name, err)
		}
		got, err := to.Get(ctx, name)
		if err != nil {
			return fmt.Errorf("reading %q back from where it was moved: %w", name, err)
		}
		if !bytes.Equal(got, data) {
			return fmt.Errorf("moving %q: %w", name, ErrReadBack)
		}
	}
	return nil
}

// Move moves the store to the keychain that target names, whose Remembered is not
// looked at. The passphrase is for a target that needs one, as for Unlock. In order: all
// values are copied and read back, remember is called with the new Choice and must have
// it kept when it returns, and the old values are removed. Wherever that breaks off, the
// Choice that is remembered leads to all values. Meanwhile no other call is made on k.
//
// After success k is closed, and left names what could not be removed from its keychain.
func (k *Keychain) Move(
	ctx context.Context, target Config, passphrase credential.Secret, remember func(Choice) error,
) (to *Keychain, left []string, err error) {
	err = k.hold(ctx, func(ctx context.Context) error {
		to, left, err = k.move(ctx, target, passphrase, remember)
		return err
	})
	return to, left, err
}

// move is Move for a caller who holds the slot.
func (k *Keychain) move(
	ctx context.Context, target Config, passphrase credential.Secret, remember func(Choice) error,
) (*Keychain, []string, error) {
	var names []string
	err := k.doHeld(ctx, func(ctx context.Context, a *attachment) (err error) {
		names, err = a.List(ctx)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("looking at the store to move: %w", err)
	}
	to, err := k.prepare(ctx, target, passphrase)
	if err != nil {
		return nil, nil, err
	}
	if err := Migrate(ctx, k.attached, to); err != nil {
		return nil, nil, closing(to, err)
	}
	if err := remember(to.Report().Choice); err != nil {
		return nil, nil, closing(to, fmt.Errorf("remembering where the store was moved to: %w", err))
	}
	left := k.empty(context.WithoutCancel(ctx), names)
	k.detach()
	k.end()
	k.fileKey, k.closed = credential.Secret{}, true
	return to, left, nil
}

// prepare opens the place to move to.
func (k *Keychain) prepare(ctx context.Context, target Config, passphrase credential.Secret) (*Keychain, error) {
	target.Remembered = Choice{}
	to, err := Open(ctx, target)
	if err != nil {
		return nil, err
	}
	if err := to.Unlock(ctx, passphrase); err != nil {
		return nil, closing(to, fmt.Errorf("opening the place to move to: %w", err))
	}
	if to.Report().Choice.ID == k.attached.id {
		return nil, closing(to, fmt.Errorf("the store is in %s already", to.Report().Backend))
	}
	return to, nil
}

// closing closes to and returns err.
func closing(to *Keychain, err error) error {
	_ = to.Close() // it fails only where it was closed already
	return err
}

// empty removes the values called names and then the marker, and returns the names of
// those it could not remove.
func (k *Keychain) empty(ctx context.Context, names []string) []string {
	release, err := lock(ctx, k.config.Dir)
	if err != nil {
		k.config.Log.Warn("a moved store is left as it was", "error", err)
		return names
	}
	defer release()
	var left []string
	for _, name := range names {
		if err := k.attached.vault.delete(ctx, subject{kindContext, name}); err != nil {
			k.config.Log.Warn("a moved item is left behind", "name", name, "error", err)
			left = append(left, name)
		}
	}
	if len(left) > 0 {
		return left
	}
	if err := k.attached.vault.delete(ctx, marker); err != nil {
		k.config.Log.Warn("the marker of a moved store is left behind", "error", err)
	}
	return nil
}
