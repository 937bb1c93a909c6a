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

	mu       sync.Mutex
	damaged  []string // guarded by mu; contexts that could not be understood
	contexts atomic.Pointer[map[string]credential.Context]
	changed  atomic.Pointer[func()] // called after each change; nil: nobody wants to know
}

// Read reads every context in store. A context that is kept and cannot be understood
// is left where it is and named by Damaged; one that cannot be read is an error, for
// the others may be missing for the same reason.
func Read(ctx context.Context, store Store) (*Book, error) {
	names, err := store.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the contexts: %w", err)
	}
	b := &Book{store: store}
	contexts := make(map[string]credential.Context, len(names))
	for _, name := range names {
		data, err := store.Get(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("reading context %q: %w", name, err)
		}
		c, err := decode(data)
		clear(data)
		if err != nil || c.Name != name {
			b.damaged = append(b.damaged, name)
			continue
		}
		contexts[name] = c
	}
	b.contexts.Store(&contexts)
	return b, nil
}

// Damaged returns the names of the contexts that are kept and could not be
// understood when the book was read.
func (b *Book) Damaged() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.damaged)
}

// Get returns the context of that name and whether there is one.
func (b *Book) Get(name string) (credential.Context, bool) {
	c, found := (*b.contexts.Load())[name]
	return c, found
}

// All returns the contexts by name.
func (b *Book) All() []credential.Context {
	return slices.SortedFunc(maps.Values(*b.contexts.Load()), func(x, y credential.Context) int {
		return cmp.Compare(x.Name, y.Name)
	})
}

// Put keeps what change makes of the context called name; change is given the zero
// Context where there is none yet.
func (b *Book) Put(ctx context.Context, name string, change func(credential.Context) (credential.Context, error)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if slices.Contains(b.damaged, name) {
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
	b.mu.Lock()
	defer b.mu.Unlock()
	c, found := b.Get(from)
	if !found {
		return ErrNotFound
	}
	if from == to {
		return nil
	}
	if _, taken := b.Get(to); taken || slices.Contains(b.damaged, to) {
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
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, found := b.Get(name); !found && !slices.Contains(b.damaged, name) {
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
	b.mendedLocked(c.Name)
	b.replaceLocked(func(contexts map[string]credential.Context) { contexts[c.Name] = c })
	return nil
}

func (b *Book) deleteLocked(ctx context.Context, name string) error {
	if err := b.store.Delete(ctx, name); err != nil {
		return fmt.Errorf("deleting context %q: %w", name, err)
	}
	b.mendedLocked(name)
	b.replaceLocked(func(contexts map[string]credential.Context) { delete(contexts, name) })
	return nil
}

func (b *Book) replaceLocked(change func(map[string]credential.Context)) {
	next := maps.Clone(*b.contexts.Load())
	change(next)
	b.contexts.Store(&next)
	if changed := b.changed.Load(); changed != nil {
		(*changed)()
	}
}

// OnChange has changed called after each change from now on; it may read the book and must
// not change it.
func (b *Book) OnChange(changed func()) { b.changed.Store(&changed) }

// mendedLocked notes that what was damaged under name is no longer there.
func (b *Book) mendedLocked(name string) {
	b.damaged = slices.DeleteFunc(b.damaged, func(damaged string) bool { return damaged == name })
}

// Reread returns the context called name as the store has it now, past the snapshot.
func (b *Book) Reread(ctx context.Context, name string) (credential.Context, error) {
	data, err := b.store.Get(ctx, name)
	if err != nil {
		return credential.Context{}, fmt.Errorf("reading context %q again: %w", name, err)
	}
	defer clear(data)
	return decode(data)
}
