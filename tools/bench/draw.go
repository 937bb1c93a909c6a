package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/bento-cred/bento-cred/tools/bench/chart"
	"github.com/bento-cred/bento-cred/tools/bench/measure"
	"github.com/bento-cred/bento-cred/tools/bench/report"
)

// draw draws what can be seen better than read: the last pass of two of the tables, where
// they were measured.
func (b *bench) draw(r report.Report) error {
	if err := drawProcesses(filepath.Join(b.out, "processes"), r.Raw["processes"]); err != nil {
		return err
	}
	return drawGrowth(filepath.Join(b.out, "growth"), r.Raw["growth"])
}

func drawProcesses(path string, raw map[string][]report.Measured) error {
	if len(raw[emptyGo]) == 0 {
		return nil
	}
	base := raw[emptyGo][len(raw[emptyGo])-1].Median
	var ratios []chart.Ratio
	for name, passes := range raw {
		last := passes[len(passes)-1]
		ratios = append(ratios, chart.Ratio{
			Name: name,
			P25:  measure.Ratio(last.P25, base), Median: measure.Ratio(last.Median, base), P75: measure.Ratio(last.P75, base),
			Ours:  slices.Contains(hotNames(), name),
			Floor: slices.Contains([]string{emptyGo, emptyC, floorName}, name),
		})
	}
	title := fmt.Sprintf("A whole process, the daemon warm, times %s\n(lower to upper quartile, and median; dashed: %g, the target)", emptyGo, hotLimit)
	return chart.Ratios(path, title, ratios, hotLimit)
}

func drawGrowth(path string, raw map[string][]report.Measured) error {
	var panels []chart.Panel
	for _, g := range growths() {
		panel := chart.Panel{Title: "What it costs with more " + g.what, Axis: g.what}
		for _, ask := range []string{askToken, askURL, askStart} {
			if line := lineOf(raw, g, ask); len(line.Points) > 0 {
				panel.Lines = append(panel.Lines, line)
			}
		}
		if len(panel.Lines) > 0 {
			panels = append(panels, panel)
		}
	}
	if len(panels) == 0 {
		return nil
	}
	if err := chart.Growth(path, panels); err != nil {
		return fmt.Errorf("drawing how cost grows: %w", err)
	}
	return nil
}

// lineOf returns how one request's cost grows.
func lineOf(raw map[string][]report.Measured, g growing, ask string) chart.Line {
	line := chart.Line{Name: ask}
	for _, n := range g.sizes {
		if passes := raw[caseOf(ask, n, g.what)]; len(passes) > 0 {
			median := passes[len(passes)-1].Median
			line.Points = append(line.Points, chart.Point{N: float64(n), Nanoseconds: float64(median)})
		}
	}
	return line
}
