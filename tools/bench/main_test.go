package main

import (
	"io"
	"path/filepath"
	"slices"
	"testing"

	"github.com/bento-cred/bento-cred/tools/bench/measure"
	"github.com/bento-cred/bento-cred/tools/bench/report"
)

func TestParse(t *testing.T) {
	var b bench
	passes, names, err := b.parse([]string{"-rounds", "30", "-passes", "1", "-tables", "socket,cold", "-bin", "made-up"}, io.Discard)
	if err != nil || passes != 1 || !slices.Equal(names, []string{"socket", "cold"}) || b.rounds != 30 || !filepath.IsAbs(b.bin) || b.base != "" {
		t.Errorf("got %d passes of %q, %+v: %v", passes, names, b, err)
	}
	if _, names, err := b.parse(nil, io.Discard); err != nil || len(names) != len(tables()) {
		t.Errorf("without flags: %q, %v", names, err)
	}
	if _, _, err := b.parse([]string{"-tables", "socket,made-up"}, io.Discard); err == nil {
		t.Error("a table that is not there is taken")
	}
}

// TestScaled keeps a short run from measuring something once.
func TestScaled(t *testing.T) {
	for rounds, want := range map[int]int{300: 60, 150: 30, 30: 6, 1: 3} {
		if got := (&bench{rounds: rounds}).scaled(60); got != want {
			t.Errorf("of %d rounds: got %d, want %d", rounds, got, want)
		}
	}
}

// TestCompare has a run that was broken off say what it has.
func TestCompare(t *testing.T) {
	g := growing{what: "things", sizes: []int{1, 10, 100}}
	all := map[string]measure.Summary{
		caseOf(askToken, 1, "things"):  {N: 3, Median: 10},
		caseOf(askToken, 10, "things"): {N: 3, Median: 15},
	}
	var result report.Result
	g.compare(askToken, all, report.Target{}, &result)
	if len(result.Figures) != 2 || result.Figures[0].Values[0].Value != 1.5 {
		t.Errorf("got %+v", result.Figures)
	}
}
