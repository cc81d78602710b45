package plot

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
)

// panel is the plot of a column and its validation.
type panel struct {
	*plot.Plot
	in    *historyPicture
	marks []plot.Plotter // of the best epochs, over all curves
	ends  []end
}

// end is the last value of a curve, which is printed beside it.
type end struct {
	plotter.XY
	label string
	style text.Style
}

// panel draws a column into so many pixels.
func (p *historyPicture) panel(name string, width, height float64) *plot.Plot {
	q := &panel{Plot: p.axes(name, width, height), in: p}
	for i, h := range p.list {
		training, validation := h.Column(name), h.Column("val_"+name)
		q.curve(i, training, false, len(validation) == 0)
		q.curve(i, validation, true, true)
	}
	y := &q.Y
	if y.Min > y.Max {
		y.Min, y.Max = 0, 1
	}
	pad, size := 0.04*y.Max-0.04*y.Min, max(math.Abs(y.Min), math.Abs(y.Max))
	if pad <= max(1e-9*size, 1e-300) {
		pad = max(0.1*size, 1e-3)
	}
	y.Min, y.Max = y.Min-pad, y.Max+pad
	if at, _ := p.list[0].Best(); at >= 0 && len(p.list) == 1 {
		x := float64(p.list[0].Epochs[at] + 1)
		q.Add(&plotter.Line{XYs: plotter.XYs{{X: x, Y: y.Min}, {X: x, Y: y.Max}}, LineStyle: draw.LineStyle{Color: axis, Width: p.length(1.2), Dashes: []vg.Length{p.length(4), p.length(4)}}})
	}
	q.Add(q.marks...)
	q.Add(q.labels((y.Max - y.Min) * min(18*p.scale/height, 1)))
	return q.Plot
}

// axes makes a plot without data.
func (p *historyPicture) axes(name string, width, height float64) *plot.Plot {
	k := p.scale
	head, small := lettering{size: 18 * k, bold: true, colour: ink}, lettering{size: 14 * k, colour: soft}
	set := func(l lettering, x text.XAlignment, y text.YAlignment) text.Style {
		s := p.style(l)
		s.XAlign, s.YAlign = x, y
		return s
	}
	q := plot.New()
	q.Title.Text, q.Title.Padding, q.Title.TextStyle = p.fitting(head, show.Name(name), width-60*k), p.length(8), set(head, draw.XCenter, draw.YTop)
	q.X.Label.Text, q.X.Label.Padding, q.X.Label.TextStyle = "epoch", p.length(4), set(small, draw.XCenter, draw.YBottom)
	q.X.LineStyle = draw.LineStyle{Color: axis, Width: p.length(1.2)}
	q.X.Tick.LineStyle, q.X.Tick.Length, q.X.Tick.Label = q.X.LineStyle, p.length(5), set(small, draw.XCenter, draw.YTop)
	q.Y.LineStyle.Width, q.Y.Tick.Length, q.Y.Tick.Label = 0, 0, set(small, draw.XRight, draw.YCenter)
	q.X.Padding, q.Y.Padding = 0, 0
	q.X.Tick.Marker, q.Y.Tick.Marker = ticks(max(width/(50*k), 2), 1), ticks(max(height/(60*k), 2), 0)
	q.Add(&plotter.Grid{Horizontal: draw.LineStyle{Color: faint, Width: p.length(1)}})
	return q
}

// drawable reports whether a value has a place on an axis.
func drawable(v float64) bool { return math.Abs(v) <= 1e300 }

// curve draws values of history i; where one cannot be drawn the line is
// interrupted. Only a main curve has its best epoch marked.
func (q *panel) curve(i int, values []float64, validation, main bool) {
	h, style := q.in.list[i], q.in.line(i, validation)
	var run plotter.XYs
	for e, v := range values {
		at := plotter.XY{X: float64(h.Epochs[e] + 1), Y: v}
		if drawable(v) {
			run = append(run, at)
		}
		if len(run) > 0 && (!drawable(v) || e == len(values)-1) {
			q.Add(&plotter.Line{XYs: run, LineStyle: style})
			if len(run) == 1 || len(q.in.list) == 1 && len(values) <= 25 {
				q.Add(&plotter.Scatter{XYs: run, GlyphStyle: draw.GlyphStyle{Color: style.Color, Radius: q.in.length(3.2), Shape: draw.CircleGlyph{}}})
			}
			run = nil
		}
		if best, _ := h.Best(); e == best && main && drawable(v) {
			q.marks = append(q.marks, q.in.best(style.Color, at))
		}
		if e == len(values)-1 && (main || len(q.in.list) == 1) {
			q.ends = append(q.ends, end{at, fmt.Sprintf("%#.4g", v), q.in.style(lettering{size: 14 * q.in.scale, bold: true, colour: style.Color})})
		}
	}
}

// labels prints the last values at a distance that keeps them legible.
func (q *panel) labels(gap float64) *plotter.Labels {
	l := &plotter.Labels{Offset: vg.Point{X: q.in.length(10)}}
	for i, e := range q.ends {
		if !drawable(e.Y) {
			q.ends[i].Y, q.ends[i].label = q.Y.Min, "no number"
		}
	}
	slices.SortStableFunc(q.ends, func(a, b end) int { return cmp.Compare(b.Y, a.Y) })
	for i, e := range q.ends {
		y := max(e.Y, q.Y.Min+gap*float64(len(q.ends)-1-i))
		if i > 0 {
			y = min(y, l.XYs[i-1].Y-gap)
		}
		e.style.YAlign = draw.YCenter
		l.XYs = append(l.XYs, plotter.XY{X: q.X.Max, Y: max(y, q.Y.Min)})
		l.Labels, l.TextStyle = append(l.Labels, e.label), append(l.TextStyle, e.style)
	}
	return l
}

// ticks marks the multiples of 1, 2 or 5 times a power of ten, at most so many,
// and no less than least apart. Those of the library are three, and fractions of
// an epoch.
func ticks(most, least float64) plot.TickerFunc {
	return func(low, high float64) (marks []plot.Tick) {
		rough := max(high/most-low/most, least) // finite even of extreme values
		step := math.Pow(10, math.Floor(math.Log10(rough)))
		for i := 0; step < 0.999*rough; i++ {
			step *= []float64{2, 2.5, 2}[i%3]
		}
		digits := 1 + int(math.Ceil(math.Log10(max(math.Abs(low), math.Abs(high))/step)))
		for i := math.Ceil(low / step); i*step <= high; i++ {
			marks = append(marks, plot.Tick{Value: i * step, Label: strconv.FormatFloat(i*step, 'g', digits, 64)})
		}
		return marks
	}
}
