package report_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bento-cred/bento-cred/tools/bench/measure"
	"github.com/bento-cred/bento-cred/tools/bench/report"
)

func TestReached(t *testing.T) {
	tests := map[string]struct {
		target report.Target
		values []float64
		want   string
	}{
		"no target":             {values: []float64{3}, want: ""},
		"at most, reached":      {target: report.Target{Most: 1.2}, values: []float64{1.2, 1.19}, want: "yes"},
		"at most, not":          {target: report.Target{Most: 1.2}, values: []float64{1.21, 1.3}, want: "no"},
		"at most, now and then": {target: report.Target{Most: 1.2}, values: []float64{1.1, 1.3}, want: "not in each pass"},
		"at least, reached":     {target: report.Target{Least: 0.5}, values: []float64{0.5}, want: "yes"},
		"at least, not":         {target: report.Target{Least: 0.5}, values: []float64{0.4}, want: "no"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			figure := report.Figure{Target: test.target}
			for i, value := range test.values {
				figure.Values = append(figure.Values, report.Value{Pass: i + 1, Value: value})
			}
			if got := figure.Reached(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// twoPasses is a report of a table that was measured twice, with a figure that only the
// second pass has.
func twoPasses() *report.Report {
	r := &report.Report{Machine: report.Machine{CPU: "made up", Cores: 2}}
	table := report.Table{Name: "made-up", Title: "A made-up table"}
	for pass, ratio := range []float64{1.1, 1.3} {
		var result report.Result
		result.Add("ours", "theirs", ratio, report.Target{Most: 1.2})
		result.Lack("another", "it is not installed")
		result.Keep(map[string]measure.Summary{"ours": {N: 3, Median: time.Duration(pass+1) * time.Millisecond}})
		r.Merge(pass+1, table, result)
	}
	var late report.Result
	late.AddAmount("memory", "MiB", 12.34)
	r.Merge(2, table, late)
	return r
}

func TestMerge(t *testing.T) {
	r := twoPasses()
	if len(r.Tables) != 1 || len(r.Figures) != 2 || len(r.Absent) != 1 {
		t.Fatalf("%d tables, %d figures, %d absences", len(r.Tables), len(r.Figures), len(r.Absent))
	}
	if got := r.Figures[0].Values; len(got) != 2 || got[0] != (report.Value{Pass: 1, Value: 1.1}) || got[1] != (report.Value{Pass: 2, Value: 1.3}) {
		t.Errorf("the passes are %v", got)
	}
	if got := r.Raw["made-up"]["ours"]; len(got) != 2 || got[1].Median != 2*time.Millisecond {
		t.Errorf("the raw numbers are %v", got)
	}
}

func TestMarkdown(t *testing.T) {
	text := twoPasses().Markdown()
	for _, want := range []string{
		"## A made-up table",
		"| ours / theirs | 1.10   | 1.30     | at most 1.2 | not in each pass |",
		"| memory        |        | 12.3 MiB |             |                  |",
		"Not measured: another, because it is not installed.",
		"| ours | 2    | 3 |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	if err := twoPasses().Write(dir); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	var back report.Report
	if err := json.Unmarshal(raw, &back); err != nil || len(back.Figures) != 2 {
		t.Errorf("read back: %v, %+v", err, back)
	}
	if _, err := os.Stat(filepath.Join(dir, "results.md")); err != nil {
		t.Error(err)
	}
}
