package daemon

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/daemon/internal/book"
	"github.com/bento-cred/bento-cred/daemon/internal/pages"
	"github.com/bento-cred/bento-cred/daemon/internal/state"
	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/daemon/internal/store/worker"
)

// vault is the store and the book read from it. Both are opened at first need, once for
// all who need them then: those that come meanwhile wait for the outcome and share it,
// be it good or bad.
type vault struct {
	config  Config
	state   *state.File
	opening chan struct{} // holds a word while somebody opens or changes the store
	looked  time.Time     // when the last look began that found no keychain; of the one who is alone
	// unsettled returns why the settings are not to be relied on, or nil; locked whether
	// nothing is to be opened until a person unlocks it.
	unsettled func() error
	locked    func() bool
	safe      pages.Safe // for the tokens' values

	// Nothing is called while mu is held: the book tells of a change while it is being
	// written, and whoever is told looks here.
	mu        sync.Mutex
	settings  configs.Store   // guarded by mu
	keychain  *store.Keychain // guarded by mu; nil until opened
	book      *book.Book      // guarded by mu; nil until read
	attempt   *attempt        // guarded by mu; the opening under way, or nil
	unlocking bool            // guarded by mu; a person is being asked
	turned    chan struct{}   // guarded by mu; closed at the next unlocking; nil: nobody waits
}

// attempt is one opening of the store.
type attempt struct {
	done chan struct{} // closed when book and err are set
	book *book.Book
	err  error
}

// errAsking is what requests get while the keychain asks its owner, which may take
// minutes: they must not stand in line behind a dialog.
var errAsking = fmt.Errorf("%w: it is asking its owner, in a dialog", store.ErrLocked)

// open returns the book, after opening the store and reading it where that is still to
// do.
func (v *vault) open(ctx context.Context) (*book.Book, error) {
	if v.locked() {
		return nil, errLockedByHand
	}
	v.mu.Lock()
	if v.book != nil || v.unlocking {
		defer v.mu.Unlock()
		if v.book != nil {
			return v.book, nil
		}
		return nil, errAsking
	}
	if v.attempt == nil {
		v.attempt = &attempt{done: make(chan struct{})}
		go v.try(context.WithoutCancel(ctx), v.attempt)
	}
	a := v.attempt
	v.mu.Unlock()
	select {
	case <-a.done:
		return a.book, a.err
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the store: %w", context.Cause(ctx))
	}
}

// try carries out an attempt.
func (v *vault) try(ctx context.Context, a *attempt) {
	a.err = v.alone(ctx, func() (err error) {
		a.book, err = v.read(ctx)
		return err
	})
	v.mu.Lock()
	v.attempt = nil
	v.mu.Unlock()
	close(a.done)
}

// opened returns the book if it has been read.
func (v *vault) opened() *book.Book {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.book
}

// alone calls f while nobody else opens or changes the store.
func (v *vault) alone(ctx context.Context, f func() error) error {
	select {
	case v.opening <- struct{}{}:
		defer func() { <-v.opening }()
		return f()
	case <-ctx.Done():
		return fmt.Errorf("waiting for the store: %w", context.Cause(ctx))
	}
}

// read is open for the one who is alone.
func (v *vault) read(ctx context.Context) (*book.Book, error) {
	if b := v.opened(); b != nil {
		return b, nil
	}
	keychain, err := v.attach(ctx)
	if err != nil {
		return nil, err
	}
	if err := keychain.Ready(ctx); err != nil {
		return nil, err
	}
	if err := v.remember(keychain); err != nil {
		return nil, err
	}
	b, err := book.Read(ctx, keychain, v.safe.Keep)
	if err != nil {
		return nil, err
	}
	for _, name := range b.Damaged() {
		v.config.Log.Error("a context is kept and cannot be read", "context", name)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.book = b
	return b, nil
}

// attach returns the keychain, after opening it where that is still to do.
func (v *vault) attach(ctx context.Context) (*store.Keychain, error) {
	v.mu.Lock()
	keychain, settings := v.keychain, v.settings
	v.mu.Unlock()
	if keychain != nil {
		return keychain, nil
	}
	remembered, err := v.remembered()
	if err != nil {
		return nil, err
	}
	if bad := v.unsettled(); bad != nil && remembered == (store.Choice{}) {
		return nil, fmt.Errorf("choosing a store: %w", bad)
	}
	keychain, err = store.Open(ctx, v.storeConfig(settings, remembered))
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	changed := v.settings != settings
	if !changed {
		v.keychain = keychain
	}
	v.mu.Unlock()
	if changed { // while it was being opened
		if err := keychain.Close(); err != nil {
			return nil, err
		}
		return v.attach(ctx)
	}
	return keychain, nil
}

// storeConfig returns the store's configuration for settings.
func (v *vault) storeConfig(settings configs.Store, remembered store.Choice) store.Config {
	config := store.Config{
		Backend:        store.Backend(settings.Backend),
		Remembered:     remembered,
		Dir:            filepath.Join(v.config.DataDir, "store"),
		Source:         sourceOf(settings.Passphrase),
		PassphraseFile: settings.PassphraseFile,
		Collection:     settings.Collection,
		Now:            v.config.Now,
		Log:            v.config.Log,
		Worker: worker.Config{
			Executable:    v.config.Executable,
			Args:          v.config.Args,
			Env:           v.config.Environ,
			CallTimeout:   settings.CallTimeout,
			PromptTimeout: settings.PromptTimeout,
		},
	}
	if v.config.PassphraseFile != "" {
		config.Source, config.PassphraseFile = store.SourceFile, v.config.PassphraseFile
	}
	return config
}

// sourceOf returns the store's word for what the settings say of the passphrase.
func sourceOf(p configs.Passphrase) store.Source {
	switch p {
	case configs.PassphrasePrompt:
		return store.SourcePrompt
	case configs.PassphraseFile:
		return store.SourceFile
	case configs.PassphraseKeyFile:
		return store.SourceKey
	case configs.PassphraseAuto:
	}
	return store.SourceAuto
}

// remember keeps the keychain's choice in the state, so that a later start does not
// silently take another.
func (v *vault) remember(keychain *store.Keychain) error {
	before, err := v.remembered()
	if err != nil {
		return err
	}
	if chosen := keychain.Report().Choice; chosen != before {
		return v.rememberChoice(chosen)
	}
	return nil
}

// reconfigure has the store opened anew where its settings changed.
func (v *vault) reconfigure(settings configs.Store) {
	v.mu.Lock()
	changed := v.settings != settings
	v.settings = settings
	v.mu.Unlock()
	if changed {
		v.close()
	}
}

// shut closes the vault for good, after whatever is under way.
func (v *vault) shut() {
	v.opening <- struct{}{}
	v.close()
}

// close forgets what is in memory and ends the store's worker.
func (v *vault) close() {
	v.mu.Lock()
	keychain := v.keychain
	v.keychain, v.book = nil, nil
	v.mu.Unlock()
	if keychain == nil {
		return
	}
	if err := keychain.Close(); err != nil && !errors.Is(err, store.ErrClosed) {
		v.config.Log.Error("closing the store", "error", err)
	}
}
