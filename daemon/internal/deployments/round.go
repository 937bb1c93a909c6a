package deployments

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// round is one round of calls, which several may wait for.
type round struct {
	mu      sync.Mutex
	got     []Deployment  // guarded by mu; whole when the round has ended
	ended   bool          // guarded by mu
	err     error         // guarded by mu
	changed chan struct{} // guarded by mu; closed when there is more, and then another one
}

// run asks for the list and for what is missing in it. One deployment that cannot be asked
// for is no reason to know none: it is left out, unless all of them are.
func (r *round) run(ctx context.Context, source Source, likely func(Deployment) bool) error {
	listed, err := source.List(ctx)
	if err != nil {
		return err
	}
	if likely != nil {
		slices.SortStableFunc(listed, func(a, b Deployment) int {
			switch {
			case likely(a) == likely(b):
				return 0
			case likely(a):
				return -1
			default:
				return 1
			}
		})
	}
	var (
		all     sync.WaitGroup
		mu      sync.Mutex
		failed  error // guarded by mu
		tickets = make(chan struct{}, together)
	)
	for _, each := range listed {
		if len(each.Origins) > 0 {
			r.add(each)
			continue
		}
		tickets <- struct{}{}
		all.Go(func() {
			defer func() { <-tickets }()
			whole, err := source.Get(ctx, each)
			if err == nil {
				r.add(whole)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			failed = err
		})
	}
	all.Wait()
	if ctx.Err() != nil {
		return fmt.Errorf("asking for deployments: %w", context.Cause(ctx))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if failed != nil && len(r.got) == 0 {
		return failed
	}
	return nil
}

// add takes in a deployment and wakes who waits.
func (r *round) add(d Deployment) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, d)
	close(r.changed)
	r.changed = make(chan struct{})
}

// end ends the round.
func (r *round) end(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended, r.err = true, err
	close(r.changed)
	r.changed = make(chan struct{})
}

// find waits until the deployment that is wanted is there, or the round has ended.
func (r *round) find(ctx context.Context, wanted func(Deployment) bool) (Deployment, bool, error) {
	for {
		r.mu.Lock()
		d, found := search(r.got, wanted)
		ended, err, changed := r.ended, r.err, r.changed
		r.mu.Unlock()
		switch {
		case found:
			return d, true, nil
		case ended:
			return Deployment{}, false, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Deployment{}, false, fmt.Errorf("asking for deployments: %w", context.Cause(ctx))
		}
	}
}

// wait waits until the round has ended.
func (r *round) wait(ctx context.Context) error {
	_, _, err := r.find(ctx, func(Deployment) bool { return false })
	return err
}

// result returns what a round that has ended found, by name.
func (r *round) result() ([]Deployment, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got), r.err
}
