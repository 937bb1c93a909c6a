// Package storetest holds every store.Store to one contract, and has one in memory for
// tests of what stands on a Store.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bento-cred/bento-cred/daemon/internal/store"
)

// TestStore runs the contract against the store that open returns, which must be empty.
func TestStore(t *testing.T, open func(t *testing.T) store.Store) {
	t.Helper()
	s := open(t)
	if names, err := s.List(t.Context()); err != nil || len(names) != 0 {
		t.Fatalf("List of a new store = %q, %v; want none, nil", names, err)
	}
	parts := []struct {
		name string
		test func(*testing.T, store.Store)
	}{
		{"missing", testMissing},
		{"values", testValues},
		{"overwrite", testOverwrite},
		{"names", testNames},
		{"bad names", testBadNames},
		{"large", testLarge},
		{"aliasing", testAliasing},
		{"cancelled", testCancelled},
		{"concurrent", testConcurrent},
	}
	for _, part := range parts {
		// One after the other: they share the store.
		t.Run(part.name, func(t *testing.T) {
			part.test(t, s)
			clear(t, s)
		})
	}
}

// clear removes all values and checks that none is left.
func clear(t *testing.T, s store.Store) {
	t.Helper()
	for _, name := range list(t, s) {
		if err := s.Delete(t.Context(), name); err != nil {
			t.Errorf("Delete(%q) = %v", name, err)
		}
	}
	if names := list(t, s); len(names) != 0 {
		t.Errorf("List after deleting everything = %q", names)
	}
}

func list(t *testing.T, s store.Store) []string {
	t.Helper()
	names, err := s.List(t.Context())
	if err != nil {
		t.Fatalf("List: %v", err)
	}
	return names
}

func put(t *testing.T, s store.Store, name string, data []byte) {
	t.Helper()
	if err := s.Put(t.Context(), name, data); err != nil {
		t.Fatalf("Put(%q, %d bytes): %v", name, len(data), err)
	}
}

// want checks that name holds data.
func want(t *testing.T, s store.Store, name string, data []byte) {
	t.Helper()
	got, err := s.Get(t.Context(), name)
	if err != nil {
		t.Fatalf("Get(%q): %v", name, err)
	}
	if !bytes.Equal(got, data) {
		t.Errorf("Get(%q) = %d bytes, want the %d that were put", name, len(got), len(data))
	}
}

func testMissing(t *testing.T, s store.Store) {
	if _, err := s.Get(t.Context(), "nobody"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Get of a missing name = %v, want ErrNotFound", err)
	}
	if err := s.Delete(t.Context(), "nobody"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Delete of a missing name = %v, want ErrNotFound", err)
	}
	put(t, s, "somebody", []byte("x"))
	if err := s.Delete(t.Context(), "somebody"); err != nil {
		t.Errorf("Delete: %v", err)
	}
	if err := s.Delete(t.Context(), "somebody"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the second Delete = %v, want ErrNotFound", err)
	}
	if _, err := s.Get(t.Context(), "somebody"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Get after Delete = %v, want ErrNotFound", err)
	}
}

func testValues(t *testing.T, s store.Store) {
	every := make([]byte, 256)
	for n := range every {
		every[n] = byte(n)
	}
	values := map[string][]byte{
		"empty":   {},
		"newline": []byte("\n"),
		"text":    []byte("a line\r\nand another \u00e9\u4e16\n\n"),
		"every":   every,
		"zeros":   make([]byte, 100),
	}
	for name, data := range values {
		put(t, s, name, data)
	}
	for name, data := range values {
		want(t, s, name, data)
	}
}

func testOverwrite(t *testing.T, s store.Store) {
	put(t, s, "other", []byte("untouched"))
	for n := range 4 {
		data := bytes.Repeat([]byte{byte(n)}, 1+n*700)
		put(t, s, "prod", data)
		want(t, s, "prod", data)
	}
	put(t, s, "prod", []byte("short"))
	want(t, s, "prod", []byte("short"))
	want(t, s, "other", []byte("untouched"))
	if got := list(t, s); !slices.Equal(got, []string{"other", "prod"}) {
		t.Errorf("List = %q", got)
	}
}

func testNames(t *testing.T, s store.Store) {
	// Names that some keychain or file system would confuse.
	names := []string{
		"PROD", "Prod", "_", "a.b", "a-b", "a_b", "con", "nul.txt", "prod", "prod.gpg", "prod1",
		strings.Repeat("L", 64), strings.Repeat("l", 64),
	}
	for _, name := range names {
		put(t, s, name, []byte("value of "+name))
	}
	for _, name := range names {
		want(t, s, name, []byte("value of "+name))
	}
	slices.Sort(names)
	if got := list(t, s); !slices.Equal(got, names) {
		t.Errorf("List = %q, want %q", got, names)
	}
}

func testBadNames(t *testing.T, s store.Store) {
	for _, name := range []string{
		"", ".", "..", "../x", "a/b", `a\b`, "-rf", ".hidden", "a b", "a\x00b", "a\nb", "a~b", "a%2fb",
		"\u00e9", strings.Repeat("x", 65),
	} {
		if _, err := s.Get(t.Context(), name); !errors.Is(err, store.ErrName) {
			t.Errorf("Get(%q) = %v, want ErrName", name, err)
		}
		if err := s.Put(t.Context(), name, nil); !errors.Is(err, store.ErrName) {
			t.Errorf("Put(%q) = %v, want ErrName", name, err)
		}
		if err := s.Delete(t.Context(), name); !errors.Is(err, store.ErrName) {
			t.Errorf("Delete(%q) = %v, want ErrName", name, err)
		}
	}
}

// testLarge puts what no keychain can be trusted with: it is kept whole or refused, and
// then what was there before is there still.
func testLarge(t *testing.T, s store.Store) {
	put(t, s, "prod", []byte("before"))
	if err := s.Put(t.Context(), "prod", make([]byte, store.MaxValue+1)); !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("Put of more than MaxValue = %v, want ErrTooLarge", err)
	}
	want(t, s, "prod", []byte("before"))
	for _, size := range []int{2414, 2415, 5000, 33000, 100000} {
		before, err := s.Get(t.Context(), "prod")
		if err != nil {
			t.Fatalf("Get: %v", err)
		}
		data := bytes.Repeat([]byte("0123456789abcdef\n"), size/17+1)[:size]
		switch err := s.Put(t.Context(), "prod", data); {
		case err == nil:
			want(t, s, "prod", data)
		case errors.Is(err, store.ErrTooLarge):
			want(t, s, "prod", before)
		default:
			t.Errorf("Put of %d bytes = %v", size, err)
		}
	}
	put(t, s, "prod", []byte("after"))
	want(t, s, "prod", []byte("after"))
}

func testAliasing(t *testing.T, s store.Store) {
	data := []byte("mine")
	put(t, s, "prod", data)
	data[0] = 'X'
	got, err := s.Get(t.Context(), "prod")
	if err != nil {
		t.Fatal(err)
	}
	got[1] = 'Y'
	want(t, s, "prod", []byte("mine"))
}

func testCancelled(t *testing.T, s store.Store) {
	put(t, s, "prod", []byte("kept"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, getErr := s.Get(ctx, "prod")
	_, listErr := s.List(ctx)
	for call, err := range map[string]error{
		"Get": getErr, "List": listErr,
		"Put": s.Put(ctx, "prod", []byte("lost")), "Delete": s.Delete(ctx, "prod"),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a cancelled context = %v, want Canceled", call, err)
		}
	}
	want(t, s, "prod", []byte("kept"))
}

func testConcurrent(t *testing.T, s store.Store) {
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			own := fmt.Sprintf("own%d", worker)
			for n := range 3 {
				data := bytes.Repeat([]byte{byte(n)}, 300)
				for _, name := range []string{own, "shared"} {
					if err := s.Put(t.Context(), name, data); err != nil {
						t.Errorf("Put(%q): %v", name, err)
					}
				}
				if got, err := s.Get(t.Context(), own); err != nil || !bytes.Equal(got, data) {
					t.Errorf("Get(%q) = %d bytes, %v; want what this goroutine put", own, len(got), err)
				}
				// Whoever wrote last wrote all of it.
				if got, err := s.Get(t.Context(), "shared"); err != nil || len(got) != 300 || got[0] != got[299] {
					t.Errorf("Get of a shared name = %d bytes, %v; want one whole write", len(got), err)
				}
				if _, err := s.List(t.Context()); err != nil {
					t.Errorf("List: %v", err)
				}
			}
		})
	}
	wg.Wait()
}
