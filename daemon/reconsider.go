package daemon

import (
	"context"
	"time"

	"github.com/bento-cred/bento-cred/configs"
	"github.com/bento-cred/bento-cred/daemon/internal/book"
	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/internal/credential"
)

// probe makes sure that the store can be written, and is the best there is by now.
func (v *vault) probe(ctx context.Context) (*book.Book, error) {
	if _, err := v.open(ctx); err != nil {
		return nil, err
	}
	asked := time.Now()
	neverAsks := func(k *store.Keychain) error { return k.Ready(ctx) }
	if err := v.alone(ctx, func() error { return v.reconsider(ctx, asked, neverAsks) }); err != nil {
		return nil, err
	}
	b, err := v.open(ctx)
	if err != nil {
		return nil, err
	}
	keychain, err := v.attach(ctx)
	if err != nil {
		return nil, err
	}
	return b, keychain.Probe(ctx)
}

// reconsider looks for a keychain once more where the encrypted files were only taken for
// want of one, and hold nothing yet: a daemon that runs before anybody has logged in to the
// desktop finds no keychain, and must not keep the first token in files for that. It is
// called before something is kept, by the one who is alone; ready makes a keychain that was
// found ready, or says why it is not.
//
// A look that began after the request was asked answers it, too: of many logins at once, two
// look, and the others take what the second saw.
//
// A keychain that is there and locked is its error: whoever has one wants it used.
func (v *vault) reconsider(ctx context.Context, asked time.Time, ready func(*store.Keychain) error) error {
	settings, makeshift := v.makeshift()
	if !makeshift || v.looked.After(asked) {
		return nil
	}
	began := time.Now()
	config := v.storeConfig(settings, store.Choice{})
	config.Afresh = true
	found, err := store.Open(ctx, config)
	if err != nil {
		return err
	}
	defer func() { _ = found.Close() }() // it was only looked for; what takes it opens it again
	if found.Report().State == store.Absent {
		v.looked = began
		return nil
	}
	if err := ready(found); err != nil {
		return err
	}
	settings.Backend = configs.Backend(found.Report().Backend)
	if err := v.move(ctx, v.storeConfig(settings, store.Choice{}), credential.Secret{}); err != nil {
		return err
	}
	v.config.Log.Info("a keychain is there by now, and takes the place of the files", "store", settings.Backend)
	return nil
}

// makeshift reports whether the store is encrypted files that nobody asked for and that
// hold no context, and returns the settings.
func (v *vault) makeshift() (configs.Store, bool) {
	b := v.opened()
	v.mu.Lock()
	settings, keychain := v.settings, v.keychain
	v.mu.Unlock()
	if b == nil || keychain == nil || len(b.All()) > 0 || len(b.Damaged()) > 0 {
		return settings, false
	}
	chosen := keychain.Report().Choice
	fallback := chosen.Backend == store.File && chosen.Source == store.SourceKey
	return settings, fallback && settings.Backend == configs.BackendAuto && v.unsettled() == nil
}
