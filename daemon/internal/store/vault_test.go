package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"
)

var prod = subject{kindContext, "prod"}

// TestCrashAtEveryCall kills the keychain in each call of a write and of a delete, and
// looks at what a new process finds.
func TestCrashAtEveryCall(t *testing.T) {
	t.Parallel()
	before, after := bytes.Repeat([]byte("before"), 100), bytes.Repeat([]byte("after"), 150)
	actions := map[string]struct {
		act  func(context.Context, *vault) error
		want []byte // after success; nil if nothing is kept then
	}{
		"put":    {func(ctx context.Context, v *vault) error { return v.put(ctx, prod, after) }, after},
		"delete": {func(ctx context.Context, v *vault) error { return v.delete(ctx, prod) }, nil},
	}
	for name, action := range actions {
		for _, limit := range []int{overhead + 200, 1 << 20} {
			for _, tears := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s limit %d tears %v", name, limit, tears), func(t *testing.T) {
					t.Parallel()
					for calls := 1; calls < 100; calls++ {
						if crash(t, limit, calls, tears, before, action.want, action.act) {
							return
						}
					}
					t.Error("the action never came to its end")
				})
			}
		}
	}
}

// crash lets act die in one call and reports whether it needed no more than that.
func crash(
	t *testing.T, limit, calls int, tears bool, before, after []byte,
	act func(context.Context, *vault) error,
) bool {
	t.Helper()
	s := newShelf()
	if err := s.vault(limit).put(t.Context(), prod, before); err != nil {
		t.Fatal(err)
	}
	s.calls, s.tears = calls, tears
	acted := act(t.Context(), s.vault(limit))
	finished := s.calls > 0
	s.calls = -1

	v := s.vault(limit)
	if err := v.recover(t.Context()); err != nil {
		t.Fatalf("recover after a crash in call %d: %v", calls, err)
	}
	got, err := v.get(t.Context(), prod)
	gone := errors.Is(err, ErrNotFound)
	isAfter := err == nil && after != nil && bytes.Equal(got, after) || gone && after == nil
	isBefore := err == nil && bytes.Equal(got, before)
	if !isAfter && (acted == nil || !isBefore) {
		t.Errorf("after a crash in call %d, answered %v: %d bytes, %v", calls, acted, len(got), err)
	}
	least, err := cut(prod, 1, got, limit)
	if err != nil {
		t.Fatal(err)
	}
	if gone {
		least = nil
	}
	if len(s.entries) != len(least) {
		t.Errorf("after a crash in call %d: %d items at rest, want %d", calls, len(s.entries), len(least))
	}
	return finished
}

// TestFirstWriteTorn is a crash in the first write of a name: it was never acknowledged,
// so it is not to be seen.
func TestFirstWriteTorn(t *testing.T) {
	t.Parallel()
	s := newShelf()
	s.entries[item{prod, 5, 0}.key()] = nil
	s.entries[item{subject{kindContext, "pieces"}, 5, 2}.key()] = []byte("x")
	s.entries[item{canary, 5, 0}.key()] = []byte("x")
	v := s.vault(4096)
	if err := v.recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names, err := v.list(t.Context(), kindContext); err != nil || len(names) != 0 {
		t.Errorf("list = %q, %v; want none", names, err)
	}
	if len(s.entries) != 0 {
		t.Errorf("%d items are left", len(s.entries))
	}
}

func TestDamagedItemIsKeptAndSaid(t *testing.T) {
	t.Parallel()
	s := newShelf()
	v := s.vault(4096)
	if err := v.put(t.Context(), prod, []byte("value")); err != nil {
		t.Fatal(err)
	}
	for key := range s.entries {
		s.entries[key][10] ^= 1
	}
	if err := v.recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := v.get(t.Context(), prod); !errors.Is(err, ErrDamaged) {
		t.Errorf("get = %v, want ErrDamaged", err)
	}
	if names, err := v.list(t.Context(), kindContext); err != nil || !slices.Equal(names, []string{"prod"}) {
		t.Errorf("list = %q, %v", names, err)
	}
	if err := v.put(t.Context(), prod, []byte("anew")); err != nil {
		t.Errorf("put over a damaged item: %v", err)
	}
	if got, err := v.get(t.Context(), prod); err != nil || string(got) != "anew" {
		t.Errorf("get = %q, %v", got, err)
	}
}

// TestForgedItem puts one context's item under the name of another.
func TestForgedItem(t *testing.T) {
	t.Parallel()
	s := newShelf()
	v := s.vault(4096)
	if err := v.put(t.Context(), prod, []byte("of prod")); err != nil {
		t.Fatal(err)
	}
	for _, data := range maps.Clone(s.entries) {
		s.entries[item{subject{kindContext, "dev"}, 7, 0}.key()] = data
	}
	if got, err := v.get(t.Context(), subject{kindContext, "dev"}); !errors.Is(err, ErrDamaged) {
		t.Errorf("get = %q, %v; want ErrDamaged", got, err)
	}
}

func TestReadBack(t *testing.T) {
	t.Parallel()
	s := newShelf()
	v := s.vault(4096)
	if err := v.put(t.Context(), prod, []byte("before")); err != nil {
		t.Fatal(err)
	}
	s.alter = func(_ string, data []byte) []byte { return data[:len(data)-1] }
	if err := v.put(t.Context(), prod, []byte("after")); !errors.Is(err, ErrReadBack) {
		t.Errorf("put = %v, want ErrReadBack", err)
	}
	if got, err := v.get(t.Context(), prod); err != nil || string(got) != "before" {
		t.Errorf("get = %q, %v; want what was there before", got, err)
	}
	if len(s.entries) != 1 {
		t.Errorf("%d items are left, want 1", len(s.entries))
	}
}

// TestFailedWriteStaysInvisible has the keychain lose its voice after the write, so that
// it cannot be withdrawn.
func TestFailedWriteStaysInvisible(t *testing.T) {
	t.Parallel()
	s := newShelf()
	v := s.vault(4096)
	if err := v.put(t.Context(), prod, []byte("before")); err != nil {
		t.Fatal(err)
	}
	lost := false
	s.fault = func(op, _ string) error {
		lost = lost || op == "get"
		if lost {
			return errTorch
		}
		return nil
	}
	if err := v.put(t.Context(), prod, []byte("after")); !errors.Is(err, ErrLost) {
		t.Errorf("put = %v, want ErrLost", err)
	}
	s.fault = nil
	if got, err := v.get(t.Context(), prod); err != nil || string(got) != "before" {
		t.Errorf("get = %q, %v; want what was there before the write that failed", got, err)
	}
	if len(s.entries) != 1 {
		t.Errorf("%d items are left, want 1: the failed write is to be removed", len(s.entries))
	}
}

// TestClockGoesBack writes with a clock that runs backwards.
func TestClockGoesBack(t *testing.T) {
	t.Parallel()
	s := newShelf()
	now := time.Unix(2_000_000_000, 0)
	v := newVault(s, 4096, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	for n := range 5 {
		now = now.Add(-time.Hour)
		data := []byte{byte(n)}
		if err := v.put(t.Context(), prod, data); err != nil {
			t.Fatal(err)
		}
		if got, err := v.get(t.Context(), prod); err != nil || !bytes.Equal(got, data) {
			t.Errorf("get = %v, %v; want %v", got, err, data)
		}
	}
}

// TestLateWriter has a write of a process that was killed arrive after one of the
// process that came after it.
func TestLateWriter(t *testing.T) {
	t.Parallel()
	s := newShelf()
	late, err := cut(prod, uint64(time.Now().UnixNano()), []byte("late"), 4096)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Millisecond)
	v := s.vault(4096)
	if err := v.put(t.Context(), prod, []byte("acknowledged")); err != nil {
		t.Fatal(err)
	}
	s.entries[late[0].item.key()] = late[0].seal()
	if got, err := v.get(t.Context(), prod); err != nil || string(got) != "acknowledged" {
		t.Errorf("get = %q, %v", got, err)
	}
}
