package chart_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/bento-cred/bento-cred/tools/bench/chart"
)

// pictures makes sure that there is a picture of each kind at path.
func pictures(t *testing.T, path string) {
	t.Helper()
	for ending, begin := range map[string]string{".png": "\x89PNG", ".svg": "<?xml"} {
		data, err := os.ReadFile(path + ending)
		if err != nil || !bytes.HasPrefix(data, []byte(begin)) {
			t.Errorf("%s: %v, begins %.20q", path+ending, err, data)
		}
	}
}

func TestRatios(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ratios")
	ratios := []chart.Ratio{
		{Name: "least", P25: 0.35, Median: 0.4, P75: 0.5, Floor: true},
		{Name: "most", P25: 390, Median: 400, P75: 480},
		{Name: "ours", P25: 1.1, Median: 1.2, P75: 1.3, Ours: true},
	}
	if err := chart.Ratios(path, "Made up\ntimes nothing", ratios, 1.2); err != nil {
		t.Fatal(err)
	}
	pictures(t, path)
}

func TestGrowth(t *testing.T) {
	path := filepath.Join(t.TempDir(), "growth")
	panel := chart.Panel{Title: "Made up", Axis: "things", Lines: []chart.Line{
		{Name: "flat", Points: []chart.Point{{1, 4e4}, {10, 4.1e4}, {100, 4e4}}},
		{Name: "steep", Points: []chart.Point{{1, 2e7}, {10, 2e8}, {100, 2e9}}},
		{Name: "empty"},
	}}
	if err := chart.Growth(path, []chart.Panel{panel, panel}); err != nil {
		t.Fatal(err)
	}
	pictures(t, path)
}
