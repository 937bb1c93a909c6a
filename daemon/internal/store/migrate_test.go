package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/daemon/internal/store/storetest"
	"github.com/bento-cred/bento-cred/internal/credential"
)

func TestMove(t *testing.T) {
	t.Parallel()
	config := fileConfig(t)
	k := openReady(t, config)
	put(t, k, "prod", "one")
	put(t, k, "dev", "two")
	from := k.Report().Dir

	target := config
	target.Source = store.SourcePrompt
	passphrase := credential.NewSecret("a made-up passphrase")
	refuse := errors.New("the disk is full")
	_, _, err := k.Move(t.Context(), target, passphrase, func(store.Choice) error { return refuse })
	if !errors.Is(err, refuse) {
		t.Fatalf("Move = %v, want the error of remember", err)
	}
	wantValue(t, k, "prod", "one")

	var remembered store.Choice
	moved, left, err := k.Move(t.Context(), target, passphrase, func(c store.Choice) error {
		remembered = c
		return nil
	})
	if err != nil || len(left) != 0 {
		t.Fatalf("Move = %q left, %v", left, err)
	}
	t.Cleanup(func() { _ = moved.Close() })
	wantValue(t, moved, "prod", "one")
	wantValue(t, moved, "dev", "two")
	if remembered != moved.Report().Choice || remembered.Source != store.SourcePrompt {
		t.Errorf("remembered %+v, want %+v", remembered, moved.Report().Choice)
	}
	if files := itemFiles(t, from); len(files) != 0 {
		t.Errorf("left behind: %q", files)
	}
	if _, err := k.Get(t.Context(), "prod"); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Get from the old store = %v, want ErrClosed", err)
	}
	if _, _, err := moved.Move(t.Context(), target, passphrase, func(store.Choice) error { return nil }); err == nil {
		t.Error("Move to where the store is already = nil")
	}
	wantValue(t, moved, "prod", "one")
}

// TestMigrateInterrupted breaks the copying off in the middle.
func TestMigrateInterrupted(t *testing.T) {
	t.Parallel()
	from, to := new(storetest.Memory), &brittle{Memory: new(storetest.Memory), puts: 1}
	put(t, from, "a", "one")
	put(t, from, "b", "two")
	if err := store.Migrate(t.Context(), from, to); !errors.Is(err, store.ErrLost) {
		t.Fatalf("Migrate = %v, want ErrLost", err)
	}
	wantValue(t, from, "a", "one")
	wantValue(t, from, "b", "two")
	to.puts = 10
	if err := store.Migrate(t.Context(), from, to); err != nil {
		t.Fatal(err)
	}
	wantValue(t, to, "a", "one")
	wantValue(t, to, "b", "two")
}

// brittle is a Store that breaks after some puts.
type brittle struct {
	*storetest.Memory
	puts int
}

func (b *brittle) Put(ctx context.Context, name string, data []byte) error {
	if b.puts == 0 {
		return store.ErrLost
	}
	b.puts--
	return b.Memory.Put(ctx, name, data)
}
