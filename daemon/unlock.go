package daemon

import (
	"context"
	"errors"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/state"
	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/internal/credential"
)

// unlock opens the store with passphrase, or by letting the keychain ask its owner.
func (v *vault) unlock(ctx context.Context, passphrase credential.Secret) error {
	return v.alone(ctx, func() error {
		v.setUnlocking(true)
		defer v.setUnlocking(false)
		keychain, err := v.attach(ctx)
		if err != nil {
			return err
		}
		if err := keychain.Unlock(ctx, passphrase); err != nil {
			return err
		}
		// By now whoever asked has shown what the store itself wants of them.
		if err := v.unlocked(); err != nil {
			return err
		}
		if _, err = v.read(ctx); err != nil {
			return err
		}
		asks := func(k *store.Keychain) error { return k.Unlock(ctx, credential.Secret{}) }
		if err := v.reconsider(ctx, time.Now(), asks); err != nil {
			return err
		}
		_, err = v.read(ctx)
		return err
	})
}

// unlocked remembers that what `bento-cred lock` did is over.
func (v *vault) unlocked() error {
	if !v.locked() {
		return nil
	}
	if err := v.state.Note(func(s *state.State) { s.Locked = false }); err != nil {
		v.config.Log.Warn("the next daemon will be locked again", "error", err)
	}
	return nil
}

// awaitUnlock waits until somebody has unlocked the store, and reports whether it is worth
// asking again.
func (v *vault) awaitUnlock(ctx context.Context, patience time.Duration) bool {
	v.mu.Lock()
	if v.turned == nil {
		v.turned = make(chan struct{})
	}
	turned := v.turned
	v.mu.Unlock()
	if v.opened() != nil && !v.locked() {
		return true // meanwhile
	}
	select {
	case <-turned:
		return true
	case <-time.After(patience):
	case <-ctx.Done():
	}
	return false
}

func (v *vault) setUnlocking(asking bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.unlocking = asking
	if !asking && v.book != nil && v.turned != nil {
		close(v.turned)
		v.turned = nil
	}
}

// report tells of the store; the error is what kept it from being opened at all.
func (v *vault) report(ctx context.Context) (store.Report, error) {
	_, openErr := v.open(ctx)
	v.mu.Lock()
	keychain := v.keychain
	v.mu.Unlock()
	if errors.Is(openErr, errLockedByHand) {
		return v.lockedReport(), nil
	}
	if keychain == nil {
		return store.Report{State: store.Broken}, openErr
	}
	return keychain.Report(), openErr
}

// lockedReport tells of a store that is not opened, for it was locked.
func (v *vault) lockedReport() store.Report {
	report := store.Report{State: store.Locked, Problem: errLockedByHand.Error(), Why: "it was used before"}
	if chosen, err := v.remembered(); err == nil {
		report.Choice, report.Backend, report.Source = chosen, chosen.Backend, chosen.Source
	}
	return report
}
