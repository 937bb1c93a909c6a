package chart

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Point is what something took when there was so much of something.
type Point struct{ N, Nanoseconds float64 }

// Line is how one cost grows.
type Line struct {
	Name   string
	Points []Point
}

// Panel is what grows with one thing.
type Panel struct {
	Title, Axis string
	Lines       []Line
}

// Growth draws panels beside each other, all with the same logarithmic scales: what is flat
// is level, and what is linear rises by a power of ten with each power of ten.
func Growth(path string, panels []Panel) error {
	least, most := math.Inf(1), 0.0
	for _, panel := range panels {
		for _, line := range panel.Lines {
			for _, point := range line.Points {
				least, most = min(least, point.Nanoseconds), max(most, point.Nanoseconds)
			}
		}
	}
	width := vg.Points(float64(400 * len(panels)))
	return save(path, width, vg.Points(360), func(canvas draw.Canvas) {
		each := (canvas.Max.X - canvas.Min.X) / vg.Length(len(panels))
		for i, panel := range panels {
			p := panel.plot()
			p.Y.Min, p.Y.Max = least/2.5, most*2.5 // there is room for the names
			part := canvas
			part.Min.X += each * vg.Length(i)
			part.Max.X = part.Min.X + each
			p.Draw(draw.Crop(part, vg.Points(8), -vg.Points(16), vg.Points(8), -vg.Points(14)))
		}
	})
}

func (panel Panel) plot() *plot.Plot {
	p := blank(panel.Title, panel.Axis, "")
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.TickerFunc(powersOf(func(v float64) string { return fmt.Sprintf("%g", v) }))
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.TickerFunc(powersOf(short))
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = gridColor, gridColor
	p.Add(grid)
	for i, line := range panel.Lines {
		p.Add(line.plotters(i)...)
	}
	return p
}

// plotters returns what draws the nth line.
func (l Line) plotters(n int) []plot.Plotter {
	points := make(plotter.XYs, len(l.Points))
	for i, point := range l.Points {
		points[i] = plotter.XY{X: point.N, Y: point.Nanoseconds}
	}
	strokes := []draw.LineStyle{
		{Color: otherColor, Width: vg.Points(1.8)},
		{Color: oursColor, Width: vg.Points(1.8)},
		{Color: floorColor, Width: vg.Points(1.8), Dashes: []vg.Length{vg.Points(5), vg.Points(3)}},
	}
	stroke := strokes[n%len(strokes)]
	line := &plotter.Line{XYs: points, LineStyle: stroke}
	marks := &plotter.Scatter{XYs: points, GlyphStyle: draw.GlyphStyle{
		Color: stroke.Color, Radius: vg.Points(2.6), Shape: draw.CircleGlyph{},
	}}
	return []plot.Plotter{line, marks, name{line: l, below: n == 0}}
}

// powersOf marks a logarithmic axis at the powers of ten.
func powersOf(label func(float64) string) func(least, most float64) []plot.Tick {
	return func(least, most float64) []plot.Tick {
		var ticks []plot.Tick
		for power := 1.0; power <= most; power *= 10 {
			if power >= least {
				ticks = append(ticks, plot.Tick{Value: power, Label: label(power)})
			}
		}
		return ticks
	}
}

// name writes what a line is, and its last value, at its end.
type name struct {
	line  Line
	below bool // the first line is the lowest one, and its name has room below
}

// Plot implements plot.Plotter.
func (n name) Plot(canvas draw.Canvas, p *plot.Plot) {
	if len(n.line.Points) == 0 {
		return
	}
	toX, toY := p.Transforms(&canvas)
	last := n.line.Points[len(n.line.Points)-1]
	up := vg.Points(12)
	if n.below {
		up = -up
	}
	ends := style(9)
	ends.XAlign = text.XRight // for beyond the end is the edge
	at := vg.Point{X: toX(last.N), Y: toY(last.Nanoseconds) + up}
	canvas.FillText(ends, at, n.line.Name+": "+short(last.Nanoseconds))
}
