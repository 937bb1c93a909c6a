// Package book holds the contexts in memory, as the store holds them on disk.
//
// The store is read once. From then on requests are answered from a snapshot that
// never changes in place, so that reading takes no lock however many ask; a change
// is written to the store first and replaces the snapshot only when the store says
// that it is kept. What the book shows is therefore always what would be found after
// a crash.
package book

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/bento-cred/bento-cred/internal/credential"
)

// Store is where contexts are kept, one under each name.
type Store interface {
	Get(ctx context.Context, name string) ([]byte, error)
	Put(ctx context.Context, name string, data []byte) error
	Delete(ctx context.Context, name string) error
	List(ctx context.Context) ([]string, error)
}

// Why the book refuses a change.
var (
	ErrNotFound = errors.New("no such context")
	ErrExists   = errors.New("a context of that name exists")
	// ErrDamaged: a context of that name is kept and cannot be understood, perhaps
	// because a newer version wrote it.
	ErrDamaged = errors.New("the context is kept in a form this version does not understand")
)

// Book is the contexts. It may be used by several goroutines at once.
type Book struct {
	store Store
	keep  func([]byte) string // returns a value as it stands where values are kept

	writing sync.Mutex // held over a whole change, which may take as long as the keychain does
	page    atomic.Pointer[page]
	changed atomic.Pointer[func()] // called after each change; nil: nobody wants to know
}

// page is what the book shows at one moment. It never changes; a change makes the next one.
type page struct {
	contexts map[string]credential.Context
	damaged  []string // the names of those that are kept and could not be understood
	owners   owners
}

// Read reads every context in store. A context that is kept and cannot be understood
// is left where it is and named by Damaged; one that cannot be read is an error, for
// the others may be missing for the same reason. The tokens' values are put where keep has
// them.
func Read(ctx context.Context, store Store, keep func([]byte) string) (*Book, error) {
	names, err := store.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the contexts: %w", err)
	}
	b := &Book{store: store, keep: keep}
	first := page{contexts: make(map[string]credential.Context, len(names))}
	for _, name := range names {
		data, err := store.Get(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("reading context %q: %w", name, err)
		}
		c, err := decode(data, keep)
		clear(data)
		if err != nil || c.Name != name {
			first.damaged = append(first.damaged, name)
			continue
		}
		first.contexts[name] = b.kept(c)
	}
	first.owners = ownersOf(first.contexts)
	b.page.Store(&first)
	return b, nil
}

// kept returns c with its tokens' values where values are kept.
func (b *Book) kept(c credential.Context) credential.Context {
	c.Tokens = slices.Clone(c.Tokens)
	for i := range c.Tokens {
		t := &c.Tokens[i]
		t.Digest = DigestOf(*t)
		value := []byte(t.Value.Reveal())
		t.Value = credential.NewSecret(b.keep(value))
		clear(value)
	}
	return c
}

// DigestOf returns the digest of a token's value. Of the tokens in a Book it was reckoned
// already, once for each: a hash leaves the value lying in its state.
func DigestOf(t credential.Token) [sha256.Size]byte {
	if t.Digest != [sha256.Size]byte{} {
		return t.Digest
	}
	value := []byte(t.Value.Reveal())
	defer clear(value)
	return sha256.Sum256(value)
}

// Damaged returns the names of the contexts that are kept and could not be
// understood when the book was read.
func (b *Book) Damaged() []string {
	return slices.Clone(b.page.Load().damaged)
}

// Get returns the context of that name and whether there is one.
func (b *Book) Get(name string) (credential.Context, bool) {
	c, found := b.page.Load().contexts[name]
	return c, found
}

// All returns the contexts by name.
func (b *Book) All() []credential.Context {
	return slices.SortedFunc(maps.Values(b.page.Load().contexts), func(x, y credential.Context) int {
		return cmp.Compare(x.Name, y.Name)
	})
}

// Put keeps what change makes of the context called name; change is given the zero
// Context where there is none yet.
func (b *Book) Put(ctx context.Context, name string, change func(credential.Context) (credential.Context, error)) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	if slices.Contains(b.page.Load().damaged, name) {
		return ErrDamaged
	}
	before, _ := b.Get(name)
	after, err := change(before)
	if err != nil {
		return err
	}
	after.Name = name
	return b.writeLocked(ctx, after)
}

// Rename gives the context called from the name to, and calls switched when it has both
// names. A crash in the middle leaves it under both, never under none.
func (b *Book) Rename(ctx context.Context, from, to string, switched func() error) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	c, found := b.Get(from)
	if !found {
		return ErrNotFound
	}
	if from == to {
		return nil
	}
	if _, taken := b.Get(to); taken || slices.Contains(b.page.Load().damaged, to) {
		return ErrExists
	}
	c.Name = to
	if err := b.writeLocked(ctx, c); err != nil {
		return err
	}
	if err := switched(); err != nil {
		return err
	}
	return b.deleteLocked(ctx, from)
}

// Delete forgets the context called name.
func (b *Book) Delete(ctx context.Context, name string) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	if _, found := b.Get(name); !found && !slices.Contains(b.page.Load().damaged, name) {
		return ErrNotFound
	}
	return b.deleteLocked(ctx, name)
}

func (b *Book) writeLocked(ctx context.Context, c credential.Context) error {
	data, err := encode(c)
	if err != nil {
		return err
	}
	defer clear(data)
	if err := b.store.Put(ctx, c.Name, data); err != nil {
		return fmt.Errorf("keeping context %q: %w", c.Name, err)
	}
	b.turnLocked(c.Name, func(contexts map[string]credential.Context) { contexts[c.Name] = b.kept(c) })
	return nil
}

func (b *Book) deleteLocked(ctx context.Context, name string) error {
	if err := b.store.Delete(ctx, name); err != nil {
		return fmt.Errorf("deleting context %q: %w", name, err)
	}
	b.turnLocked(name, func(contexts map[string]credential.Context) { delete(contexts, name) })
	return nil
}

// turnLocked shows the next page, on which the context called name is what change makes of
// it, and no longer damaged.
func (b *Book) turnLocked(name string, change func(map[string]credential.Context)) {
	now := b.page.Load()
	next := page{
		contexts: maps.Clone(now.contexts),
		damaged:  slices.DeleteFunc(slices.Clone(now.damaged), func(d string) bool { return d == name }),
	}
	change(next.contexts)
	next.owners = now.owners.turned(now.contexts[name], next.contexts[name])
	b.page.Store(&next)
	if changed := b.changed.Load(); changed != nil {
		(*changed)()
	}
}

// OnChange has changed called after each change from now on; it may read the book and must
// not change it.
func (b *Book) OnChange(changed func()) { b.changed.Store(&changed) }

// Reread returns the context called name as the store has it now, past the snapshot.
func (b *Book) Reread(ctx context.Context, name string) (credential.Context, error) {
	data, err := b.store.Get(ctx, name)
	if err != nil {
		return credential.Context{}, fmt.Errorf("reading context %q again: %w", name, err)
	}
	defer clear(data)
	return decode(data, b.keep)
}
