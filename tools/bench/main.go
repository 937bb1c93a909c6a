// Command bench measures what bento-cred costs, always beside something that is known: an
// empty program, a server that only echoes, the helpers of others. `make bench` runs it.
//
// What it says are ratios of one run, in which all that is compared took turns (package
// measure); absolute times are there to be looked at, not to be compared between runs. It
// asserts nothing: whether a target was reached stands in the table it writes.
//
// It is a module of its own, so that bento-cred's go.mod lists only what ships. It runs on
// Linux. What is missing on the machine, as another tool to compare with, is told in the
// report and is no failure.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/bento-cred/bento-cred/tools/bench/report"
)

func main() { os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr)) }

// Main measures, and returns the exit status.
func Main(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b := &bench{log: stderr, random: rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))} //nolint:gosec // It shuffles.
	passes, names, err := b.parse(args, stderr)
	if err != nil {
		return 2
	}
	if err := b.run(ctx, passes, names, stdout); err != nil {
		_, _ = fmt.Fprintln(stderr, "bench:", err) // there is nowhere else to say it
		return 1
	}
	return 0
}

// bench is one run of the program.
type bench struct {
	bin      string // the programs that are measured
	base     string // an earlier build to compare with; empty: none
	out      string // where the report goes
	work     string // what is thrown away
	programs string // what they are compared with
	rounds   int    // of whole processes
	random   *rand.Rand
	log      io.Writer
}

// parse reads the command line.
func (b *bench) parse(args []string, stderr io.Writer) (passes int, names []string, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var list string
	flags.StringVar(&b.bin, "bin", "../../bin", "the directory of the built programs")
	flags.StringVar(&b.base, "base", "", "the directory of an earlier build, whose instructions are compared")
	flags.StringVar(&b.out, "out", "../../bench", "where the report goes")
	flags.IntVar(&b.rounds, "rounds", 300, "how often whole processes are run; what else is measured goes with it")
	flags.IntVar(&passes, "passes", 2, "how often the whole run is made")
	flags.StringVar(&list, "tables", "", "which tables, commas between: "+strings.Join(tableNames(), ",")+" (default: all)")
	if err := flags.Parse(args); err != nil {
		return 0, nil, err
	}
	names = tableNames()
	if list != "" {
		names = strings.Split(list, ",")
	}
	for _, name := range names {
		if !slices.Contains(tableNames(), name) {
			err = errors.Join(err, fmt.Errorf("there is no table %q", name))
		}
	}
	for _, path := range []*string{&b.bin, &b.base, &b.out} {
		if *path == "" {
			continue
		}
		absolute, failed := filepath.Abs(*path)
		*path, err = absolute, errors.Join(err, failed)
	}
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "bench:", err) // there is nowhere else to say it
	}
	return passes, names, err
}

// run measures the tables of those names, writes the report, and ends what it started.
func (b *bench) run(ctx context.Context, passes int, names []string, stdout io.Writer) (err error) {
	if b.work, err = os.MkdirTemp("/tmp", "bento-cred-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.work)) }()
	if err := os.MkdirAll(b.out, 0o750); err != nil {
		return err
	}
	b.say("building what is compared with")
	if err := errors.Join(b.build(ctx), b.freeze()); err != nil {
		return err
	}
	r := report.Report{Machine: report.Here(ctx)}
	for pass := range passes {
		for _, t := range tables() {
			if !slices.Contains(names, t.name) {
				continue
			}
			b.say(fmt.Sprintf("pass %d of %d: %s", pass+1, passes, t.title))
			result, err := t.run(b, ctx)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err != nil {
				// The other tables may still say something.
				b.say(fmt.Sprintf("%s: %v", t.title, err))
				result.Lack("some or all of it", err.Error())
			}
			r.Merge(pass+1, report.Table{Name: t.name, Title: t.title}, result)
			if err := r.Write(b.out); err != nil { // what there is, should the run be ended
				return fmt.Errorf("writing the report: %w", err)
			}
		}
	}
	if err := b.draw(r); err != nil {
		return fmt.Errorf("drawing: %w", err)
	}
	_, err = io.WriteString(stdout, r.Markdown())
	return err
}

// say tells how far the run is.
func (b *bench) say(text string) {
	_, _ = fmt.Fprintf(b.log, "bench: %s %s\n", time.Now().Format("15:04:05"), text) // it is only told
}

// scaled returns how often something is done that is done n times in a run of 300 rounds.
func (b *bench) scaled(n int) int { return max(3, n*b.rounds/300) }
