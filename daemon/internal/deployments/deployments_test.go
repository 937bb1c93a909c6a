package deployments_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bento-cred/bento-cred/daemon/internal/deployments"
)

// cloud is a Source whose every call takes a second.
type cloud struct {
	names []string
	err   error
	bad   string // the deployment that cannot be asked for

	lists, gets atomic.Int32
	busy, most  atomic.Int32
}

// List implements deployments.Source.
func (c *cloud) List(context.Context) ([]deployments.Deployment, error) {
	c.lists.Add(1)
	time.Sleep(time.Second)
	var list []deployments.Deployment
	for _, name := range c.names {
		list = append(list, deployments.Deployment{Name: name})
	}
	return list, c.err
}

// Get implements deployments.Source.
func (c *cloud) Get(_ context.Context, listed deployments.Deployment) (deployments.Deployment, error) {
	c.gets.Add(1)
	busy := c.busy.Add(1)
	defer c.busy.Add(-1)
	for most := c.most.Load(); busy > most && !c.most.CompareAndSwap(most, busy); most = c.most.Load() {
	}
	time.Sleep(time.Second)
	if listed.Name == c.bad {
		return listed, errors.New("broken")
	}
	listed.Origins = []string{"https://" + listed.Name + ".example"}
	return listed, nil
}

// called returns the function that wants the deployment of that name.
func called(name string) func(deployments.Deployment) bool {
	return func(d deployments.Deployment) bool { return d.Name == name && len(d.Origins) > 0 }
}

func many(n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("d%03d", i))
	}
	return names
}

func TestFind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, cache := &cloud{names: many(100)}, &deployments.Cache{}
		begin := time.Now()
		d, found, err := cache.Find(t.Context(), "a", c, called("d090"), called090)
		if err != nil || !found || d.Origins[0] != "https://d090.example" || time.Since(begin) != 2*time.Second {
			t.Errorf("Find() = %+v, %v, %v after %s; want it after two calls", d, found, err, time.Since(begin))
		}
		time.Sleep(time.Minute) // the others come, too
		if got := cache.Known("a"); len(got) != 100 || c.most.Load() > 8 {
			t.Errorf("%d are known, %d were asked for at once", len(got), c.most.Load())
		}
		begin = time.Now()
		if _, found, err := cache.Find(t.Context(), "a", c, called("d000"), nil); !found || err != nil || time.Since(begin) != 0 {
			t.Errorf("from memory: %v, %v after %s", found, err, time.Since(begin))
		}
		if c.lists.Load() != 1 || c.gets.Load() != 100 {
			t.Errorf("%d lists and %d calls for one, want 1 and 100", c.lists.Load(), c.gets.Load())
		}
	})
}

func called090(d deployments.Deployment) bool { return d.Name == "d090" }

// TestOldIsAskedAnew follows an answer through its ages.
func TestOldIsAskedAnew(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		age   time.Duration
		err   error // of the cloud, later
		gone  bool  // the deployment is, later
		lists int32 // in all
		found bool
	}{
		"young":              {age: 59 * time.Minute, lists: 1, found: true},
		"old":                {age: 61 * time.Minute, lists: 2, found: true},
		"old, and gone":      {age: 61 * time.Minute, gone: true, lists: 2},
		"old, offline":       {age: 23 * time.Hour, err: errors.New("offline"), lists: 2, found: true},
		"too old, offline":   {age: 25 * time.Hour, err: errors.New("offline"), lists: 2},
		"the clock was set":  {age: -time.Hour, lists: 2, found: true},
		"set back, and gone": {age: -time.Hour, gone: true, lists: 2},
		"set back, offline":  {age: -time.Hour, err: errors.New("offline"), lists: 2},
		"young, and gone":    {age: time.Minute, gone: true, lists: 1, found: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var moved time.Duration
				c := &cloud{names: []string{"one", "two"}}
				cache := &deployments.Cache{Now: func() time.Time { return time.Now().Add(moved) }}
				if _, found, err := cache.Find(t.Context(), "a", c, called("one"), nil); !found || err != nil {
					t.Fatalf("%v, %v", found, err)
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				moved, c.err = test.age-time.Minute, test.err
				if test.gone {
					c.names = c.names[1:]
				}
				_, found, err := cache.Find(t.Context(), "a", c, called("one"), nil)
				if found != test.found || c.lists.Load() != test.lists || !found && !errors.Is(err, test.err) {
					t.Errorf("found %v, %v after %d lists; want %v after %d", found, err, c.lists.Load(), test.found, test.lists)
				}
				time.Sleep(time.Minute)
			})
		})
	}
}

// TestForeignHostsDoNotFloodTheCloud has programs ask for what is not there.
func TestForeignHostsDoNotFloodTheCloud(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, cache := &cloud{names: []string{"one"}}, &deployments.Cache{}
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				for range 60 {
					if _, found, err := cache.Find(t.Context(), "a", c, called("none"), nil); found || err != nil {
						t.Errorf("found %v, %v", found, err)
					}
					time.Sleep(time.Second)
				}
			})
		}
		all.Wait()
		if got := c.lists.Load(); got < 4 || got > 8 {
			t.Errorf("%d lists in a minute, want one every ten seconds", got)
		}
		synctest.Wait()
		c.names = append(c.names, "none")
		time.Sleep(10 * time.Second)
		if _, found, err := cache.Find(t.Context(), "a", c, called("none"), nil); !found || err != nil {
			t.Errorf("when it is there: %v, %v", found, err)
		}
		time.Sleep(time.Minute)
	})
}

func TestAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, cache := &cloud{names: many(3), bad: "d001"}, &deployments.Cache{}
		for range 2 {
			list, err := cache.All(t.Context(), "a", c)
			if err != nil || len(list) != 2 {
				t.Errorf("All() = %+v, %v; want the two that can be asked for", list, err)
			}
		}
		if c.lists.Load() != 2 {
			t.Errorf("%d lists, want one each time", c.lists.Load())
		}
		if got := cache.Known("b"); got != nil {
			t.Errorf("of another login is known: %+v", got)
		}
		synctest.Wait()
		c.names = []string{"d001"}
		if _, err := cache.All(t.Context(), "a", c); err == nil {
			t.Error("no error where none can be asked for")
		}
		synctest.Wait()
		c.err = errors.New("offline")
		if _, err := cache.All(t.Context(), "a", c); !errors.Is(err, c.err) {
			t.Errorf("offline: %v", err)
		}
		if got := cache.Known("a"); len(got) != 2 {
			t.Errorf("after that %d are known, want those of before", len(got))
		}
		cache.Forget(map[string]bool{"b": true})
		if got := cache.Known("a"); got != nil {
			t.Errorf("after Forget: %+v", got)
		}
	})
}

// TestWhoLeavesEndsNothing for those who wait for the same.
func TestWhoLeavesEndsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, cache := &cloud{names: []string{"one"}}, &deployments.Cache{}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, _, err := cache.Find(ctx, "a", c, called("one"), nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want that of who left", err)
		}
		if _, found, err := cache.Find(t.Context(), "a", c, called("one"), nil); !found || err != nil || c.lists.Load() != 1 {
			t.Errorf("found %v, %v after %d lists; want the same round", found, err, c.lists.Load())
		}
		time.Sleep(time.Minute)
	})
}
