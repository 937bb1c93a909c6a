// Package chart draws what was measured, as PNG to look at and as SVG to put into documents.
package chart

import (
	"errors"
	"fmt"
	"image/color"
	"io"
	"os"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// The colours: one for what is ours, one for what it is compared with, and greys.
var (
	oursColor  = color.NRGBA{R: 0xD5, G: 0x5E, B: 0x00, A: 0xFF}
	otherColor = color.NRGBA{R: 0x56, G: 0x8C, B: 0xB4, A: 0xFF}
	floorColor = color.NRGBA{R: 0x99, G: 0x99, B: 0x99, A: 0xFF}
	gridColor  = color.NRGBA{R: 0xE4, G: 0xE4, B: 0xE4, A: 0xFF}
	inkColor   = color.NRGBA{R: 0x22, G: 0x22, B: 0x22, A: 0xFF}
)

// dots is the resolution of a PNG.
const dots = 144

// sheet is what can be drawn on and written to a file.
type sheet interface {
	vg.CanvasSizer
	io.WriterTo
}

// save draws a picture of that size twice: at path.png and path.svg.
func save(path string, width, height vg.Length, picture func(draw.Canvas)) error {
	sheets := map[string]sheet{
		".png": vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dots))},
		".svg": vgsvg.New(width, height),
	}
	for ending, on := range sheets {
		picture(draw.New(on))
		file, err := os.Create(path + ending)
		if err != nil {
			return err
		}
		_, err = on.WriteTo(file)
		if err := errors.Join(err, file.Close()); err != nil {
			return fmt.Errorf("writing %s: %w", path+ending, err)
		}
	}
	return nil
}

// style is how text of that size looks.
func style(size vg.Length) text.Style {
	return text.Style{
		Color:   inkColor,
		Font:    font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, size),
		Handler: plot.DefaultTextHandler,
		XAlign:  text.XLeft,
		YAlign:  text.YCenter,
	}
}

// blank returns a plot with a title and the names of its axes.
func blank(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.TextStyle, p.Title.Padding = style(11), vg.Points(8)
	p.Title.TextStyle.XAlign = text.XCenter
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle = style(9)
		axis.Label.TextStyle.XAlign = text.XCenter
		axis.Tick.Label.Font = style(9).Font
		axis.Tick.Label.Color = inkColor
		axis.Color, axis.Tick.Color = floorColor, floorColor
	}
	p.Legend.TextStyle = style(9)
	return p
}

// short writes a time with the unit that its size asks for.
func short(nanoseconds float64) string {
	switch d := time.Duration(nanoseconds); {
	case d >= time.Second:
		return fmt.Sprintf("%.3g s", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.3g ms", d.Seconds()*1e3)
	default:
		return fmt.Sprintf("%.3g µs", d.Seconds()*1e6)
	}
}
