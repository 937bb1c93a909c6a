package store

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"
)

// shelf is a keychain in memory that can die in the middle of a call, lose what it was
// told, or hold what no one put there.
type shelf struct {
	entries map[string][]byte
	// calls are left until it dies; negative for ever.
	calls int
	// tears has the call it dies in leave half an item behind.
	tears bool
	// fault, if it answers an error, fails a call before it is made.
	fault func(op, key string) error
	// alter changes what is set.
	alter func(key string, data []byte) []byte
}

func newShelf() *shelf { return &shelf{entries: map[string][]byte{}, calls: -1} }

var errTorch = fmt.Errorf("%w: it died", ErrLost)

// step counts a call and reports whether the shelf dies in it.
func (s *shelf) step(op, key string) (dies bool, err error) {
	if s.calls == 0 {
		return false, errTorch
	}
	s.calls--
	if s.fault != nil {
		err = s.fault(op, key)
	}
	return s.calls == 0, err
}

func (s *shelf) get(_ context.Context, key string) ([]byte, error) {
	if _, err := s.step("get", key); err != nil {
		return nil, err
	}
	data, found := s.entries[key]
	if !found {
		return nil, ErrNotFound
	}
	return bytes.Clone(data), nil
}

func (s *shelf) set(_ context.Context, key string, data []byte) error {
	dies, err := s.step("set", key)
	if err != nil {
		return err
	}
	if s.alter != nil {
		data = s.alter(key, data)
	}
	if dies && s.tears {
		s.entries[key] = nil
		return errTorch
	}
	s.entries[key] = bytes.Clone(data)
	if dies {
		return errTorch
	}
	return nil
}

func (s *shelf) remove(_ context.Context, key string) error {
	if _, err := s.step("remove", key); err != nil {
		return err
	}
	if _, found := s.entries[key]; !found {
		return ErrNotFound
	}
	delete(s.entries, key)
	return nil
}

func (s *shelf) keys(context.Context) ([]string, error) {
	if _, err := s.step("keys", ""); err != nil {
		return nil, err
	}
	return slices.Collect(maps.Keys(s.entries)), nil
}

// vault returns a new vault over s, as a new process would have.
func (s *shelf) vault(limit int) *vault {
	return newVault(s, limit, time.Now, slog.New(slog.DiscardHandler))
}
