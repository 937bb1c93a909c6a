package storetest_test

import (
	"errors"
	"testing"

	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/daemon/internal/store/storetest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	storetest.TestStore(t, func(*testing.T) store.Store { return new(storetest.Memory) })
}

func TestMemoryFail(t *testing.T) {
	t.Parallel()
	var m storetest.Memory
	if err := m.Put(t.Context(), "prod", []byte("kept")); err != nil {
		t.Fatal(err)
	}
	m.Fail(store.ErrLocked)
	if _, err := m.Get(t.Context(), "prod"); !errors.Is(err, store.ErrLocked) {
		t.Errorf("Get = %v, want ErrLocked", err)
	}
	m.Fail(nil)
	if got, err := m.Get(t.Context(), "prod"); err != nil || string(got) != "kept" {
		t.Errorf("Get = %q, %v", got, err)
	}
}
