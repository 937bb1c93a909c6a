// Package deployments remembers which deployments a cloud has and at which addresses they
// answer. Whether a token may be sent to a host is decided by that, in the time a program
// waits for a header: so it is looked up in memory, and the cloud is asked only where
// memory does not do.
//
// BentoCloud's list of deployments has no addresses (bentoml/_internal/cloud/schemas/
// schemasv2.py: DeploymentFullSchema alone has urls), so that to know them all takes a
// call for the list and one for each deployment. That is why the likely ones are asked for
// first, why a program that waits for one goes on as soon as it is there, and why many who
// ask at the same time wait for the same round of calls.
//
// An address that is given up by one deployment may become another's, of another
// organization. What is older than an hour is therefore asked anew before it is believed,
// and what is older than a day is not believed even where the cloud cannot be asked.
package deployments

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Deployment is what is remembered of one.
type Deployment struct {
	Name    string
	Cluster string
	Status  string
	Public  bool     // it wants no token
	Origins []string // where it answers: scheme, host and port, normalised
}

// Source asks a cloud.
type Source interface {
	// List returns the deployments there are. Those without Origins are asked for.
	List(ctx context.Context) ([]Deployment, error)
	// Get returns one of List's with its Origins.
	Get(ctx context.Context, listed Deployment) (Deployment, error)
}

const (
	// fresh is how long what the cloud said is believed.
	fresh = time.Hour
	// stale is how long it is believed where the cloud cannot be asked.
	stale = 24 * time.Hour
	// pause is the least time between two rounds that look for what is not there: a
	// program that asks for a foreign URL in a loop is no reason to flood the cloud.
	pause = 10 * time.Second
	// roundTime bounds a round of calls.
	roundTime = 2 * time.Minute
	// together is how many deployments are asked for at the same time.
	together = 8
)

// Cache remembers the deployments of several logins, each under a key. The zero Cache is
// empty, and asks time.Now.
type Cache struct {
	Now func() time.Time

	mu      sync.Mutex
	entries map[string]*entry // guarded by mu
}

// entry is what is remembered of one login.
type entry struct {
	all    []Deployment
	at     time.Time // when the last round began that worked
	tried  time.Time // when the last round began
	flight *round    // the one under way; nil for none
}

func (c *Cache) now() time.Time {
	if c.Now == nil {
		return time.Now().Round(0)
	}
	return c.Now().Round(0)
}

// Known returns what is remembered and may still be believed, and asks nobody.
func (c *Cache) Known(key string) []Deployment {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entryLocked(key)
	if !within(e.at, c.now(), stale) {
		return nil
	}
	return slices.Clone(e.all)
}

// All asks the cloud for every deployment.
func (c *Cache) All(ctx context.Context, key string, source Source) ([]Deployment, error) {
	r := c.begin(ctx, key, source, nil)
	if err := r.wait(ctx); err != nil {
		return nil, err
	}
	return r.result()
}

// Memory is what is remembered of a deployment that is wanted.
type Memory struct {
	Deployment Deployment
	Found      bool
	// Fresh says that nobody needs to be asked: it is there, or was not a moment ago.
	Fresh bool
	// Recent says that asking again would hardly tell anything new: the cloud was asked not
	// long ago, or could not be just now.
	Recent bool
}

// Remembered returns what is remembered of the deployment that is wanted, and asks nobody.
func (c *Cache) Remembered(key string, wanted func(Deployment) bool) Memory {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, now := c.entryLocked(key), c.now()
	m := Memory{}
	m.Deployment, m.Found = search(e.all, wanted)
	m.Fresh = within(e.at, now, pause) || m.Found && within(e.at, now, fresh)
	m.Recent = m.Fresh || within(e.tried, now, pause)
	if !within(e.at, now, stale) {
		m.Deployment, m.Found = Deployment{}, false
	}
	return m
}

// Find returns the deployment that is wanted, and reports whether there is one: from
// memory, or else from the cloud, where those that are likely to be it are asked for first.
func (c *Cache) Find(ctx context.Context, key string, source Source, wanted, likely func(Deployment) bool) (Deployment, bool, error) {
	old := c.Remembered(key, wanted)
	if old.Fresh {
		return old.Deployment, old.Found, nil
	}
	r := c.begin(ctx, key, source, likely)
	got, there, err := r.find(ctx, wanted)
	if err != nil && old.Found {
		return old.Deployment, true, nil
	}
	return got, there, err
}

// begin joins the round that is under way for key, or begins one, which goes on where the
// one who asked for it is gone.
func (c *Cache) begin(ctx context.Context, key string, source Source, likely func(Deployment) bool) *round {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entryLocked(key)
	if e.flight != nil {
		return e.flight
	}
	r, begun := &round{changed: make(chan struct{})}, c.now()
	e.flight, e.tried = r, begun
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), roundTime)
		defer cancel()
		err := r.run(ctx, source, likely)
		c.mu.Lock()
		defer c.mu.Unlock()
		e.flight = nil
		if err == nil {
			e.all, e.at = r.got, begun
		}
		r.end(err) // when Find sees the end, the next one finds it in memory
	}()
	return r
}

func (c *Cache) entryLocked(key string) *entry {
	if c.entries == nil {
		c.entries = make(map[string]*entry)
	}
	if c.entries[key] == nil {
		c.entries[key] = &entry{}
	}
	return c.entries[key]
}

// Forget forgets every login but those with a key in keep.
func (c *Cache) Forget(keep map[string]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, e := range c.entries {
		if !keep[key] && e.flight == nil {
			delete(c.entries, key)
		}
	}
}

// within reports whether now is less than limit after at. A clock that was set back says
// nothing, so what is to come is not within.
func within(at, now time.Time, limit time.Duration) bool {
	age := now.Sub(at)
	return !at.IsZero() && age >= 0 && age < limit
}

func search(all []Deployment, wanted func(Deployment) bool) (Deployment, bool) {
	i := slices.IndexFunc(all, wanted)
	if i < 0 {
		return Deployment{}, false
	}
	return all[i], true
}
