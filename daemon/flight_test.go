package daemon

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bento-cred/bento-cred/ipc/management"
)

// order is a renewal that takes a second and renews the token called uid.
func order(count *atomic.Int32, uid string, err error) func(context.Context) (management.Renewed, error) {
	return func(context.Context) (management.Renewed, error) {
		count.Add(1)
		time.Sleep(time.Second)
		return management.Renewed{Old: management.Token{UID: uid}}, err
	}
}

func TestRenewalsShared(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	type call struct {
		after        time.Duration // since the first
		context, uid string
	}
	tests := map[string]struct {
		calls []call
		err   error
		want  int // how often something is renewed
	}{
		"the same":                       {[]call{{0, "a", "x"}, {0, "a", "x"}, {500 * time.Millisecond, "a", "x"}}, nil, 1},
		"no token named, twice":          {[]call{{0, "a", ""}, {0, "a", ""}}, nil, 1},
		"one named, and then any":        {[]call{{0, "a", "x"}, {1, "a", ""}}, nil, 1},
		"any, and then that one":         {[]call{{0, "a", ""}, {1, "a", "x"}}, nil, 1},
		"any, and then another":          {[]call{{0, "a", ""}, {1, "a", "y"}}, nil, 2},
		"two tokens":                     {[]call{{0, "a", "x"}, {0, "a", "y"}}, nil, 2},
		"two contexts":                   {[]call{{0, "a", "x"}, {0, "b", "x"}}, nil, 2},
		"right after it":                 {[]call{{0, "a", "x"}, {2 * time.Second, "a", "x"}}, nil, 1},
		"right after any":                {[]call{{0, "a", ""}, {2 * time.Second, "a", "x"}}, nil, 1},
		"much later":                     {[]call{{0, "a", "x"}, {5 * time.Second, "a", "x"}}, nil, 2},
		"while it fails":                 {[]call{{0, "a", "x"}, {1, "a", "x"}}, broken, 1},
		"right after it failed":          {[]call{{0, "a", "x"}, {2 * time.Second, "a", "x"}}, broken, 2},
		"another waiting while it fails": {[]call{{0, "a", ""}, {1, "a", "x"}}, broken, 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var (
					all   renewals
					count atomic.Int32
				)
				for _, c := range test.calls {
					go func() {
						time.Sleep(c.after)
						uid := c.uid
						if uid == "" {
							uid = "x"
						}
						_, err := all.share(t.Context(), c.context, c.uid, order(&count, uid, test.err))
						if !errors.Is(err, test.err) {
							t.Errorf("error %v, want %v", err, test.err)
						}
					}()
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				if int(count.Load()) != test.want {
					t.Errorf("renewed %d times, want %d", count.Load(), test.want)
				}
				if len(all.flights) != 0 {
					t.Errorf("%d renewals are remembered", len(all.flights))
				}
			})
		})
	}
}

// TestRenewalGoesOn where the one who asked for it leaves.
func TestRenewalGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var (
			all   renewals
			count atomic.Int32
		)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := all.share(ctx, "a", "x", order(&count, "x", nil)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want that of who left", err)
		}
		renewed, err := all.share(t.Context(), "a", "x", order(&count, "x", nil))
		if err != nil || renewed.Old.UID != "x" || count.Load() != 1 {
			t.Errorf("%+v, %v after %d renewals; want the first one", renewed, err, count.Load())
		}
		all.forget("a")
		if _, err := all.share(t.Context(), "a", "x", order(&count, "x", nil)); err != nil || count.Load() != 2 {
			t.Errorf("after forget: %v after %d renewals; want another one", err, count.Load())
		}
		time.Sleep(time.Minute)
	})
}

// TestIfFree keeps what tidies a context and what renews it apart.
func TestIfFree(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var (
			all   renewals
			count atomic.Int32
		)
		go func() { _, _ = all.share(t.Context(), "a", "", order(&count, "x", nil)) }()
		synctest.Wait()
		all.ifFree("a", func() { t.Error("called while the context is being renewed") })
		other := false
		all.ifFree("b", func() { other = true })
		time.Sleep(2 * time.Second)
		all.ifFree("a", func() {
			go func() { _, _ = all.share(t.Context(), "a", "y", order(&count, "y", nil)) }()
			synctest.Wait()
			if count.Load() != 1 {
				t.Error("renewed meanwhile")
			}
		})
		time.Sleep(time.Minute)
		if count.Load() != 2 || !other {
			t.Errorf("renewed %d times, want 2; another context is free: %v", count.Load(), other)
		}
	})
}
