package measure_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os/exec"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/tools/bench/measure"
)

func TestQuantile(t *testing.T) {
	tests := map[string]struct {
		sorted []int64
		q      float64
		want   int64
	}{
		"of none":           {q: 0.5, want: 0},
		"of one":            {sorted: []int64{7}, q: 0.99, want: 7},
		"median of three":   {sorted: []int64{1, 5, 9}, q: 0.5, want: 5},
		"median of four":    {sorted: []int64{10, 20, 30, 40}, q: 0.5, want: 25},
		"the least":         {sorted: []int64{10, 20, 30, 40}, q: 0, want: 10},
		"the most":          {sorted: []int64{10, 20, 30, 40}, q: 1, want: 40},
		"the first quarter": {sorted: []int64{0, 100, 200, 300, 400}, q: 0.25, want: 100},
		"between two":       {sorted: []int64{0, 100}, q: 0.99, want: 99},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := measure.Quantile(test.sorted, test.q); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

func TestSummarize(t *testing.T) {
	var samples []measure.Sample
	for _, n := range []int64{3, 1, 2, 5, 4} { // in no order
		samples = append(samples, measure.Sample{Wall: time.Duration(n), CPU: time.Duration(10 * n), Faults: 100 * n})
	}
	got := measure.Summarize(samples)
	want := measure.Summary{N: 5, Min: 1, P25: 2, Median: 3, P75: 4, P99: 4, CPU: 30, Faults: 300}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := measure.Summarize(nil); got != (measure.Summary{}) {
		t.Errorf("of none: %+v", got)
	}
}

func TestRatio(t *testing.T) {
	if got := measure.Ratio(3*time.Second, 2*time.Second); got != 1.5 {
		t.Errorf("got %v, want 1.5", got)
	}
	if got := measure.Ratio(time.Second, 0); got != 0 {
		t.Errorf("by nothing: got %v, want 0", got)
	}
}

// TestRoundsCoverAll has each case have its turn in each round, in more than one order.
func TestRoundsCoverAll(t *testing.T) {
	var turns string
	take := func(name string, every int) measure.Case {
		return measure.Case{Name: name, Every: every, Turn: func(context.Context) ([]measure.Sample, error) {
			turns += name
			return []measure.Sample{{Wall: 1}}, nil
		}}
	}
	rounds := measure.Rounds{N: 20, Warm: 2, Random: rand.New(rand.NewPCG(1, 2))}
	samples, err := rounds.Run(t.Context(), []measure.Case{take("a", 0), take("b", 1), take("c", 1), take("x", 10)})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"a": 20, "b": 20, "c": 20, "x": 2} {
		if got := len(samples[name]); got != want {
			t.Errorf("%s was measured %d times, want %d", name, got, want)
		}
	}
	orders := make(map[string]bool)
	for rest := turns; rest != ""; {
		n := 3
		if len(rest) > 3 && (rest[3] == 'x' || rest[0] == 'x' || rest[1] == 'x' || rest[2] == 'x') {
			n = 4
		}
		orders[rest[:n]] = true
		rest = rest[n:]
	}
	if len(orders) < 3 {
		t.Errorf("always the same order: %s", turns)
	}
}

func TestRoundsEnd(t *testing.T) {
	failure := errors.New("made up")
	rounds := measure.Rounds{N: 5, Random: rand.New(rand.NewPCG(1, 2))}
	failing := []measure.Case{{Name: "a", Turn: func(context.Context) ([]measure.Sample, error) { return nil, failure }}}
	if _, err := rounds.Run(t.Context(), failing); !errors.Is(err, failure) {
		t.Errorf("got %v, want %v", err, failure)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := rounds.Run(ctx, failing); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

func TestCommand(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	command := measure.Command{Args: []string{sh, "-c", "echo made up"}}
	if out, err := command.Check(t.Context()); err != nil || out != "made up\n" {
		t.Errorf("said %q: %v", out, err)
	}
	sample, err := command.Measure(t.Context())
	if err != nil || sample.Wall <= 0 || sample.Faults <= 0 {
		t.Errorf("measured %+v: %v", sample, err)
	}
	command.Args[2] = "exit 3"
	if _, err := command.Measure(t.Context()); err == nil {
		t.Error("a command that fails is measured")
	}
}

// TestCommandEnds has a command that would stay be ended with the run.
func TestCommandEnds(t *testing.T) {
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if sample, err := (measure.Command{Args: []string{sleep, "3600"}}).Measure(ctx); err == nil {
		t.Errorf("it was measured: %+v", sample)
	}
}
