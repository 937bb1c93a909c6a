// Package report holds what a run measured, and writes it: a table for people, and the raw
// numbers for programs.
package report

import (
	"slices"

	"github.com/bento-cred/bento-cred/tools/bench/measure"
)

// Target is what a figure is to be. The zero Target is none: the figure is there to compare.
type Target struct {
	Most  float64 `json:"most,omitempty"`
	Least float64 `json:"least,omitempty"`
}

// reached reports whether a value is what it is to be.
func (t Target) reached(value float64) bool {
	if t.Least > 0 {
		return value >= t.Least
	}
	return value <= t.Most
}

// Figure is one line of the report.
type Figure struct {
	Table string `json:"table"`
	Name  string `json:"name"`
	// Base is what the figure is a ratio to; empty for what is no ratio.
	Base   string  `json:"base,omitempty"`
	Unit   string  `json:"unit,omitempty"` // of what is no ratio
	Values []Value `json:"values"`
	Target Target  `json:"target"`
}

// Value is a figure as one pass measured it. A pass that was broken off has none.
type Value struct {
	Pass  int     `json:"pass"` // from 1
	Value float64 `json:"value"`
}

// Reached says in words whether the target was reached; nothing where there is none.
func (f Figure) Reached() string {
	if f.Target == (Target{}) {
		return ""
	}
	reached := 0
	for _, value := range f.Values {
		if f.Target.reached(value.Value) {
			reached++
		}
	}
	switch reached {
	case len(f.Values):
		return "yes"
	case 0:
		return "no"
	default:
		return "not in each pass"
	}
}

// Absence is what could not be measured, and why.
type Absence struct {
	Table string `json:"table"`
	Name  string `json:"name"`
	Why   string `json:"why"`
}

// Result is what one pass of one table measured.
type Result struct {
	Figures []Figure
	Absent  []Absence
	Raw     map[string]measure.Summary
}

// Add adds a figure of one pass.
func (r *Result) Add(name, base string, value float64, target Target) {
	r.Figures = append(r.Figures, Figure{Name: name, Base: base, Values: []Value{{Value: value}}, Target: target})
}

// AddAmount adds a figure of one pass that is no ratio.
func (r *Result) AddAmount(name, unit string, value float64) {
	r.Figures = append(r.Figures, Figure{Name: name, Unit: unit, Values: []Value{{Value: value}}})
}

// Lack says that something could not be measured.
func (r *Result) Lack(name, why string) {
	r.Absent = append(r.Absent, Absence{Name: name, Why: why})
}

// Keep keeps the raw numbers behind the figures.
func (r *Result) Keep(summaries map[string]measure.Summary) {
	if r.Raw == nil {
		r.Raw = make(map[string]measure.Summary)
	}
	for name, summary := range summaries {
		r.Raw[name] = summary
	}
}

// Report is what a run measured.
type Report struct {
	Machine Machine   `json:"machine"`
	Tables  []Table   `json:"tables"`
	Figures []Figure  `json:"figures"`
	Absent  []Absence `json:"absent"`
	// Raw has, of each table and each case, what each pass measured.
	Raw map[string]map[string][]Measured `json:"raw"`
}

// Measured is what one pass measured of one case.
type Measured struct {
	Pass int `json:"pass"` // from 1
	measure.Summary
}

// Table is a group of figures.
type Table struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// Merge adds what a pass, from 1, of a table measured.
func (r *Report) Merge(pass int, table Table, result Result) {
	if !slices.Contains(r.Tables, table) {
		r.Tables = append(r.Tables, table)
	}
	for _, figure := range result.Figures {
		figure.Table = table.Name
		for i := range figure.Values {
			figure.Values[i].Pass = pass
		}
		r.mergeFigure(figure)
	}
	for _, absence := range result.Absent {
		absence.Table = table.Name
		if !slices.Contains(r.Absent, absence) {
			r.Absent = append(r.Absent, absence)
		}
	}
	if r.Raw == nil {
		r.Raw = make(map[string]map[string][]Measured)
	}
	if r.Raw[table.Name] == nil {
		r.Raw[table.Name] = make(map[string][]Measured)
	}
	for name, summary := range result.Raw {
		r.Raw[table.Name][name] = append(r.Raw[table.Name][name], Measured{pass, summary})
	}
}

func (r *Report) mergeFigure(figure Figure) {
	for i, known := range r.Figures {
		if known.Table == figure.Table && known.Name == figure.Name && known.Base == figure.Base {
			r.Figures[i].Values = append(known.Values, figure.Values...)
			return
		}
	}
	r.Figures = append(r.Figures, figure)
}
