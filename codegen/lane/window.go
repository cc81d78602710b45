package lane

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// pool prints windows: for every position of the result, its taps around a loop
// over the channels.
type pool struct {
	*printer
	w           *loop.Window
	vec         int // the channels, -1: there is one
	outer, taps []int
	variable    int // terms that a variable in single precision takes
}

// The operands of windows. A gradient is written for what the window read; what
// flows in has the place of the window's result.
const (
	written = iota
	read
	compared
)

// fewTaps is how many taps are compared by a switch.
const fewTaps = 4

// WindowForm reads a window with these accesses.
func WindowForm(w *loop.Window, rows int, accs ...loop.Access) *Form {
	var clips []loop.Clip
	for _, s := range w.Space {
		clips = append(clips, loop.Clip{Offset: -s.Pad, Size: s.Size,
			Terms: []loop.ClipTerm{{Axis: s.Outer, Coef: s.Stride}, {Axis: len(w.Outer) + s.Tap, Coef: s.Dilation}}})
	}
	return Read(w.Axes(), len(w.Outer), accs, clips, rows, Literals{})
}

// Channels is the axis along which a window's operands are contiguous; -1: there
// is none.
func (f *Form) Channels() int {
	for at, a := range f.Axes {
		if !a.Reduced && !a.Rows && !f.Tied(at) && !slices.ContainsFunc(a.Steps, func(s gotree.Number) bool { return !s.Is(1) }) {
			return at
		}
	}
	return -1
}

func newPool(k Kernel, w *loop.Window, f *Form, sums Sums) *pool {
	p := &pool{printer: newPrinter(k, f), w: w, vec: f.Channels(), variable: sums.Variable}
	for at, a := range f.Axes {
		switch {
		case at == p.vec:
		case a.Reduced:
			p.taps = append(p.taps, at)
		case a.Rows:
			p.outer = slices.Insert(p.outer, 0, at)
		default:
			p.outer = append(p.outer, at)
		}
	}
	return p
}

// Window prints pooling of a form whose operands are the result and what is read.
func Window(k Kernel, w *loop.Window, f *Form, sums Sums) {
	p := newPool(k, w, f, sums)
	p.positions(func() {
		if p.fixed() {
			p.expression()
		} else {
			p.ranged()
		}
	})
}

// WindowGrad prints the gradient of pooling, whose operands are the gradient of
// what was read, that of the result and, where it is compared, what was read.
func WindowGrad(k Kernel, w *loop.Window, f *Form, sums Sums) {
	p := newPool(k, w, f, sums)
	all := ""
	if b := f.Operands[written].Buf; b.Rows {
		all = gotree.Number{Text: k.Rows()}.Times(gotree.Literal(b.Row())).String()
	}
	p.Line("clear(%s[:%s])", p.refs[written].Name, all)
	p.positions(func() {
		switch {
		case len(f.Operands) == compared:
			p.spread()
		case p.fixed() && p.points(p.taps) <= fewTaps:
			p.toFirst()
		default:
			p.toFirstRanged()
		}
	})
}

func (p *pool) positions(body func()) {
	for _, at := range p.outer {
		p.over(at, p.Whole(at, p.extent(at)))
	}
	body()
	p.close(len(p.outer))
}

// fixed reports windows that all have the same few points.
func (p *pool) fixed() bool { return len(p.Clips) == 0 && p.points(p.taps) <= shortSum }

// part declares the channels of an operand at the current point, under a name, and
// gives the element that a loop over them stands at.
func (p *pool) part(operand int, name string) string {
	if p.vec < 0 {
		return p.element(operand)
	}
	v := p.view(operand, p.vec, Value{}, p.Axes[p.vec].N)
	if v.name == "" {
		v.name = name
		p.Line("%s := %s", name, v.expr)
	}
	return v.name + "[" + p.vars[p.vec] + "]"
}

// parts are those of an operand at every tap.
func (p *pool) parts(operand int, letter string) func(k int) string {
	var list []string
	for i, at := range p.pointsOf(p.taps) {
		for j, tap := range p.taps {
			p.at[tap] = at[j]
		}
		list = append(list, p.part(operand, fmt.Sprint(letter, i)))
	}
	for _, tap := range p.taps {
		p.at[tap] = Value{Name: p.vars[tap]}
	}
	return func(k int) string { return list[k] }
}

// channels prints the loop over them.
func (p *pool) channels(body func()) {
	if p.vec < 0 {
		body()
		return
	}
	p.Line("for %s := range %s {", p.vars[p.vec], p.Axes[p.vec].N)
	body()
	p.Line("}")
}

// expression prints windows of a few points as one.
func (p *pool) expression() {
	x, n := p.parts(read, "x"), p.points(p.taps)
	y := p.part(written, p.names[written])
	p.channels(func() {
		switch {
		case p.w.Reduce == loop.Max:
			p.Line("%s = max(%s)", y, list(n, x))
		case p.w.Mean && n > 1:
			p.Line("%s = (%s) / %d", y, sum(n, x), n)
		default:
			p.Line("%s = %s", y, sum(n, x))
		}
	})
}

// ranged prints windows whose taps may lie outside the image. Sums of many are kept
// in double precision.
func (p *pool) ranged() {
	ranges := p.ranges()
	y := p.part(written, p.names[written])
	total, wide := y, p.w.Reduce != loop.Max && p.points(p.taps) > p.variable
	first := "0"
	switch {
	case wide:
		total = p.array("sum", "float64")
	case p.w.Reduce == loop.Max:
		first = p.lowest()
	}
	if !wide {
		p.channels(func() { p.Line("%s = %s", total, first) })
	}
	p.eachTap(ranges, func() {
		x := p.part(read, p.names[read])
		p.channels(func() {
			switch {
			case p.w.Reduce == loop.Max:
				p.Line("%[1]s = max(%[1]s, %[2]s)", total, x)
			case wide:
				p.Line("%s += float64(%s)", total, x)
			default:
				p.Line("%s += %s", total, x)
			}
		})
	})
	switch {
	case wide:
		end := ""
		if p.w.Mean {
			end = " / count"
		}
		p.channels(func() { p.Line("%s = %s(%s)%s", y, p.Float(), total, end) })
	case p.w.Mean:
		p.channels(func() { p.Line("%s /= count", y) })
	}
}

// array declares a variable for every channel, and gives the one that a loop over
// them stands at.
func (p *pool) array(name, float string) string {
	if p.vec < 0 {
		p.Line("var %s %s", name, float)
		return name
	}
	p.Line("var %s [%s]%s", name, p.Axes[p.vec].N, float)
	return name + "[" + p.vars[p.vec] + "]"
}

// lowest is what every number is larger than.
func (p *pool) lowest() string { return p.Float() + "(§math.Inf(-1))" }

// ranges declares which taps of the current window lie inside the image, and for a
// mean their number.
func (p *pool) ranges() []Range {
	list := make([]Range, len(p.taps))
	var sizes []string
	number := 1
	for i, at := range p.taps {
		r := p.limits(at, p.Bounds(at, p.Whole(at, p.extent(at)), p.known, p.at))
		list[i] = r
		switch {
		case r.Static:
			number *= r.To - r.From
		case r.Lo == "0":
			sizes = append(sizes, r.Hi)
		default:
			sizes = append(sizes, "("+r.Hi+"-"+r.Lo+")")
		}
	}
	switch {
	case !p.w.Mean:
	case len(sizes) == 0:
		p.Line("const count = %d", number)
	default:
		if number > 1 {
			sizes = append(sizes, fmt.Sprint(number))
		}
		p.Line("count := %s(%s)", p.Float(), strings.Join(sizes, "*"))
	}
	return list
}

// eachTap prints the loops over the taps of a window.
func (p *pool) eachTap(ranges []Range, body func()) {
	for i, at := range p.taps {
		p.over(at, ranges[i])
	}
	body()
	p.close(len(p.taps))
	for _, at := range p.taps {
		p.known[at] = false
	}
}

// spread gives every point of a window its share.
func (p *pool) spread() {
	if !p.fixed() {
		ranges := p.ranges()
		d := p.part(read, p.names[read])
		if p.w.Mean {
			d = p.Rounded(d + " / count")
		}
		p.eachTap(ranges, func() {
			g := p.part(written, p.names[written])
			p.channels(func() { p.Line("%s += %s", g, d) })
		})
		return
	}
	g, n := p.parts(written, "g"), p.points(p.taps)
	d := p.part(read, p.names[read])
	p.channels(func() {
		if p.w.Mean && n > 1 {
			d = p.Rounded(fmt.Sprintf("%s / %d", d, n))
		}
		p.Line("d := %s", d)
		for k := range n {
			p.Line("%s += d", g(k))
		}
	})
}

// toFirst gives the gradient to the first of the largest points.
func (p *pool) toFirst() {
	x, g, n := p.parts(compared, "x"), p.parts(written, "g"), p.points(p.taps)
	d := p.part(read, p.names[read])
	p.channels(func() {
		p.Line("switch max(%s) { // the first maximum", list(n, x))
		for k := range n - 1 {
			p.Line("case %s:", x(k))
			p.Line("%s += %s", g(k), d)
		}
		p.Line("default:")
		p.Line("%s += %s", g(n-1), d)
		p.Line("}")
	})
}

// toFirstRanged finds the maximum of every channel, then gives the gradient to the
// first point that has it. No number equals a maximum that is spent.
func (p *pool) toFirstRanged() {
	ranges := p.ranges()
	top := p.array("top", p.Float())
	p.channels(func() { p.Line("%s = %s", top, p.lowest()) })
	p.eachTap(ranges, func() {
		x := p.part(compared, p.names[compared])
		p.channels(func() { p.Line("%[1]s = max(%[1]s, %[2]s)", top, x) })
	})
	d := p.part(read, p.names[read])
	p.eachTap(ranges, func() {
		x, g := p.part(compared, p.names[compared]), p.part(written, p.names[written])
		p.channels(func() {
			p.Line("if %s == %s { // the first maximum", x, top)
			p.Line("%s += %s", g, d)
			p.Line("%s = %s(§math.NaN())", top, p.Float())
			p.Line("}")
		})
	})
}
