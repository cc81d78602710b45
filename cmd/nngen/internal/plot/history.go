package plot

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
)

// figure is one panel: a column of the histories with its validation.
type figure struct {
	name                 string
	training, validation [][]float64 // per history; nil where it has none
}

// mostFigures is how many panels are legible.
const mostFigures = 12

// figures are the panels of histories: the loss first, the others in
// alphabetical order.
func figures(list []*History) []figure {
	var all []figure
	for i, h := range list {
		for _, c := range h.Columns {
			name, validation := strings.CutPrefix(c.Name, "val_")
			at := slices.IndexFunc(all, func(f figure) bool { return f.name == name })
			if at < 0 {
				at = len(all)
				all = append(all, figure{name, make([][]float64, len(list)), make([][]float64, len(list))})
			}
			if validation {
				all[at].validation[i] = c.Values
			} else {
				all[at].training[i] = c.Values
			}
		}
	}
	rank := func(f figure) string {
		if f.name == "loss" {
			return ""
		}
		return f.name
	}
	slices.SortStableFunc(all, func(a, b figure) int { return strings.Compare(rank(a), rank(b)) })
	return all
}

// drawable reports whether a value has a place on an axis.
func drawable(v float64) bool { return math.Abs(v) <= 1e300 }

// historyPicture draws histories. Scale is how much larger than on 1280 by 720
// pixels everything is.
type historyPicture struct {
	*Picture
	list        []*History
	scale       float64
	first, last int // epochs
}

// History draws histories over one another, as "png" or "svg".
func (o Options) History(list []*History, format string) *Picture {
	width, height := o.Width, o.Height
	if width == 0 {
		width = DefaultWidth
	}
	if height == 0 {
		height = DefaultHeight
	}
	w, h := float64(width), float64(height)
	p := &historyPicture{
		Picture: newPicture(w, h, format), list: list,
		scale: min(max(min(w/DefaultWidth, h/DefaultHeight), 0.55), 3), first: math.MaxInt, last: math.MinInt,
	}
	for _, h := range list {
		for _, e := range h.Epochs {
			p.first, p.last = min(p.first, e), max(p.last, e)
		}
	}
	all := figures(list)
	shown := all[:min(len(all), mostFigures)]
	k := p.scale
	title := lettering{size: 26 * k, bold: true, colour: ink}
	p.text(title, 32*k, 46*k, p.fitting(title, show.Name(o.Title), w-64*k))
	top := p.legend(84 * k)
	bottom := h - 20*k
	if len(all) > len(shown) {
		note := lettering{size: 14 * k, colour: soft}
		p.text(note, 32*k, h-14*k, p.fitting(note, fmt.Sprintf("and %d more figures: %s, ...", len(all)-len(shown), show.Name(all[len(shown)].name)), w-64*k))
		bottom -= 22 * k
	}
	columns := arrange(len(shown), w, bottom-top)
	rows := (len(shown) + columns - 1) / columns
	pw, ph := (w-40*k)/float64(columns), (bottom-top)/float64(max(rows, 1))
	for i, f := range shown {
		p.panel(f, 20*k+float64(i%columns)*pw, top+float64(i/columns)*ph, pw, ph)
	}
	return p.Picture
}

// arrange is in how many columns n panels are largest, if they are to be half as
// wide again as high.
func arrange(n int, width, height float64) int {
	best, size := 1, 0.0
	for columns := 1; columns <= n; columns++ {
		rows := (n + columns - 1) / columns
		if s := min(width/float64(columns)/1.5, height/float64(rows)); s > size {
			best, size = columns, s
		}
	}
	return best
}

// colours are those of the training and of the validation curve of a history.
func (p *historyPicture) colours(i int) (training, validation color.Color) {
	if len(p.list) == 1 {
		return blue, vermillion
	}
	return palette[i], palette[i]
}

// dashes are those of training curves, which differ by colour where there is one
// history, and else by these.
func (p *historyPicture) dashes() []float64 {
	if len(p.list) == 1 {
		return nil
	}
	return []float64{7 * p.scale, 5 * p.scale}
}

// legend explains curves and marks, and breaks its lines. It returns where the
// panels may begin.
func (p *historyPicture) legend(y float64) float64 {
	k := p.scale
	l := lettering{size: 16 * k, colour: soft}
	x := 32 * k
	entry := func(label string, draw func(x, y float64)) {
		label = p.fitting(l, show.Name(label), p.width-110*k)
		w := 40*k + p.wide(l, label)
		if x > 32*k && x+w > p.width-32*k {
			x, y = 32*k, y+26*k
		}
		draw(x, y-5*k)
		p.text(l, x+40*k, y, label)
		x += w + 30*k
	}
	line := func(c color.Color, dashes []float64) func(x, y float64) {
		return func(x, y float64) { p.stroke(c, 3*k, dashes, x, y, x+30*k, y) }
	}
	validated := slices.ContainsFunc(figures(p.list), func(f figure) bool {
		return slices.ContainsFunc(f.validation, func(v []float64) bool { return v != nil })
	})
	if len(p.list) == 1 {
		entry("training", line(blue, nil))
		if validated {
			entry("validation", line(vermillion, nil))
		}
	} else {
		for i, h := range p.list {
			entry(h.name, line(palette[i], nil))
		}
		if validated {
			entry("validation", line(soft, nil))
			entry("training", line(soft, p.dashes()))
		}
	}
	for i, h := range p.list {
		at, name := h.Best()
		if at < 0 {
			continue
		}
		training, c := p.colours(i)
		if name == "loss" {
			c = training
		}
		label := fmt.Sprintf("best epoch %d: %s %s", h.Epochs[at]+1, name, endFigure(h.Column(name)[at]))
		if len(p.list) > 1 {
			label = h.name + ", " + label
		}
		entry(label, func(x, y float64) { p.disc(x+15*k, y, 6*k, c, true) })
	}
	return y + 14*k
}

// panel draws a figure into a rectangle.
func (p *historyPicture) panel(f figure, x0, y0, width, height float64) {
	k := p.scale
	small := lettering{size: 14 * k, colour: soft}
	head := lettering{size: 18 * k, bold: true, colour: ink}
	left, right := x0+64*k, x0+width-74*k
	top, bottom := y0+44*k, y0+height-50*k
	p.text(head, x0+14*k, y0+26*k, p.fitting(head, show.Name(f.name), width-28*k))

	low, high := span(f)
	yOf := func(v float64) float64 { return bottom - (v-low)/(high-low)*(bottom-top) }
	small.left = 1
	step, label := valueStep(low, high, max(int((bottom-top)/(50*k)), 3))
	for i := math.Ceil(low / step); i*step <= high; i++ {
		p.stroke(faint, 1*k, nil, left, yOf(i*step), right, yOf(i*step))
		p.text(small, left-10*k, yOf(i*step)+5*k, label(i*step))
	}
	p.stroke(axis, 1.2*k, nil, left, bottom, right, bottom)

	xOf := func(epoch int) float64 {
		if p.first >= p.last {
			return (left + right) / 2
		}
		return left + (right-left)*float64(epoch-p.first)/float64(p.last-p.first)
	}
	small.left = 0.5
	every := p.epochStep(small, right-left)
	for e := p.first; e <= p.last; e++ {
		if (e+1)%every == 0 || e == p.first && (every-(e+1)%every)*5 > 3*every {
			p.stroke(axis, 1.2*k, nil, xOf(e), bottom, xOf(e), bottom+5*k)
			p.text(small, xOf(e), bottom+20*k, strconv.Itoa(e+1))
		}
	}
	p.text(small, (left+right)/2, bottom+40*k, "epoch")

	var ends []endLabel
	for i, h := range p.list {
		training, validation := p.colours(i)
		at, _ := h.Best()
		if at >= 0 && len(p.list) == 1 {
			p.stroke(axis, 1.2*k, []float64{4 * k, 4 * k}, xOf(h.Epochs[at]), top, xOf(h.Epochs[at]), bottom)
		}
		for _, c := range []struct {
			values []float64
			colour color.Color
			dashes []float64
		}{{f.training[i], training, p.dashes()}, {f.validation[i], validation, nil}} {
			if len(c.values) == 0 {
				continue
			}
			p.curve(h.Epochs, c.values, c.colour, c.dashes, xOf, yOf)
			if v := c.values[len(c.values)-1]; len(p.list) == 1 || c.dashes == nil || f.validation[i] == nil {
				y := bottom
				if drawable(v) {
					y = yOf(v)
				}
				ends = append(ends, endLabel{y, endFigure(v), c.colour})
			}
		}
		marked, c := f.validation[i], validation
		if marked == nil {
			marked, c = f.training[i], training
		}
		if at >= 0 && marked != nil && drawable(marked[at]) {
			p.disc(xOf(h.Epochs[at]), yOf(marked[at]), 6*k, c, true)
		}
	}
	p.endLabels(ends, right+10*k, top, bottom)
}

// valueStep is a distance of about n labelled values, 1, 2 or 5 times a power of
// ten, and how they are printed.
func valueStep(low, high float64, n int) (step float64, label func(float64) string) {
	rough := high/float64(n) - low/float64(n) // which is finite even of extreme values
	power := math.Floor(math.Log10(rough))
	step = math.Pow(10, power+1)
	for _, m := range []float64{1, 2, 5} {
		if m*math.Pow(10, power) >= rough*0.999 {
			step = m * math.Pow(10, power)
			break
		}
	}
	decimals := max(int(math.Ceil(-math.Log10(step)-1e-9)), 0)
	largest := max(math.Abs(low), math.Abs(high))
	return step, func(v float64) string {
		switch {
		case math.Abs(v) < step/2:
			return "0"
		case largest >= 1e6 || decimals > 5:
			return strconv.FormatFloat(v, 'e', 1, 64)
		}
		return strconv.FormatFloat(v, 'f', decimals, 64)
	}
}

// epochStep is the distance of the labelled epochs.
func (p *historyPicture) epochStep(l lettering, width float64) int {
	room := max(int(width/(p.wide(l, strconv.Itoa(p.last+1))+26*p.scale)), 2)
	for step := 1; ; step *= 10 {
		for _, m := range []int{1, 2, 5} {
			if p.last-p.first < room*m*step {
				return m * step
			}
		}
	}
}

// span is what the axis of a figure covers: its values, and a little more.
func span(f figure) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, list := range [][][]float64{f.training, f.validation} {
		for _, values := range list {
			for _, v := range values {
				if drawable(v) {
					low, high = min(low, v), max(high, v)
				}
			}
		}
	}
	if low > high {
		return 0, 1
	}
	if pad := 0.04*high - 0.04*low; pad > 1e-9*max(math.Abs(low), math.Abs(high)) && pad > 1e-300 {
		return low - pad, high + pad
	}
	pad := max(0.1*math.Abs(low), 1e-3)
	return low - pad, high + pad
}

// curve draws one course; where a value cannot be drawn it is interrupted.
func (p *historyPicture) curve(epochs []int, values []float64, c color.Color, dashes []float64, xOf func(int) float64, yOf func(float64) float64) {
	k := p.scale
	var points []float64
	flush := func() {
		if len(points) > 2 {
			p.stroke(c, 2.6*k, dashes, points...)
		}
		points = nil
	}
	for i, v := range values[:min(len(values), len(epochs))] {
		if !drawable(v) {
			flush()
			continue
		}
		points = append(points, xOf(epochs[i]), yOf(v))
		alone := (i == 0 || !drawable(values[i-1])) && (i+1 == len(values) || !drawable(values[i+1]))
		if len(values) <= 25 && len(p.list) == 1 || alone {
			p.disc(xOf(epochs[i]), yOf(v), 3.2*k, c, false)
		}
	}
	flush()
}

// endLabel is the last value of a curve, beside its end.
type endLabel struct {
	y      float64
	text   string
	colour color.Color
}

// endLabels prints them at a distance that keeps them legible.
func (p *historyPicture) endLabels(labels []endLabel, x, top, bottom float64) {
	gap := 17 * p.scale
	slices.SortStableFunc(labels, func(a, b endLabel) int { return int(math.Copysign(1, a.y-b.y)) })
	for i := range labels { // down from the top, then up from the bottom
		labels[i].y = max(labels[i].y, top)
		if i > 0 {
			labels[i].y = max(labels[i].y, labels[i-1].y+gap)
		}
	}
	for i := len(labels) - 1; i >= 0; i-- {
		limit := bottom
		if i+1 < len(labels) {
			limit = labels[i+1].y - gap
		}
		labels[i].y = min(labels[i].y, limit)
	}
	for _, l := range labels {
		p.text(lettering{size: 14 * p.scale, bold: true, colour: l.colour}, x, l.y+5*p.scale, l.text)
	}
}

// endFigure prints a figure in at most eight characters.
func endFigure(v float64) string {
	switch size := math.Abs(v); {
	case math.IsNaN(v):
		return "no value"
	case v == 0:
		return "0"
	case size < 1e-3 || size >= 1e5:
		return fmt.Sprintf("%.1e", v)
	case size < 10:
		return fmt.Sprintf("%.4f", v)
	default:
		return fmt.Sprintf("%.5g", v)
	}
}
