// Package chart draws the course of figures over epochs, as SVG text. It knows
// nothing of trainings.
package chart

import (
	"fmt"
	"math"
	"strings"
)

// Chart is what is drawn: one panel for the loss and one for every other figure,
// each with its training and its validation curve, and the best epoch.
type Chart struct {
	Epochs  []int
	Columns []Column
	Best    int    // index of the best epoch; -1: none
	Figure  string // the column by which it is best
}

// Column is the course of one figure; one whose name begins with "val_" is the
// validation of another.
type Column struct {
	Name   string
	Values []float64
}

// SVG draws the chart. The picture is self-contained and has a white background.
func (c *Chart) SVG() string {
	panels := c.panels()
	columns := min(len(panels), 2)
	rows := (len(panels) + 1) / 2
	p := &picture{
		width:  max(columns, 1)*panelWidth + 2*outerMargin,
		height: rows*panelHeight + legendHeight + outerMargin,
	}
	p.open()
	p.legend(panels)
	for _, column := range c.Columns {
		if c.Best >= 0 && column.Name == c.Figure {
			p.legendOfBest(c.Epochs[c.Best]+1, c.Figure, column.Values[c.Best])
		}
	}
	for i := range panels {
		x := outerMargin + i%2*panelWidth
		y := legendHeight + i/2*panelHeight
		p.panel(&panels[i], float64(x), float64(y), c.Epochs, c.Best)
	}
	p.b.WriteString("</svg>\n")
	return p.b.String()
}

// panel is one figure of the record: its course in training and validation.
type panel struct {
	name                 string
	training, validation []float64 // either may be nil
}

// panels returns the figures, the loss first, the others in alphabetical order.
func (c *Chart) panels() []panel {
	var all []panel
	at := map[string]int{}
	for _, column := range c.Columns {
		name, validation := strings.CutPrefix(column.Name, "val_")
		i, ok := at[name]
		if !ok {
			i = len(all)
			at[name] = i
			all = append(all, panel{name: name})
		}
		if validation {
			all[i].validation = column.Values
		} else {
			all[i].training = column.Values
		}
	}
	for i, p := range all {
		if p.name == "loss" {
			copy(all[1:i+1], all[:i])
			all[0] = p
			break
		}
	}
	return all
}

// Sizes in pixels.
const (
	panelWidth   = 370
	panelHeight  = 262
	outerMargin  = 18
	legendHeight = 44

	plotLeft   = 46 // room for the numbers of the y axis
	plotRight  = 58 // room for the last values
	plotTop    = 28 // room for the panel's name
	plotBottom = 50 // room for the x axis

	labelGap   = 13 // least distance between the last values
	mostPoints = 40 // a curve of more epochs is drawn without points
)

// Colours by Okabe and Ito (2008), which people with any form of colour blindness
// tell apart.
const (
	trainingColour   = "#0072b2"
	validationColour = "#d55e00"
)

// picture gathers the SVG text.
type picture struct {
	b             strings.Builder
	width, height int
	legendX       float64 // where the next entry of the legend begins
}

func (p *picture) printf(format string, args ...any) { fmt.Fprintf(&p.b, format, args...) }

func (p *picture) open() {
	p.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', sans-serif" font-size="11" fill="#52606d">`+"\n", p.width, p.height, p.width, p.height)
	p.printf(`<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", p.width, p.height)
}

// legend explains the two colours, where both occur.
func (p *picture) legend(panels []panel) {
	x, y := float64(outerMargin+plotLeft), 22.0
	var training, validation bool
	for _, q := range panels {
		training = training || q.training != nil
		validation = validation || q.validation != nil
	}
	entry := func(present bool, name, colour string, width float64) {
		if !present {
			return
		}
		p.printf(`<path d="M%.1f %.1fh18" stroke="%s" stroke-width="2" stroke-linecap="round"/><circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`, x, y, colour, x+9, y, colour)
		p.printf(`<text x="%.1f" y="%.1f" font-size="12" fill="#52606d">%s</text>`+"\n", x+25, y+4, name)
		x += width
	}
	entry(training, "training", trainingColour, 92)
	entry(validation, "validation", validationColour, 102)
	p.legendX = x
}

// legendOfBest explains the ring.
func (p *picture) legendOfBest(epoch int, figure string, value float64) {
	const y = 22.0
	p.ring(p.legendX+6, y, figureColour(figure))
	p.printf(`<text x="%.1f" y="%.1f" font-size="12" fill="#52606d">best epoch %d: %s %s</text>`+"\n", p.legendX+18, y+4, epoch, figure, endText(value))
}

// ring marks the best epoch.
func (p *picture) ring(x, y float64, colour string) {
	p.printf(`<circle cx="%.1f" cy="%.1f" r="4" fill="#ffffff" stroke="%s" stroke-width="2.2"/>`+"\n", x, y, colour)
}

// figureColour is that of the curve which a figure belongs to.
func figureColour(figure string) string {
	if strings.HasPrefix(figure, "val_") {
		return validationColour
	}
	return trainingColour
}

// panel draws one figure with its upper left corner at (x0, y0), and marks the
// best epoch.
func (p *picture) panel(q *panel, x0, y0 float64, epochs []int, best int) {
	left, right := x0+plotLeft, x0+panelWidth-plotRight
	top, bottom := y0+plotTop, y0+panelHeight-plotBottom
	p.printf(`<text x="%.1f" y="%.1f" font-size="13" font-weight="600" fill="#1f2933">%s</text>`+"\n", left, y0+14, escape(q.name))

	ticks := valueTicks(q.training, q.validation)
	low, high := ticks.values[0], ticks.values[len(ticks.values)-1]
	yOf := func(v float64) float64 { return bottom - (v-low)/(high-low)*(bottom-top) }
	for i, v := range ticks.values {
		colour := "#d9dee4"
		if i == 0 {
			colour = "#9aa5b1"
		}
		p.printf(`<path d="M%.1f %.1fH%.1f" stroke="%s"/>`, left, yOf(v), right, colour)
		p.printf(`<text x="%.1f" y="%.1f" text-anchor="end">%s</text>`+"\n", left-8, yOf(v)+4, ticks.label(v))
	}

	xOf := func(i int) float64 {
		if len(epochs) == 1 {
			return (left + right) / 2
		}
		return left + (right-left)*float64(i)/float64(len(epochs)-1)
	}
	step := epochStep(len(epochs))
	for i, e := range epochs {
		if n := e + 1; n%step == 0 || i == 0 && step > 1 && step-n > step/3 {
			p.printf(`<path d="M%.1f %.1fv4" stroke="#9aa5b1"/><text x="%.1f" y="%.1f" text-anchor="middle">%d</text>`+"\n", xOf(i), bottom, xOf(i), bottom+17, n)
		}
	}
	p.printf(`<text x="%.1f" y="%.1f" text-anchor="middle">epoch</text>`+"\n", (left+right)/2, bottom+33)

	if best >= 0 {
		p.printf(`<path d="M%.1f %.1fV%.1f" stroke="#9aa5b1" stroke-dasharray="3 3"/>`+"\n", xOf(best), top, bottom)
	}
	p.curve(q.training, trainingColour, xOf, yOf)
	p.curve(q.validation, validationColour, xOf, yOf)
	values, colour := q.validation, validationColour
	if values == nil {
		values, colour = q.training, trainingColour
	}
	if best >= 0 && Drawable(values[best]) {
		p.ring(xOf(best), yOf(values[best]), colour)
	}
	p.lastValues(q, right+9, top, bottom, yOf)
}

// curve draws one course; where a value cannot be drawn it is interrupted.
func (p *picture) curve(values []float64, colour string, xOf func(int) float64, yOf func(float64) float64) {
	var path, points strings.Builder
	pen := "M"
	for i, v := range values {
		if !Drawable(v) {
			pen = "M"
			continue
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", pen, xOf(i), yOf(v))
		pen = "L"
		if len(values) <= mostPoints {
			fmt.Fprintf(&points, `<circle cx="%.1f" cy="%.1f" r="2.6"/>`, xOf(i), yOf(v))
		}
	}
	if path.Len() == 0 {
		return
	}
	p.printf(`<path d="%s" fill="none" stroke="%s" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"/>`+"\n", path.String(), colour)
	if points.Len() > 0 {
		p.printf(`<g fill="%s">%s</g>`+"\n", colour, points.String())
	}
}

// lastValues prints where each curve ends, beside its end.
func (p *picture) lastValues(q *panel, x, top, bottom float64, yOf func(float64) float64) {
	type label struct {
		y      float64
		text   string
		colour string
	}
	var labels []label
	for _, c := range []struct {
		values []float64
		colour string
	}{{q.training, trainingColour}, {q.validation, validationColour}} {
		if len(c.values) == 0 {
			continue
		}
		v := c.values[len(c.values)-1]
		y := bottom
		if Drawable(v) {
			y = yOf(v)
		}
		labels = append(labels, label{y, endText(v), c.colour})
	}
	if len(labels) == 2 {
		upper, lower := &labels[0], &labels[1]
		if upper.y > lower.y {
			upper, lower = lower, upper
		}
		if missing := labelGap - (lower.y - upper.y); missing > 0 {
			upper.y -= missing / 2
			lower.y += missing / 2
		}
		if over := lower.y - bottom; over > 0 {
			lower.y -= over
			upper.y = min(upper.y, lower.y-labelGap)
		}
		if over := top - upper.y; over > 0 {
			upper.y += over
			lower.y = max(lower.y, upper.y+labelGap)
		}
	}
	for _, l := range labels {
		p.printf(`<text x="%.1f" y="%.1f" font-weight="600" fill="%s">%s</text>`+"\n", x, l.y+4, l.colour, l.text)
	}
}

// endText prints a last value in at most eight characters.
func endText(v float64) string {
	switch size := math.Abs(v); {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return strings.TrimPrefix(strings.ToLower(fmt.Sprint(v)), "+")
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

// escape makes a name safe inside XML text. Control characters, which XML does
// not allow at all, become spaces.
func escape(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0xFFFE || r == 0xFFFF {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, "\uFFFD"))
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(clean)
}
