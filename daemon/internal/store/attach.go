package store

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/bento-cred/bento-cred/daemon/internal/store/worker"
	"github.com/bento-cred/bento-cred/internal/credential"
)

// attachment is a keychain that was found ready, with this store's marker in it.
type attachment struct {
	client *worker.Client
	vault  *vault
	id     string
}

// marker is the item that is made with a store and never changed. A keychain that
// cannot show it is locked, another one, or was emptied, whatever else it answers.
var marker = subject{kindMarker, "store"}

// canary is the trial item.
var canary = subject{kindCanary, "trial"}

const (
	idSize = 16
	// canarySize makes the trial as large as a context with a few tokens.
	canarySize = 512
)

// verify returns nil when the keychain shows the marker.
func (a *attachment) verify(ctx context.Context) error {
	id, err := a.vault.get(ctx, marker)
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("%w: its marker is gone", ErrUnmarked)
	}
	if err != nil {
		return err
	}
	if string(id) != a.id {
		return fmt.Errorf("%w: it holds another one", ErrUnmarked)
	}
	return nil
}

// Get reads a value. That there is none is believed only beside the marker.
func (a *attachment) Get(ctx context.Context, name string) ([]byte, error) {
	data, err := a.vault.get(ctx, subject{kindContext, name})
	if !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrPassphrase) {
		return data, err
	}
	if wrong := a.verify(ctx); wrong != nil {
		return nil, wrong
	}
	if errors.Is(err, ErrPassphrase) {
		return nil, fmt.Errorf("reading %q: %w: it does not decrypt", name, ErrDamaged)
	}
	return nil, err
}

// List lists the names. The list is believed only beside the marker.
func (a *attachment) List(ctx context.Context) ([]string, error) {
	names, err := a.vault.list(ctx, kindContext)
	if err != nil {
		return nil, err
	}
	return names, a.verify(ctx)
}

// canary writes, reads back and removes a trial item.
func (a *attachment) canary(ctx context.Context, random io.Reader) error {
	data := make([]byte, canarySize)
	if _, err := io.ReadFull(random, data); err != nil {
		return fmt.Errorf("making a trial item: %w", err)
	}
	if err := a.vault.put(ctx, canary, data); err != nil {
		return fmt.Errorf("trying the keychain: %w", err)
	}
	got, err := a.vault.get(ctx, canary)
	if err != nil || !bytes.Equal(got, data) {
		return errors.Join(fmt.Errorf("trying the keychain: %w", ErrReadBack), err)
	}
	if err := a.vault.delete(ctx, canary); err != nil {
		return fmt.Errorf("trying the keychain: %w", err)
	}
	return nil
}

// attach makes the keychain ready, if it is not.
func (k *Keychain) attach(ctx context.Context) error {
	return k.attachWith(ctx, credential.Secret{})
}

// attachWith is attach with a passphrase for the file backend.
func (k *Keychain) attachWith(ctx context.Context, passphrase credential.Secret) error {
	if k.attached != nil {
		return nil
	}
	release, err := lock(ctx, k.config.Dir)
	if err != nil {
		return err
	}
	defer release()
	k.waiting = ""
	return k.choose(ctx, passphrase)
}

// choose finds the keychain: the remembered one, else the one that is asked for, else the
// first that keeps a trial item. One that is locked ends the search, since its owner has
// one and can unlock it; a lesser one taken now would be kept for ever.
func (k *Keychain) choose(ctx context.Context, passphrase credential.Secret) error {
	c := k.config
	switch {
	case c.Remembered.Backend != "":
		return k.take(ctx, c.Remembered.Backend, passphrase, "remembered from its first use")
	case c.Backend != Auto:
		return k.take(ctx, c.Backend, passphrase, "it was asked for by name")
	case !c.Afresh && occupied(c.itemsDir(c.source())):
		return k.take(ctx, File, passphrase, "a store is in its directory already")
	}
	refused := []Refusal{}
	for _, b := range autoOrder(runtime.GOOS) {
		err := k.take(ctx, b, passphrase, "the first keychain that kept a trial item")
		k.refuse(refused)
		if err == nil || errors.Is(err, ErrLocked) || ctx.Err() != nil {
			return err
		}
		refused = append(refused, Refusal{b, err.Error()})
	}
	err := fmt.Errorf("%w: none is here", ErrAbsent)
	if !c.Afresh {
		err = k.take(ctx, File, passphrase, "no keychain is here")
	}
	k.refuse(refused)
	return err
}

// take attaches one keychain, or says why not.
func (k *Keychain) take(ctx context.Context, b Backend, passphrase credential.Secret, why string) error {
	k.describe(b, why)
	settings := k.config.settings(b)
	settings.Probing = k.config.Remembered.Backend == "" && k.config.Backend == Auto
	if b == File {
		key, err := k.keyOf(passphrase)
		if err != nil {
			k.await(b, err)
			return err
		}
		settings.Password = key.Reveal()
	}
	client := worker.NewClient(k.config.Worker, settings)
	a := &attachment{
		client: client,
		vault:  newVault(remote{client}, itemLimit(b), k.config.Now, k.config.Log),
		id:     k.config.Remembered.ID,
	}
	adopted, err := k.settle(ctx, a)
	if err != nil {
		client.Close()
		k.await(b, err)
		return err
	}
	if settings.Probing {
		// From now on a keychain that is not running may be started.
		client.Close()
		settings.Probing = false
		a.client = worker.NewClient(k.config.Worker, settings)
		a.vault.items = remote{a.client}
	}
	k.attached = a
	k.remember(b, a.id, adopted)
	if b == File {
		k.fileKey = credential.NewSecret(settings.Password)
	}
	return nil
}

// keyOf returns the file backend's key: of the passphrase given now, or as it was.
func (k *Keychain) keyOf(passphrase credential.Secret) (credential.Secret, error) {
	if passphrase.IsZero() && !k.fileKey.IsZero() {
		return k.fileKey, nil
	}
	return k.config.fileKey(passphrase)
}

// await remembers that a keychain is locked, so that Unlock knows whom to ask.
func (k *Keychain) await(b Backend, err error) {
	if errors.Is(err, ErrLocked) {
		k.waiting = b
	}
}

// settle proves that the keychain is ours, or makes it ours at first use, and clears up
// after a crash. It reports whether a store was there that is not remembered.
func (k *Keychain) settle(ctx context.Context, a *attachment) (adopted bool, err error) {
	if err := a.client.Open(ctx); err != nil {
		return false, fromWorker(err)
	}
	id, err := a.vault.get(ctx, marker)
	switch {
	case err == nil && a.id != "" && string(id) != a.id:
		return false, fmt.Errorf("%w: it holds another one", ErrUnmarked)
	case err == nil && a.id != "":
		return false, a.vault.recover(ctx)
	case err == nil:
		a.id = string(id)
		return true, errors.Join(a.vault.recover(ctx), a.canary(ctx, k.config.Random))
	case errors.Is(err, ErrNotFound) && a.id != "":
		return false, fmt.Errorf("%w: its marker is gone", ErrUnmarked)
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrDamaged), errors.Is(err, ErrPassphrase):
		return false, k.found(ctx, a, err)
	default:
		return false, err
	}
}

// found makes a store, or mends the marker of one. Nothing is written before it is
// proved that the passphrase opens what is there.
func (k *Keychain) found(ctx context.Context, a *attachment, cause error) error {
	if err := a.vault.provePassphrase(ctx); err != nil {
		return err
	}
	if !errors.Is(cause, ErrNotFound) {
		k.config.Log.Warn("mending the store's marker", "error", cause)
	}
	if err := a.vault.recover(ctx); err != nil {
		return err
	}
	if err := a.canary(ctx, k.config.Random); err != nil {
		return err
	}
	if a.id == "" {
		id := make([]byte, idSize)
		if _, err := io.ReadFull(k.config.Random, id); err != nil {
			return fmt.Errorf("naming the store: %w", err)
		}
		a.id = hex.EncodeToString(id)
	}
	if err := a.vault.put(ctx, marker, []byte(a.id)); err != nil {
		return fmt.Errorf("marking the keychain: %w", err)
	}
	return nil
}

// ask has the keychain that was found locked ask its owner.
func (k *Keychain) ask(ctx context.Context) error {
	trial := item{canary, 0, 0}.key()
	if k.attached != nil {
		return fromWorker(k.attached.client.Unlock(ctx, trial))
	}
	client := worker.NewClient(k.config.Worker, k.config.settings(k.waiting))
	defer client.Close()
	return fromWorker(client.Unlock(ctx, trial))
}

// detach lets the keychain go.
func (k *Keychain) detach() {
	if k.attached != nil {
		k.attached.client.Close()
		k.attached = nil
	}
}

// describe puts the keychain that is being tried into the report.
func (k *Keychain) describe(b Backend, why string) {
	r := Report{Backend: b, Why: why}
	if b == File {
		r.Source = k.config.source()
		r.Dir = k.config.itemsDir(r.Source)
	}
	r.Protection = protection(b, r.Source)
	r.Choice = k.config.Remembered
	k.mu.Lock()
	defer k.mu.Unlock()
	r.State, r.Problem = k.report.State, k.report.Problem
	k.report = r
}

// remember makes the keychain the choice.
func (k *Keychain) remember(b Backend, id string, adopted bool) {
	choice := Choice{Backend: b, ID: id}
	if b == File {
		choice.Source = lasting(k.config.source())
	}
	k.config.Remembered = choice
	k.mu.Lock()
	defer k.mu.Unlock()
	k.report.Choice, k.report.Adopted = choice, adopted
}
