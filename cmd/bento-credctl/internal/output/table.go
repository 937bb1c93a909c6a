package output

import (
	"cmp"
	"strings"
	"unicode/utf8"
)

// Style says what a piece of text means, and so its colour.
type Style int

// The styles.
const (
	Plain Style = iota
	Strong
	Faint
	Good
	Warning
	Bad
)

// escapes are the styles as a terminal takes them: the sixteen colours every theme
// has, so that they can be read on any background.
var escapes = [...]string{Plain: "", Strong: "1", Faint: "2", Good: "32", Warning: "33", Bad: "31"}

// Cell is one piece of text in a view.
type Cell struct {
	Text  string
	Style Style
}

// Text returns a Cell without a style.
func Text(text string) Cell { return Cell{Text: text} }

// Field is a named value. One without a name goes on with the value before it.
type Field struct {
	Name  string
	Value Cell
}

// View is an answer as a person reads it: named values, then a table or blocks of more
// named values, then warnings.
type View struct {
	Fields []Field
	// Name says what a row of the table is, in plain lines that follow fields.
	Name   string
	Header []string
	Rows   [][]Cell
	// Empty is what a person is told, on a terminal, in place of a table without rows.
	Empty string
	// Plain are the plain lines, where they are others than fields and rows would make.
	Plain [][]Cell
	// Blocks are what a person reads in place of the table: one for each thing of which
	// more is known than fits into a row. Programs get the rows.
	Blocks [][]Field
	// Warnings are what a person should know beside the answer.
	Warnings []string
}

// Add appends a field unless its text is empty.
func (v *View) Add(name string, value Cell) {
	if value.Text != "" {
		v.Fields = append(v.Fields, Field{name, value})
	}
}

// columnGap is the space between two columns.
const columnGap = "  "

func (p Printer) render(view View) string {
	if p.Format == plain || p.Format == Auto && !p.Terminal {
		return p.plainLines(view)
	}
	var parts []string
	part := func(write func(*strings.Builder)) {
		var b strings.Builder
		write(&b)
		parts = append(parts, b.String())
	}
	if len(view.Fields) > 0 {
		part(func(b *strings.Builder) { p.writeFields(b, view.Fields) })
	}
	blocks := view.Blocks
	switch {
	case len(blocks) > 0:
	case len(view.Rows) > 0 && p.fits(view):
		part(func(b *strings.Builder) { p.writeRows(b, withHeader(view)) })
	case len(view.Rows) > 0:
		blocks = rowBlocks(view)
	case view.Empty != "":
		parts = append(parts, view.Empty+"\n")
	}
	for _, block := range blocks {
		part(func(b *strings.Builder) { p.writeFields(b, block) })
	}
	if len(view.Warnings) > 0 {
		part(func(b *strings.Builder) { p.writeWarnings(b, view.Warnings) })
	}
	return strings.Join(parts, "\n")
}

// withHeader returns the table of view with its header.
func withHeader(view View) [][]Cell {
	header := make([]Cell, len(view.Header))
	for i, title := range view.Header {
		header[i] = Cell{title, Faint}
	}
	return append([][]Cell{header}, view.Rows...)
}

// fits reports whether the table of view fits into the terminal.
func (p Printer) fits(view View) bool {
	if p.Width <= 0 {
		return true
	}
	width := -len(columnGap)
	for _, column := range columnWidths(withHeader(view)) {
		width += column + len(columnGap)
	}
	return width <= p.Width
}

// rowBlocks turns the rows of a table that is too wide into blocks: a line a column, as
// psql does it. A column without a title is a mark of its row, and says nothing alone.
func rowBlocks(view View) [][]Field {
	blocks := make([][]Field, 0, len(view.Rows))
	for _, row := range view.Rows {
		var block View
		mark := ""
		for i, cell := range row {
			if view.Header[i] == "" {
				mark += cell.Text
				continue
			}
			if mark != "" {
				cell.Text += " " + mark
				mark = ""
			}
			block.Add(strings.ToLower(view.Header[i]), cell)
		}
		blocks = append(blocks, block.Fields)
	}
	return blocks
}

// writeWarnings writes a line for each warning.
func (p Printer) writeWarnings(b *strings.Builder, warnings []string) {
	for _, warning := range warnings {
		b.WriteString(p.Paint(Warning, "warning: "+Clean(warning)) + "\n")
	}
}

// plainLines writes the view for programs: what the lines of a field or a row have in
// common is their first word.
func (p Printer) plainLines(view View) string {
	rows := view.Plain
	if rows == nil {
		rows = plainRows(view)
	}
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(Clean(cell.Text))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func plainRows(view View) [][]Cell {
	var rows [][]Cell
	name := ""
	for _, field := range view.Fields {
		name = cmp.Or(field.Name, name)
		rows = append(rows, []Cell{Text(name), field.Value})
	}
	for _, row := range view.Rows {
		if len(view.Fields) > 0 {
			row = append([]Cell{Text(view.Name)}, row...)
		}
		rows = append(rows, row)
	}
	for _, warning := range view.Warnings {
		rows = append(rows, []Cell{Text("warning"), Text(warning)})
	}
	return rows
}

// writeFields writes the fields in two columns.
func (p Printer) writeFields(b *strings.Builder, fields []Field) {
	rows := make([][]Cell, 0, len(fields))
	for _, field := range fields {
		rows = append(rows, []Cell{{field.Name, Strong}, field.Value})
	}
	p.writeRows(b, rows)
}

// columnWidths returns how wide the columns of rows must be.
func columnWidths(rows [][]Cell) []int {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(Clean(cell.Text)))
		}
	}
	return widths
}

func (p Printer) writeRows(b *strings.Builder, rows [][]Cell) {
	widths := columnWidths(rows)
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			text := Clean(cell.Text)
			line.WriteString(p.Paint(cell.Style, text))
			line.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text)) + columnGap)
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// Paint returns text in the colour of style, where there are colours.
func (p Printer) Paint(style Style, text string) string {
	if !p.Colour || style == Plain || text == "" {
		return text
	}
	return "\x1b[" + escapes[style] + "m" + text + "\x1b[0m"
}
