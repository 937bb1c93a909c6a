package book

import (
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bento-cred/bento-cred/internal/credential"
)

var errBroken = errors.New("the store is broken")

// shelf is a small store in memory whose changes can be made to fail.
type shelf struct {
	items  map[string][]byte
	broken bool
}

func (s *shelf) Get(_ context.Context, name string) ([]byte, error) {
	return slices.Clone(s.items[name]), nil
}

func (s *shelf) Put(_ context.Context, name string, data []byte) error {
	if s.broken {
		return errBroken
	}
	s.items[name] = slices.Clone(data)
	return nil
}

func (s *shelf) Delete(_ context.Context, name string) error {
	if s.broken {
		return errBroken
	}
	delete(s.items, name)
	return nil
}

func (s *shelf) List(context.Context) ([]string, error) {
	return slices.Sorted(maps.Keys(s.items)), nil
}

// full returns a context with everything a record can hold.
func full(name string) credential.Context {
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	return credential.Context{
		Name: name, Endpoint: "https://cloud.example", Organization: "acme", User: "ada", Email: "ada@acme.example",
		Tokens: []credential.Token{{
			UID: "u", Name: "n", Description: "d", Kind: credential.KindPersonal,
			Access: credential.Access{Developer: true, Deployments: []string{"x"}}, Scopes: []string{"api"},
			Created: day, Expires: day.AddDate(1, 0, 0), LastUsed: day, Origin: credential.OriginPasted,
			Refused: "deleted", Retires: day.AddDate(0, 1, 0),
			Value: credential.NewSecret("made-up \xff\n token"),
		}},
	}
}

func keep(t *testing.T, b *Book, c credential.Context) {
	t.Helper()
	err := b.Put(t.Context(), c.Name, func(credential.Context) (credential.Context, error) { return c, nil })
	if err != nil {
		t.Fatal(err)
	}
}

// heap keeps a value where any string stands.
func heap(value []byte) string { return string(value) }

func read(t *testing.T, s Store) *Book {
	t.Helper()
	b, err := Read(t.Context(), s, heap)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatIsPutIsReadAgain(t *testing.T) {
	s := &shelf{items: map[string][]byte{}}
	keep(t, read(t, s), full("first"))
	got, found := read(t, s).Get("first")
	for i := range got.Tokens {
		if got.Tokens[i].Digest != sha256.Sum256([]byte(got.Tokens[i].Value.Reveal())) {
			t.Errorf("the digest of token %d is of another value", i)
		}
		got.Tokens[i].Digest = [sha256.Size]byte{}
	}
	if diff := cmp.Diff(full("first"), got, cmp.AllowUnexported(credential.Secret{})); !found || diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestChangeThatFailsIsNotSeen(t *testing.T) {
	s := &shelf{items: map[string][]byte{}}
	b := read(t, s)
	keep(t, b, full("first"))
	s.broken = true
	if err := b.Delete(t.Context(), "first"); !errors.Is(err, errBroken) {
		t.Errorf("Delete: %v", err)
	}
	if err := b.Rename(t.Context(), "first", "second", func() error { return nil }); !errors.Is(err, errBroken) {
		t.Errorf("Rename: %v", err)
	}
	if all := b.All(); len(all) != 1 || all[0].Name != "first" {
		t.Errorf("All() = %v", all)
	}
}

func TestRenameHasBothNamesWhenItSwitches(t *testing.T) {
	s := &shelf{items: map[string][]byte{}}
	b := read(t, s)
	keep(t, b, full("first"))
	err := b.Rename(t.Context(), "first", "second", func() error {
		if len(s.items) != 2 {
			t.Errorf("%d items are kept when the name changes, want both", len(s.items))
		}
		return nil
	})
	if err != nil || len(s.items) != 1 {
		t.Errorf("Rename: %v, %d items left", err, len(s.items))
	}
	if _, found := read(t, s).Get("second"); !found {
		t.Error("the new name is not found")
	}
	if err := b.Rename(t.Context(), "second", "second", func() error { return nil }); err != nil {
		t.Errorf("onto itself: %v", err)
	}
	if err := b.Rename(t.Context(), "none", "third", func() error { return nil }); !errors.Is(err, ErrNotFound) {
		t.Errorf("of none: %v", err)
	}
}

// TestDamagedIsKept has contexts in the store that this version cannot read: they are
// named, and nothing but Delete removes them.
func TestDamagedIsKept(t *testing.T) {
	other, err := encode(full("another-name"))
	if err != nil {
		t.Fatal(err)
	}
	s := &shelf{items: map[string][]byte{
		"cut":     []byte(`{"version":1,"name":"cut"`),
		"misname": other,
		"newer":   []byte(`{"version":2,"name":"newer","endpoint":"https://cloud.example"}`),
	}}
	b := read(t, s)
	if diff := cmp.Diff([]string{"cut", "misname", "newer"}, b.Damaged()); diff != "" || len(b.All()) != 0 {
		t.Errorf("damaged, -want +got:\n%s", diff)
	}
	err = b.Put(t.Context(), "newer", func(credential.Context) (credential.Context, error) { return full("newer"), nil })
	if !errors.Is(err, ErrDamaged) || !strings.Contains(string(s.items["newer"]), `"version":2`) {
		t.Errorf("Put over a damaged one: %v", err)
	}
	keep(t, b, full("good"))
	if err := b.Rename(t.Context(), "good", "cut", func() error { return nil }); !errors.Is(err, ErrExists) {
		t.Errorf("Rename over a damaged one: %v", err)
	}
	if err := b.Delete(t.Context(), "newer"); err != nil {
		t.Fatal(err)
	}
	keep(t, b, full("newer"))
	if got := len(b.Damaged()); got != 2 {
		t.Errorf("%d damaged are left, want 2", got)
	}
}

func FuzzDecode(f *testing.F) {
	good, err := encode(full("first"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"version":1,"name":"a","endpoint":"e","tokens":[{"value":"made-up"}]}`))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := decode(data, heap)
		if err != nil {
			if !errors.Is(err, errForm) || err.Error() != errForm.Error() {
				t.Errorf("the error says more than it should: %v", err)
			}
			return
		}
		text, err := encode(c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := decode(text, heap)
		if diff := cmp.Diff(c, again, cmp.AllowUnexported(credential.Secret{})); err != nil || diff != "" {
			t.Errorf("round trip: %v\n%s", err, diff)
		}
	})
}

// Whoever is told of a change reads the book, while the change is not over yet.
func TestReadWhileItChanges(t *testing.T) {
	t.Parallel()
	b, err := Read(t.Context(), &shelf{items: map[string][]byte{"old": []byte("damaged")}}, heap)
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	b.OnChange(func() {
		told++
		if _, found := b.Get("new"); !found || len(b.All()) != 1 || len(b.Damaged()) != 1 {
			t.Errorf("at a change the book shows %d contexts and %q damaged", len(b.All()), b.Damaged())
		}
	})
	keep(t, b, full("new"))
	if told != 1 {
		t.Errorf("told %d times of one change", told)
	}
}
