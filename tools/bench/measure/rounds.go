// Package measure takes the time of what is to be compared.
//
// The machines this runs on are noisy and drift by a fifth within minutes. So nothing is
// measured by itself: in every round each Case has its turn, in an order that is drawn anew,
// and what counts is the ratio of medians within one run.
package measure

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
)

// Case is one of the things that are compared.
type Case struct {
	Name string
	// Every says in which rounds it has its turn: 10 is each tenth. 0 is each. What takes a
	// second need not be run three hundred times.
	Every int
	// Turn measures it once, or a batch of times.
	Turn func(ctx context.Context) ([]Sample, error)
}

// Rounds is how often and in which order cases have their turn.
type Rounds struct {
	N      int
	Warm   int // rounds before, which do not count
	Random *rand.Rand
}

// Run gives each case its turn in each round, and returns the samples of each by its name;
// beside an error, those there were before.
func (r Rounds) Run(ctx context.Context, cases []Case) (map[string][]Sample, error) {
	// The collector of this program must not run while a child is measured.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	samples := make(map[string][]Sample, len(cases))
	for round := -r.Warm; round < r.N; round++ {
		runtime.GC()
		for _, at := range r.Random.Perm(len(cases)) {
			c := cases[at]
			if !c.hasTurn(round) {
				continue
			}
			got, err := c.turn(ctx)
			if err != nil {
				return samples, err
			}
			if round >= 0 {
				samples[c.Name] = append(samples[c.Name], got...)
			}
		}
	}
	return samples, nil
}

// hasTurn reports whether the case is measured in a round. Of the rounds that do not count,
// a rare one has the last.
func (c Case) hasTurn(round int) bool {
	if c.Every <= 1 {
		return true
	}
	return round == -1 || round >= 0 && round%c.Every == 0
}

// turn measures the case, unless the run is to end.
func (c Case) turn(ctx context.Context) ([]Sample, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	samples, err := c.Turn(ctx)
	if err != nil {
		return nil, fmt.Errorf("measuring %s: %w", c.Name, err)
	}
	return samples, nil
}

// Summaries returns what the samples of each case say.
func Summaries(samples map[string][]Sample) map[string]Summary {
	all := make(map[string]Summary, len(samples))
	for name, of := range samples {
		all[name] = Summarize(of)
	}
	return all
}
