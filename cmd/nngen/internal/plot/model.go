package plot

import (
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot/vg"

	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
)

// mostLayers is how many layers one picture can show.
const mostLayers = 300

// card is a layer or an input as it is drawn.
type card struct {
	name, kind, shape, params string
	input, output, frozen     bool
	learns                    bool // it has parameters
	reads                     []int
}

// cards are the inputs and the layers of a model, in the order in which they run.
func cards(p *loop.Program) []card {
	var list []card
	at := map[string]int{}
	if p.Encoding != nil {
		for _, f := range p.Encoding.Features {
			if f.OfRow() && f.Port < 0 { // for preprocessing layers
				at[f.Name] = len(list)
				list = append(list, card{name: f.Name, kind: "Input", shape: show.Shape([]int{f.Size}), input: true})
			}
		}
	}
	for _, in := range p.Inputs {
		if slices.ContainsFunc(p.Layers, func(l loop.Layer) bool { return l.Name == in.Name }) {
			continue // what a preprocessing layer gives
		}
		at[in.Name] = len(list)
		shape := show.Shape(in.Shape)
		if in.Ragged {
			shape = "(None, any)"
		}
		list = append(list, card{name: in.Name, kind: "Input", shape: shape, input: true})
	}
	for _, l := range p.Layers {
		c := card{name: l.Name, kind: l.Type, shape: show.Shape(l.Output), learns: l.Params > 0, frozen: l.Params > 0 && !l.Trainable}
		if c.learns {
			c.params = show.Count(l.Params) + " params"
		}
		if c.frozen {
			c.params = show.Count(l.Params) + " frozen"
		}
		if i, ok := at[l.Shared]; ok && list[i].learns {
			c.learns, c.frozen, c.params = true, list[i].frozen, "shared with "+show.Name(l.Shared)
		}
		for _, name := range l.Inputs {
			if i, ok := at[name]; ok {
				c.reads = append(c.reads, i)
			}
		}
		c.output = slices.ContainsFunc(p.Outputs, func(o loop.Port) bool { return o.Layer == l.Name })
		at[l.Name] = len(list)
		list = append(list, c)
	}
	return list
}

// CheckLayers reports a model that no picture can show.
func CheckLayers(file string, p *loop.Program) error {
	if n := len(p.Layers); n > mostLayers {
		return fmt.Errorf("%s: %s has %s layers; a picture of more than %d is not legible: nngen summary lists them", file, diag.Quote(p.Name), show.Count(n), mostLayers)
	}
	return nil
}

// Sizes in pixels, before the picture is fitted to its size.
const (
	cardHeight          = 62.0
	cardPad             = 16.0
	narrowest, widest   = 190.0, 360.0
	alongGap, acrossGap = 40.0, 30.0
	columnGap           = 64.0 // between columns
	smallestScale       = 0.75 // below it the picture grows instead
	largestScale        = 1.5
	modelMargin         = 36.0
	headHeight          = 92.0
)

var (
	cardName = lettering{size: 17, bold: true, colour: ink}
	cardText = lettering{size: 14, colour: soft}
)

// modelPicture draws the layers of a model.
type modelPicture struct {
	*Picture
	cards []card
	width float64 // of a card
	scale float64
}

// Layers draws the layers of a model, as "png" or "svg".
func (o Options) Layers(p *loop.Program, format string) *Picture {
	m := &modelPicture{Picture: newPicture(1, 1, format), cards: cards(p)}
	m.width = m.cardWidth()
	w, h := float64(o.Width), float64(o.Height)
	if o.Width == 0 {
		w = DefaultWidth
	}
	if o.Height == 0 {
		h = DefaultHeight
	}
	a := m.arrange(w-2*modelMargin, h-headHeight-modelMargin)
	if o.Width == 0 && a.scale < smallestScale {
		w = min(max(w, a.width*smallestScale+2*modelMargin), Largest)
	}
	if o.Height == 0 && a.scale < smallestScale {
		h = min(max(h, a.height*smallestScale+headHeight+modelMargin), Largest)
	}
	m.Picture = newPicture(w, h, format)
	m.scale = min((w-2*modelMargin)/a.width, (h-headHeight-modelMargin)/a.height, largestScale)
	m.head(o.Title, p)
	x := (w - a.width*m.scale) / 2
	y := headHeight + (h-headHeight-modelMargin-a.height*m.scale)/2
	at := func(q point) point { return point{x + q.x*m.scale, y + q.y*m.scale} }
	for _, e := range a.edges {
		m.edge(e, at)
	}
	for i, q := range a.places {
		m.card(m.cards[i], at(q))
	}
	return m.Picture
}

// arrange chooses how the cards are largest. Columns are only for what is small
// without them.
func (m *modelPicture) arrange(width, height float64) *arrangement {
	var best *arrangement
	for _, a := range m.arrangements() {
		a.scale = min(width/a.width, height/a.height, largestScale)
		if best == nil || a.scale > best.scale*1.05 && (!a.folded || best.scale < 1) {
			best = a
		}
	}
	return best
}

// cardWidth is what the longest text needs, within bounds.
func (m *modelPicture) cardWidth() float64 {
	width := narrowest
	for _, c := range m.cards {
		first := m.wide(cardName, show.Name(c.name)) + m.wide(cardText, c.kind)
		second := m.wide(cardText, c.shape) + m.wide(cardText, c.params)
		width = max(width, max(first, second)+2*cardPad+28)
	}
	return min(width, widest)
}

// colour is that of the bar of a card.
func (c card) colour() color.Color {
	switch {
	case c.input:
		return green
	case c.learns:
		return blue
	}
	return axis
}

// card draws a layer with its upper left corner at q.
func (m *modelPicture) card(c card, q point) {
	k := m.scale
	w, h := m.width*k, cardHeight*k
	fill, edge, thick := tint(c.colour(), 0.1), tint(c.colour(), 0.55), 1.2*k
	if c.output {
		edge, thick = vermillion, 2.6*k
	}
	m.box(q.x, q.y, w, h, 7*k, c.colour(), nil, 0) // of which a bar remains
	m.box(q.x+7*k, q.y, w-7*k, h, 7*k, fill, nil, 0)
	m.box(q.x+7*k, q.y, 10*k, h, 0, fill, nil, 0)
	if c.frozen {
		m.hatch(q.x+7*k, q.y, w-7*k, h)
	}
	m.box(q.x, q.y, w, h, 7*k, nil, edge, thick)
	name, text := cardName, cardText
	name.size, text.size = name.size*k, text.size*k
	inner := w - 2*cardPad*k
	line := func(left lettering, s string, right lettering, t string, y float64) {
		right.left = 1
		t = m.fitting(right, t, inner*0.6)
		s = m.fitting(left, s, inner-m.wide(right, t)-14*k)
		m.text(left, q.x+(cardPad+4)*k, y, s)
		m.text(right, q.x+w-(cardPad-4)*k, y, t)
	}
	line(name, show.Name(c.name), text, c.kind, q.y+25*k)
	line(text, c.shape, text, c.params, q.y+48*k)
}

// hatch marks a rectangle with thin lines.
func (m *modelPicture) hatch(x, y, w, h float64) {
	k := m.scale
	for d := 9 * k; d < w+h; d += 9 * k {
		x0, y0 := x+d, y
		if d > w {
			x0, y0 = x+w, y+d-w
		}
		x1, y1 := x, y+d
		if d > h {
			x1, y1 = x+d-h, y+h
		}
		m.stroke(tint(blue, 0.28), 1*k, nil, x0, y0, x1, y1)
	}
}

// edge draws an arrow through points: with round bends between ranks, or
// straight.
func (m *modelPicture) edge(e edge, at func(point) point) {
	k := m.scale
	last := e.points[len(e.points)-1]
	tip := at(last)
	head := 9 * k
	end := point{tip.x - head*0.8*e.along.x, tip.y - head*0.8*e.along.y}
	var path vg.Path
	from := at(e.points[0])
	path.Move(m.at(from.x, from.y))
	for i, q := range e.points[1:] {
		to := at(q)
		if i == len(e.points)-2 {
			to = end
		}
		if e.straight {
			path.Line(m.at(to.x, to.y))
		} else {
			dx, dy := (to.x-from.x)*0.5*e.along.x, (to.y-from.y)*0.5*e.along.y
			path.CubeTo(m.at(from.x+dx, from.y+dy), m.at(to.x-dx, to.y-dy), m.at(to.x, to.y))
		}
		from = to
	}
	line := rgb(0x7b8794)
	m.strokePath(line, 1.8*k, nil, path)
	var arrow vg.Path
	side := 0.5 * head
	arrow.Move(m.at(tip.x, tip.y))
	arrow.Line(m.at(tip.x-head*e.along.x+side*e.along.y, tip.y-head*e.along.y+side*e.along.x))
	arrow.Line(m.at(tip.x-head*e.along.x-side*e.along.y, tip.y-head*e.along.y-side*e.along.x))
	arrow.Close()
	m.canvas.SetColor(line)
	m.canvas.Fill(arrow)
}

// head prints the title, the sum of the parameters, and what the marks mean.
func (m *modelPicture) head(title string, p *loop.Program) {
	var trainable, fixed int
	for _, s := range p.Segments {
		if s.Role == block.Trainable {
			trainable += s.Len()
		} else {
			fixed += s.Len()
		}
	}
	sum := show.Count(trainable+fixed) + " parameters"
	if fixed > 0 {
		sum += fmt.Sprintf(", %s of them not trainable", show.Count(fixed))
	}
	big, text := lettering{size: 26, bold: true, colour: ink}, lettering{size: 15, colour: soft}
	m.text(big, modelMargin, 44, m.fitting(big, show.Name(title), m.Picture.width-2*modelMargin))
	x := modelMargin
	note := func(s string) {
		if x+m.wide(text, s) < m.Picture.width-modelMargin {
			m.text(text, x, 72, s)
		}
		x += m.wide(text, s) + 26
	}
	note(sum)
	for _, mark := range []struct {
		label string
		of    func(card) bool
		draw  func()
	}{
		{"input", func(c card) bool { return c.input }, func() { m.box(x, 59, 16, 16, 3, green, nil, 0) }},
		{"with parameters", func(c card) bool { return c.learns }, func() { m.box(x, 59, 16, 16, 3, blue, nil, 0) }},
		{"without", func(c card) bool { return !c.learns && !c.input }, func() { m.box(x, 59, 16, 16, 3, axis, nil, 0) }},
		{"output", func(c card) bool { return c.output }, func() { m.box(x+1, 60, 14, 14, 3, nil, vermillion, 2.6) }},
	} {
		if slices.ContainsFunc(m.cards, mark.of) && x+24+m.wide(text, mark.label) < m.Picture.width-modelMargin {
			mark.draw()
			x += 24
			note(mark.label)
		}
	}
}
