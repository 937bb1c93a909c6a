package storetest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/bento-cred/bento-cred/daemon/internal/store"
)

// Memory is a store.Store in memory, for tests of what stands on a Store. Its zero
// value is empty and ready.
type Memory struct {
	mu     sync.Mutex // guards what follows
	values map[string][]byte
	fault  error
}

// Fail has every call fail with err, as a keychain does that was locked or lost; nil
// mends it. What is kept stays.
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fault = err
}

// Get implements store.Store.
func (m *Memory) Get(ctx context.Context, name string) ([]byte, error) {
	if err := m.enter(ctx, name); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	data, found := m.values[name]
	if !found {
		return nil, fmt.Errorf("%w: %q", store.ErrNotFound, name)
	}
	return bytes.Clone(data), nil
}

// Put implements store.Store.
func (m *Memory) Put(ctx context.Context, name string, data []byte) error {
	if err := m.enter(ctx, name); err != nil {
		return err
	}
	defer m.mu.Unlock()
	if len(data) > store.MaxValue {
		return fmt.Errorf("%w: %d bytes", store.ErrTooLarge, len(data))
	}
	if m.values == nil {
		m.values = map[string][]byte{}
	}
	m.values[name] = bytes.Clone(data)
	return nil
}

// Delete implements store.Store.
func (m *Memory) Delete(ctx context.Context, name string) error {
	if err := m.enter(ctx, name); err != nil {
		return err
	}
	defer m.mu.Unlock()
	if _, found := m.values[name]; !found {
		return fmt.Errorf("%w: %q", store.ErrNotFound, name)
	}
	delete(m.values, name)
	return nil
}

// List implements store.Store.
func (m *Memory) List(ctx context.Context) ([]string, error) {
	if err := m.enter(ctx, "any"); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.values)), nil
}

// enter takes the lock, unless the call cannot be made.
func (m *Memory) enter(ctx context.Context, name string) error {
	if err := store.ValidateName(name); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("waiting for the keychain: %w", err)
	}
	m.mu.Lock()
	if m.fault != nil {
		m.mu.Unlock()
		return m.fault
	}
	return nil
}
