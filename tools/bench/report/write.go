package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Write writes the report into dir: results.md and results.json.
func (r *Report) Write(dir string) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the raw numbers: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "results.json"), append(raw, '\n'), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "results.md"), []byte(r.Markdown()), 0o600)
}

// Markdown returns the report as text that is Markdown as well.
func (r *Report) Markdown() string {
	var b strings.Builder
	b.WriteString("# What bento-cred costs\n\n")
	m := r.Machine
	fmt.Fprintf(&b, "%s, commit %s. %s, %d cores, %s, %s. Load before: %s.\n", m.Date, m.Commit, m.CPU, m.Cores, m.Kernel, m.Go, m.Load)
	b.WriteString("Each ratio is of medians of one run, in which all took turns in a new order each round; the whole run was made\n" +
		"as often as there are columns.\n")
	for _, table := range r.Tables {
		fmt.Fprintf(&b, "\n## %s\n\n", table.Title)
		b.WriteString(grid(r.figureRows(table)))
		for _, absence := range r.Absent {
			if absence.Table == table.Name {
				fmt.Fprintf(&b, "\nNot measured: %s, because %s.\n", absence.Name, absence.Why)
			}
		}
		if rows := rawRows(r.Raw[table.Name]); len(rows) > 1 {
			b.WriteString("\n" + grid(rows))
		}
	}
	return b.String()
}

// figureRows returns the lines of a table, the head first.
func (r *Report) figureRows(table Table) [][]string {
	var figures []Figure
	passes := 0
	for _, figure := range r.Figures {
		if figure.Table == table.Name {
			figures = append(figures, figure)
			for _, value := range figure.Values {
				passes = max(passes, value.Pass)
			}
		}
	}
	head := []string{"figure"}
	for pass := range passes {
		head = append(head, fmt.Sprintf("pass %d", pass+1))
	}
	rows := [][]string{append(head, "target", "reached")}
	for _, figure := range figures {
		row := make([]string, 1+passes, 3+passes)
		row[0] = figure.title()
		for _, value := range figure.Values {
			row[value.Pass] = figure.format(value.Value)
		}
		rows = append(rows, append(row, figure.Target.text(), figure.Reached()))
	}
	return rows
}

func (f Figure) title() string {
	if f.Base == "" {
		return f.Name
	}
	return f.Name + " / " + f.Base
}

// format writes a value with three digits that count, and its unit.
func (f Figure) format(value float64) string {
	digits := 0
	if size := math.Abs(value); size > 0 && size < 100 {
		digits = max(0, 2-int(math.Floor(math.Log10(size))))
	}
	text := fmt.Sprintf("%.*f", min(digits, 3), value)
	if f.Unit == "" {
		return text
	}
	return text + " " + f.Unit
}

func (t Target) text() string {
	switch {
	case t.Least > 0:
		return fmt.Sprintf("at least %g", t.Least)
	case t.Most > 0:
		return fmt.Sprintf("at most %g", t.Most)
	default:
		return ""
	}
}

// rawRows returns the raw numbers of a table, one line for each case and pass, in the order
// of the medians of the first.
func rawRows(raw map[string][]Measured) [][]string {
	rows := [][]string{{"raw", "pass", "n", "min", "p25", "median", "p75", "p99", "CPU", "faults"}}
	names := slices.SortedFunc(maps.Keys(raw), func(a, b string) int {
		if order := int(raw[a][0].Median - raw[b][0].Median); order != 0 {
			return order
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		for _, s := range raw[name] {
			cost, faults := "", ""
			if s.CPU > 0 {
				cost, faults = short(s.CPU), fmt.Sprint(s.Faults)
			}
			rows = append(rows, []string{
				name, fmt.Sprint(s.Pass), fmt.Sprint(s.N),
				short(s.Min), short(s.P25), short(s.Median), short(s.P75), short(s.P99), cost, faults,
			})
		}
	}
	return rows
}

// short writes a duration as its size asks for.
func short(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.2f ms", d.Seconds()*1e3)
	default:
		return fmt.Sprintf("%.1f µs", d.Seconds()*1e6)
	}
}

// grid writes rows, the first of which is the head, as a table of Markdown whose columns
// stand below each other. A short row is filled up.
func grid(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	for at, row := range rows {
		for i, width := range widths {
			cell := ""
			if i < len(row) {
				cell = row[i]
			}
			fmt.Fprintf(&b, "| %s%s ", cell, strings.Repeat(" ", width-len([]rune(cell))))
		}
		b.WriteString("|\n")
		if at > 0 {
			continue
		}
		for _, width := range widths {
			b.WriteString("|" + strings.Repeat("-", width+2))
		}
		b.WriteString("|\n")
	}
	return b.String()
}
