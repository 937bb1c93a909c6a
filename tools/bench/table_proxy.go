package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/bento-cred/bento-cred/tools/bench/measure"
	"github.com/bento-cred/bento-cred/tools/bench/report"
)

// The proxies that are compared.
const (
	caseProxy   = "bento-cred proxy"
	caseNginx   = "nginx"
	caseReverse = "httputil.ReverseProxy, tuned"
	caseDirect  = "no proxy"
)

// loadTime is how long the proxies are asked in one turn.
const loadTime = 250 * time.Millisecond

// loading is one way to ask a proxy.
type loading struct {
	name, path  string
	connections int
}

// loadings returns all the ways.
func loadings() []loading {
	var all []loading
	for _, connections := range []int{1, 64} {
		all = append(all,
			loading{"small bodies", "/small", connections},
			loading{"bodies of 1 MB", "/big", connections},
			loading{"event streams", "/events", connections})
	}
	return all
}

// of names the case of a way and a proxy.
func (l loading) of(proxy string) string {
	if l.connections == 1 {
		return fmt.Sprintf("%s, %s, one connection", proxy, l.name)
	}
	return fmt.Sprintf("%s, %s, %d connections", proxy, l.name, l.connections)
}

// rateOf names the raw numbers of the time that a request takes of the whole.
func rateOf(name string) string { return name + ", time / requests" }

// front is a proxy, or the upstream itself.
type front struct {
	name   string
	port   int
	header string // that it wants
}

// proxy measures a local proxy that adds a header, against others that do.
func (b *bench) proxy(ctx context.Context) (result report.Result, err error) {
	fronts, end, err := b.fronts(ctx, &result)
	defer func() { err = errors.Join(err, end()) }()
	if err != nil {
		return result, err
	}
	rates := make(map[string][]measure.Sample)
	var cases []measure.Case
	for _, way := range loadings() {
		for _, f := range fronts {
			name := way.of(f.name)
			cases = append(cases, measure.Case{Name: name, Turn: func(ctx context.Context) ([]measure.Sample, error) {
				each, samples, err := b.ask(ctx, f, way)
				rates[rateOf(name)] = append(rates[rateOf(name)], measure.Sample{Wall: each})
				return samples, err
			}})
		}
	}
	samples, err := measure.Rounds{N: b.scaled(30), Warm: 1, Random: b.random}.Run(ctx, cases)
	if err != nil {
		return result, err
	}
	all := measure.Summaries(samples)
	for name, of := range rates {
		all[name] = measure.Summarize(of[1:]) // the first is of the round that does not count
	}
	result.Keep(all)
	for _, way := range loadings() {
		way.compare(all, &result)
	}
	return result, nil
}

// compare adds the figures of one way to ask.
func (l loading) compare(all map[string]measure.Summary, result *report.Result) {
	mine, rate := l.of(caseProxy), rateOf(l.of(caseProxy))
	for _, base := range []string{caseNginx, caseReverse, caseDirect} {
		theirs, found := all[l.of(base)]
		if !found {
			continue
		}
		least, most := report.Target{}, report.Target{}
		switch {
		case base == caseReverse:
			least, most = report.Target{Least: 1}, report.Target{Most: 1}
		case base == caseNginx && l.connections == 64:
			least = report.Target{Least: 0.5}
		}
		result.Add(mine+": requests a second", base, measure.Ratio(all[rateOf(l.of(base))].Median, all[rate].Median), least)
		if base != caseDirect {
			result.Add(mine+": p99", base, measure.Ratio(all[mine].P99, theirs.P99), most)
		}
	}
	result.AddAmount(mine, "a second", measure.Ratio(time.Second, all[rate].Median))
}

// ask has the load generator ask a proxy for a while, and returns what a request took of the
// whole time, and what each answer took.
func (b *bench) ask(ctx context.Context, f front, l loading) (each time.Duration, samples []measure.Sample, err error) {
	cmd := exec.CommandContext(ctx, b.program("load"),
		strconv.Itoa(f.port), l.path, f.header, strconv.Itoa(l.connections), loadTime.String())
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return 0, nil, fmt.Errorf("asking %s: %w: %s", f.name, err, said.String())
	}
	var total time.Duration
	for at, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		n, err := strconv.ParseInt(line, 10, 64)
		if err != nil {
			return 0, nil, fmt.Errorf("reading what the load generator says: %w", err)
		}
		if at == 0 {
			total = time.Duration(n)
			continue
		}
		samples = append(samples, measure.Sample{Wall: time.Duration(n)})
	}
	if len(samples) == 0 {
		return 0, nil, fmt.Errorf("%s answered nothing within %v", f.name, loadTime)
	}
	return total / time.Duration(len(samples)), samples, nil
}
