package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/bento-cred/bento-cred/tools/bench/measure"
	"github.com/bento-cred/bento-cred/tools/bench/report"
)

const (
	caseThousand = "a thousand bento-cred token, no daemon there"
	emptyCrowd   = "a thousand empty Go programs"
)

// crowd measures a thousand helpers that are started together when no daemon runs.
func (b *bench) crowd(ctx context.Context) (result report.Result, err error) {
	p, err := b.warm(ctx, b.bin)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	failed := 0
	cases := []measure.Case{
		{Name: caseThousand, Turn: func(ctx context.Context) ([]measure.Sample, error) {
			if err := p.StopDaemon(); err != nil {
				return nil, err
			}
			sample, without, err := together(ctx, hotCommands(p)[caseToken], 1000)
			failed += without
			return []measure.Sample{sample}, err
		}},
		{Name: emptyCrowd, Turn: func(ctx context.Context) ([]measure.Sample, error) {
			sample, _, err := together(ctx, b.hello(p), 1000)
			return []measure.Sample{sample}, err
		}},
	}
	samples, err := measure.Rounds{N: b.scaled(10), Warm: 1, Random: b.random}.Run(ctx, cases)
	if err != nil {
		return result, err
	}
	all := measure.Summaries(samples)
	result.Keep(all)
	result.Add(caseThousand, emptyCrowd, measure.Ratio(all[caseThousand].Median, all[emptyCrowd].Median), report.Target{Most: 2})
	result.AddAmount("of them not answered, all rounds together", "", float64(failed))
	return result, nil
}

// together runs so many of one command at the same time, and returns what it took until the
// last had ended, and how many failed or said nothing.
func together(ctx context.Context, c measure.Command, n int) (sample measure.Sample, failed int, err error) {
	null, err := syscall.Open("/dev/null", syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		return sample, 0, err
	}
	defer func() { _ = syscall.Close(null) }() // nothing was written to it
	var started []member
	begin := time.Now()
	for range n {
		one, failure := join(c, null)
		if failure != nil {
			err = fmt.Errorf("starting the %dth of %q: %w", len(started)+1, c.Args, failure)
			break
		}
		started = append(started, one)
	}
	// There may be more to come for those who were started than their pipes hold, but for
	// these programs there is not: they end without being read.
	for _, one := range started {
		good, failure := one.end()
		err = errors.Join(err, failure)
		if !good {
			failed++
		}
	}
	return measure.Sample{Wall: time.Since(begin)}, failed, errors.Join(err, ctx.Err())
}
