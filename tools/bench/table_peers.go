package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/bento-cred/bento-cred/tools/bench/measure"
	"github.com/bento-cred/bento-cred/tools/bench/peer"
	"github.com/bento-cred/bento-cred/tools/bench/report"
)

// peers sets up the tools of others, and returns their cases and what ends them. What is not
// installed is told in the report.
func (b *bench) peers(ctx context.Context, result *report.Result) (cases []measure.Case, end func()) {
	var homes []*peer.Home
	end = func() {
		for _, home := range homes {
			home.End()
		}
	}
	for _, tool := range peer.Tools() {
		home, err := peer.NewHome(b.work, cacheDir())
		if err == nil {
			homes = append(homes, home)
			var of []measure.Case
			if of, err = tool.Start(ctx, home); err == nil {
				cases = append(cases, of...)
			}
		}
		if err != nil {
			result.Lack(strings.Join(tool.Names, " and "), err.Error())
		}
	}
	return cases, end
}

// cacheDir is where what had to be built is kept for the next run.
func cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "bento-cred-bench")
}

// comparePeers adds the figures of our own calls against those of others.
func comparePeers(result *report.Result, all map[string]measure.Summary) {
	for _, name := range hotNames() {
		if of, found := all[peer.GitCache]; found {
			result.Add(name, peer.GitCache, measure.Ratio(all[name].Median, of.Median), report.Target{Most: 1.25})
		}
	}
	if of, found := all[peer.BentoML]; found {
		result.Add(peer.BentoML, caseEnv, measure.Ratio(of.Median, all[caseEnv].Median), report.Target{Least: 200})
	}
}
