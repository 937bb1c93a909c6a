package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"

	"github.com/bento-cred/bento-cred/ipc"
	"github.com/bento-cred/bento-cred/tools/bench/measure"
	"github.com/bento-cred/bento-cred/tools/bench/place"
	"github.com/bento-cred/bento-cred/tools/bench/report"
)

// growing is one thing there can be more and more of.
type growing struct {
	what  string
	sizes []int
	flags func(n int) []string // for the program that fills a home
	// url is what is asked about: something in the middle.
	url func(p *place.Place, n int) string
}

// tokensEach is how many tokens each of many contexts has.
const tokensEach = 50

// The requests whose cost is looked at, and how they are called.
const (
	askToken = "token"
	askURL   = "header URL"
	askStart = "start until the first answer"
)

// growths returns what can grow.
func growths() []growing {
	return []growing{
		{
			what: fmt.Sprintf("contexts of %d tokens", tokensEach), sizes: []int{1, 10, 100, 1000},
			flags: func(n int) []string {
				return []string{"-contexts", strconv.Itoa(n), "-tokens", strconv.Itoa(tokensEach)}
			},
			url: func(p *place.Place, n int) string {
				if n == 1 {
					return p.Cloud.URL() + "/api/v1/auth/current"
				}
				return fmt.Sprintf("https://cloud-%04d.example/api/v1/auth/current", n/2)
			},
		},
		{
			what: "bound hosts", sizes: []int{1, 10, 100, 1000, 10000},
			flags: func(n int) []string { return []string{"-hosts", strconv.Itoa(n)} },
			url:   func(_ *place.Place, n int) string { return fmt.Sprintf("https://host-%05d.example/run", n/2) },
		},
	}
}

// caseOf names a request where there is so much of something. The drawing reads it again.
func caseOf(ask string, n int, what string) string { return fmt.Sprintf("%s, %d %s", ask, n, what) }

// growth measures the hot requests, and the start, of homes of different sizes side by side.
func (b *bench) growth(ctx context.Context) (result report.Result, err error) {
	for _, g := range growths() {
		err = errors.Join(err, b.grow(ctx, g, &result))
	}
	return result, err
}

func (b *bench) grow(ctx context.Context, g growing, result *report.Result) (err error) {
	homes := make(map[int]*place.Place)
	defer func() {
		for _, p := range homes {
			err = errors.Join(err, p.Close())
		}
	}()
	for _, n := range g.sizes {
		p, failed := b.filled(ctx, g.flags(n))
		if failed != nil {
			return fmt.Errorf("making a home with %d %s: %w", n, g.what, failed)
		}
		homes[n] = p
	}
	for _, ask := range []string{askToken, askURL} {
		if err := b.growHot(ctx, g, ask, homes, result); err != nil {
			return err
		}
	}
	var starts []measure.Case
	for n, p := range homes {
		starts = append(starts, measure.Case{
			Name: caseOf(askStart, n, g.what),
			Turn: func(ctx context.Context) ([]measure.Sample, error) { return becomeReady(ctx, p, question()) },
		})
	}
	samples, err := measure.Rounds{N: b.scaled(10), Warm: 1, Random: b.random}.Run(ctx, starts)
	g.compare(askStart, measure.Summaries(samples), report.Target{}, result)
	return err
}

// filled makes a home, has it filled, and starts its daemon.
func (b *bench) filled(ctx context.Context, flags []string) (*place.Place, error) {
	p, err := b.warm(ctx, b.bin)
	if err != nil {
		return nil, err
	}
	// Thousands of made-up tokens are not asked about.
	err = p.Configure("[health]\ninterval = \"0s\"\n")
	if err == nil {
		args := append([]string{"-data", p.Data(), "-daemon", p.Program(ipc.ProgramDaemon)}, flags...)
		cmd := exec.CommandContext(ctx, b.program("fill"), args...)
		cmd.Env = p.Environ()
		var out []byte
		if out, err = cmd.CombinedOutput(); err != nil {
			err = fmt.Errorf("filling the home: %w: %s", err, out)
		}
	}
	if err == nil {
		err = p.StartDaemon()
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// growHot measures one hot request over open connections. Each has rounds of its own, for what
// one leaves to the daemon's collector of garbage would be the next one's cost.
func (b *bench) growHot(ctx context.Context, g growing, ask string, homes map[int]*place.Place, result *report.Result) error {
	sides := make(map[string]talk)
	for n, p := range homes {
		request := question()
		if ask == askURL {
			request = questionFor(g.url(p, n))
		}
		reply, err := place.Reply(p.Socket, request)
		if err != nil {
			return err
		}
		sides[caseOf(ask, n, g.what)] = talk{socket: p.Socket, request: request, reply: len(reply)}
	}
	var cases []measure.Case
	for name, side := range sides {
		line, err := place.Connect(side.socket)
		if err != nil {
			return err
		}
		defer func() { _ = line.Close() }() // nothing more is said
		// A daemon does not wait long for the first request of a connection, and all the others
		// may have their turn before.
		if err := line.Ask(side.request, make([]byte, side.reply)); err != nil {
			return err
		}
		cases = append(cases, measure.Case{Name: name, Turn: side.over(line)})
	}
	samples, err := measure.Rounds{N: b.scaled(60), Warm: 3, Random: b.random}.Run(ctx, cases)
	if err != nil {
		return err
	}
	g.compare(ask, measure.Summaries(samples), report.Target{Most: 1.2}, result)
	return nil
}

// compare adds the ratios of one request to that of the smallest home. A request is fast or slow
// by whether the kernel keeps both of its ends on one processor. The median jumps between the
// two, the first quarter does not; so both are told.
func (g growing) compare(ask string, all map[string]measure.Summary, target report.Target, result *report.Result) {
	result.Keep(all)
	least := caseOf(ask, g.sizes[0], g.what)
	for _, n := range g.sizes[1:] {
		name := caseOf(ask, n, g.what)
		if all[least].N == 0 || all[name].N == 0 {
			continue // it was broken off before
		}
		with := "with " + strconv.Itoa(g.sizes[0])
		result.Add(name, with, measure.Ratio(all[name].Median, all[least].Median), target)
		if ask != askStart {
			result.Add("p25, "+name, with, measure.Ratio(all[name].P25, all[least].P25), target)
		}
	}
}
