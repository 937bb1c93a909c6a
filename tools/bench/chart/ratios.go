package chart

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Ratio is one line of a chart of ratios.
type Ratio struct {
	Name             string
	P25, Median, P75 float64
	Ours             bool
	Floor            bool // it is there as the least there can be
}

// Ratios draws ratios below each other, the least on top, on a logarithmic scale: a box from
// the lower to the upper quartile, and the median in it. Where limit is not 0 a dashed line
// shows it.
//
// What the axis says belongs into the title: gonum makes room for the name of a logarithmic
// axis where it does not stand.
func Ratios(path, title string, ratios []Ratio, limit float64) error {
	ratios = slices.Clone(ratios)
	slices.SortFunc(ratios, func(a, b Ratio) int { return compare(b.Median, a.Median) }) // upwards
	names := make([]string, len(ratios))
	for i, ratio := range ratios {
		names[i] = ratio.Name
	}
	height := vg.Points(float64(94 + 24*len(ratios)))
	return save(path, vg.Points(720), height, func(canvas draw.Canvas) {
		p := blank(title, "", "")
		p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.TickerFunc(steps)
		p.NominalY(names...)
		p.Y.Tick.Label.YAlign = text.YCenter
		p.Add(boxes{ratios: ratios, limit: limit})
		// What Add found is the data's: there must be room for the numbers beside it.
		p.X.Min, p.X.Max = p.X.Min/1.25, p.X.Max*2.2
		p.Y.Min, p.Y.Max = -0.6, float64(len(ratios))-0.4
		p.Draw(draw.Crop(canvas, vg.Points(8), -vg.Points(12), vg.Points(8), -vg.Points(14)))
	})
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

// steps marks a logarithmic axis at 1, 2 and 5 of each power of ten.
func steps(least, most float64) []plot.Tick {
	var ticks []plot.Tick
	for power := 0.001; power <= most; power *= 10 {
		for _, digit := range []float64{1, 2, 5} {
			if value := digit * power; value >= least && value <= most {
				ticks = append(ticks, plot.Tick{Value: value, Label: fmt.Sprintf("%.3g", value)})
			}
		}
	}
	return ticks
}

// boxes draws the lines of a chart of ratios.
type boxes struct {
	ratios []Ratio
	limit  float64
}

// Plot implements plot.Plotter.
func (b boxes) Plot(canvas draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&canvas)
	for _, tick := range steps(p.X.Min, p.X.Max) {
		canvas.StrokeLine2(draw.LineStyle{Color: gridColor, Width: vg.Points(0.5)},
			toX(tick.Value), canvas.Min.Y, toX(tick.Value), canvas.Max.Y)
	}
	canvas.StrokeLine2(draw.LineStyle{Color: floorColor, Width: vg.Points(1)}, toX(1), canvas.Min.Y, toX(1), canvas.Max.Y)
	if b.limit > 0 {
		dashed := draw.LineStyle{Color: oursColor, Width: vg.Points(1), Dashes: []vg.Length{vg.Points(3), vg.Points(3)}}
		canvas.StrokeLine2(dashed, toX(b.limit), canvas.Min.Y, toX(b.limit), canvas.Max.Y)
	}
	for i, ratio := range b.ratios {
		fill := otherColor
		switch {
		case ratio.Ours:
			fill = oursColor
		case ratio.Floor:
			fill = floorColor
		}
		middle, half := toY(float64(i)), vg.Points(6)
		left, right := toX(ratio.P25), toX(ratio.P75)
		canvas.FillPolygon(fill, []vg.Point{
			{X: left, Y: middle - half}, {X: right, Y: middle - half}, {X: right, Y: middle + half}, {X: left, Y: middle + half},
		})
		at := toX(ratio.Median)
		canvas.StrokeLine2(draw.LineStyle{Color: inkColor, Width: vg.Points(2)}, at, middle-half-1, at, middle+half+1)
		canvas.FillText(style(9), vg.Point{X: max(right, at) + vg.Points(5), Y: middle + vg.Points(1)}, fmt.Sprintf("%.3g", ratio.Median))
	}
}

// DataRange implements plot.DataRanger.
func (b boxes) DataRange() (left, right, bottom, top float64) {
	left, right = 1, 1
	for _, ratio := range b.ratios {
		left, right = min(left, ratio.P25), max(right, ratio.P75)
	}
	return left, right, 0, float64(len(b.ratios) - 1)
}
