package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"

	"github.com/bento-cred/bento-cred/tools/bench/measure"
	"github.com/bento-cred/bento-cred/tools/bench/place"
	"github.com/bento-cred/bento-cred/tools/bench/report"
)

// ofEarlier is what stands behind the name of a call of the earlier build.
const ofEarlier = ", the earlier build"

// instructions counts what a hot call executes in user space. Counts do not drift as times
// do, so this is what two builds are compared by.
func (b *bench) instructions(ctx context.Context) (result report.Result, err error) {
	valgrind, err := exec.LookPath("valgrind")
	if err != nil {
		result.Lack("instructions", "valgrind is not on PATH")
		return result, nil
	}
	now, err := b.warm(ctx, b.bin)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, now.Close()) }()
	commands := map[string]measure.Command{emptyGo: b.hello(now)}
	addHot(commands, now, "")
	if b.base != "" {
		earlier, failed := b.warm(ctx, b.base)
		if failed != nil {
			return result, fmt.Errorf("the earlier build: %w", failed)
		}
		defer func() { err = errors.Join(err, earlier.Close()) }()
		addHot(commands, earlier, ofEarlier)
	}
	counted, err := b.count(ctx, valgrind, commands)
	if err != nil {
		return result, err
	}
	result.AddAmount(emptyGo, "thousand", counted[emptyGo]/1000)
	for _, name := range hotNames() {
		result.AddAmount(name, "thousand", counted[name]/1000)
		result.Add(name, emptyGo, counted[name]/counted[emptyGo], report.Target{})
		if before, found := counted[name+ofEarlier]; found {
			result.Add(name, "the same"+ofEarlier, counted[name]/before, report.Target{Most: 1.02})
		}
	}
	return result, nil
}

func addHot(commands map[string]measure.Command, p *place.Place, suffix string) {
	for name, command := range hotCommands(p) {
		commands[name+suffix] = command
	}
}

// count returns how many instructions each command executes: the lower quartile of some
// runs, because what the runtime's own threads do now and then only adds.
func (b *bench) count(ctx context.Context, valgrind string, commands map[string]measure.Command) (map[string]float64, error) {
	found := make(map[string][]int64)
	for range b.scaled(16) {
		for name, command := range commands {
			n, err := countOnce(ctx, valgrind, command)
			if err != nil {
				return nil, err
			}
			found[name] = append(found[name], n)
		}
	}
	counted := make(map[string]float64)
	for name, counts := range found {
		slices.Sort(counts)
		counted[name] = float64(measure.Quantile(counts, 0.25))
	}
	return counted, nil
}

// countTries is how often a run is made that valgrind breaks off.
const countTries = 5

// countOnce counts the instructions of one run. On one processor of Go's the counts differ by
// a hundredth, on two by a tenth. Callgrind 3.19 fails at some of the signals by which Go's
// runtime interrupts its threads, so they are turned off; where it fails all the same, the
// run is made again.
func countOnce(ctx context.Context, valgrind string, c measure.Command) (n int64, err error) {
	collected := regexp.MustCompile(`(?m)Collected : (\d+)$`)
	args := append([]string{"--tool=callgrind", "--callgrind-out-file=/dev/null"}, c.Args...)
	for range countTries {
		cmd := exec.CommandContext(ctx, valgrind, args...)
		cmd.Env, cmd.Dir = append(slices.Clone(c.Env), "GODEBUG=asyncpreemptoff=1", "GOMAXPROCS=1"), c.Dir
		out, failed := cmd.CombinedOutput()
		match := collected.FindSubmatch(out)
		if failed == nil && match != nil {
			return strconv.ParseInt(string(match[1]), 10, 64)
		}
		err = fmt.Errorf("counting the instructions of %s: %w", c.Args[0], errors.Join(failed, ctx.Err()))
	}
	return 0, err
}
