package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// pool is pooling or its gradient on its way to text. Its loops, views and
// ranges of taps are those of a contraction over the same axes.
type pool struct {
	*conv
	*loop.Window
}

// fewTaps is how many taps are compared by a switch.
const fewTaps = 4

func (e *kernels) window(w *loop.Window) *kernel {
	p := e.pool(w, loop.Access{}, loop.Access{})
	p.y, p.x = p.kernel.param(w.Out.Buf, "y"), p.kernel.param(w.In.Buf, "x")
	p.entitle("")
	p.outerLoops(w.Out, w.In)
	if p.fixed() {
		p.whole()
	} else {
		p.ranged()
	}
	p.close(len(p.outer))
	return p.kernel
}

// pool gives the axes their roles and letters.
func (e *kernels) pool(w *loop.Window, in, out loop.Access) *pool {
	c := &loop.Contract{M: w.Outer, K: w.Taps, Out: w.Out, Lhs: w.In, Rhs: loop.Access{Buf: w.In.Buf, Strides: make([]int, len(w.Axes()))}}
	for _, s := range w.Space {
		l := loop.Clip{Terms: []loop.ClipTerm{{Axis: s.Outer, Coef: s.Stride}, {Axis: len(w.Outer) + s.Tap, Coef: s.Dilation}}, Offset: -s.Pad, Size: s.Size}
		far := (w.Outer[s.Outer].N-1)*s.Stride + (w.Taps[s.Tap].N-1)*s.Dilation - s.Pad
		if s.Pad > 0 || far >= s.Size {
			c.Clip = append(c.Clip, l)
		}
	}
	axes := w.Axes()
	accs := []placed{{w.Out, axes}, {w.In, axes}}
	if in.Buf != nil {
		accs = []placed{{in, axes}, {out, axes}, {w.In, axes}}
	}
	k := e.newKernel(accs...)
	p := &pool{&conv{dense: &dense{kernel: k, Contract: c}, axes: axes, vars: make([]ix, len(axes)), space: make([]int, len(axes)), run: -1, share: -1, divide: -1, rowViews: map[*loop.Buffer]string{}}, w}
	position := 0
	for at, a := range axes {
		space := slices.IndexFunc(w.Space, func(s loop.WindowAxis) bool { return s.Outer == at || len(w.Outer)+s.Tap == at })
		p.space[at] = space
		wish := "c"
		switch {
		case a.Rows:
			wish = "r"
			p.outer = slices.Insert(p.outer, 0, at)
		case at >= len(w.Outer):
			wish = string("ijkl"[min(at-len(w.Outer), 3)])
			if a.N > 1 {
				p.taps = append(p.taps, at)
			}
		case space >= 0:
			wish = string("pquv"[min(position, 3)])
			position++
			if a.N > 1 {
				p.outer = append(p.outer, at)
			}
		case len(p.vec) == 0 && a.N > 1 && w.In.Strides[at] == 1 && w.Out.Strides[at] == 1:
			p.vec = []int{at}
		case a.N > 1:
			wish = "g"
			p.outer = append(p.outer, at)
		}
		if a.N > 1 || a.Rows {
			p.vars[at] = ix{name: k.names.Pick(wish)}
		}
	}
	return p
}

// fixed reports windows that all have the same few points.
func (p *pool) fixed() bool {
	n := 1
	for _, t := range p.Window.Taps {
		n *= t.N
	}
	return len(p.Clip) == 0 && n <= shortSum
}

// outerLoops opens the loops over rows and positions.
func (p *pool) outerLoops(rows ...loop.Access) {
	for _, at := range p.outer {
		p.loop(at, bounds{static: true, to: p.axes[at].N})
		if p.axes[at].Rows {
			p.rowsOf(rows...)
		}
	}
}

// inputs are the elements of a window at its taps: views over the channels, or
// single elements.
func (p *pool) inputs(letter string, a loop.Access) func(k int) string {
	var views []view
	for _, at := range p.points() {
		for i, v := range at {
			p.vars[len(p.Window.Outer)+i] = v
		}
		views = append(views, p.view(a, p.vec...))
	}
	if len(p.vec) == 0 {
		return func(k int) string { return element(views[k]) }
	}
	p.declareAll(letter, views)
	return func(k int) string { return views[k].at(fmt.Sprint(letter, k)) }
}

// whole prints windows of a few points as one expression.
func (p *pool) whole() {
	x := p.inputs("x", p.In)
	n := len(p.points())
	y, out := p.view(p.Window.Out, p.vec...), ""
	if len(p.vec) > 0 {
		out = p.heldAs("y", p.Window.Out, y)
	}
	p.eachElement(p.vec, func() {
		dst := element(y)
		if out != "" {
			dst = y.at(out)
		}
		switch {
		case p.Reduce == loop.Max:
			p.line("%s = max(%s)", dst, list(n, x))
		case p.Mean && n > 1:
			p.line("%s = (%s) / %d", dst, products(n, x), n)
		default:
			p.line("%s = %s", dst, products(n, x))
		}
	})
}

// heldAs gives a view over the channels at the current position a name.
func (p *pool) heldAs(name string, a loop.Access, v view) string {
	if isName(v.expr) {
		return v.expr
	}
	name = p.kernel.param(a.Buf, name).name + p.last()
	p.declare(name, v)
	return name
}

// last is the letter of the innermost position.
func (p *pool) last() string {
	if at := p.outer[len(p.outer)-1]; !p.axes[at].Rows {
		return p.vars[at].name
	}
	return "v"
}

// ranged prints windows whose taps may lie outside the image.
func (p *pool) ranged() {
	ranges := p.ranges()
	y := p.view(p.Window.Out, p.vec...)
	if p.Reduce != loop.Max && p.terms(p.Window.Taps) > p.em.sums.variable {
		p.wideSum(ranges, y)
		return
	}
	out := p.heldAs("y", p.Window.Out, y)
	if p.Reduce == loop.Max {
		p.lines = slices.Insert(p.lines, 0, fmt.Sprintf("lowest := %s", p.lowest()))
		p.fill(out, "lowest")
	} else {
		p.line("clear(%s[:])", out)
	}
	p.eachTap(ranges, func() {
		x := p.view(p.In, p.vec...)
		in := p.heldAs("x", p.In, x)
		p.eachElement(p.vec, func() {
			if p.Reduce == loop.Max {
				p.line("%[1]s = max(%[1]s, %[2]s)", y.at(out), x.at(in))
			} else {
				p.line("%s += %s", y.at(out), x.at(in))
			}
		})
	})
	if p.Mean {
		p.eachElement(p.vec, func() { p.line("%s /= %s", y.at(out), "count") })
	}
}

// wideSum prints a window of many taps: its sums are kept in double precision.
func (p *pool) wideSum(ranges []bounds, y view) {
	channels, at := 1, "0"
	if len(p.vec) > 0 {
		channels, at = p.axes[p.vec[0]].N, p.vars[p.vec[0]].name
	}
	p.line("var sum [%d]float64", channels)
	p.eachTap(ranges, func() {
		x := p.view(p.In, p.vec...)
		in := p.heldAs("x", p.In, x)
		p.eachElement(p.vec, func() { p.line("sum[%s] += float64(%s)", at, x.at(in)) })
	})
	out := p.heldAs("y", p.Window.Out, y)
	p.eachElement(p.vec, func() {
		total := p.el.float + "(sum[" + at + "])"
		if p.Mean {
			total += " / count"
		}
		p.line("%s = %s", y.at(out), total)
	})
}

func (p *pool) lowest() string { return p.el.convert("§math.Inf(-1)", "float64") }

// fill sets what a view holds.
func (p *pool) fill(name, v string) {
	at := "0"
	if len(p.vec) > 0 {
		at = p.vars[p.vec[0]].name
	}
	p.eachElement(p.vec, func() { p.line("%s[%s] = %s", name, at, v) })
}

// ranges declares which taps of the current window lie inside the image, and
// for a mean their number.
func (p *pool) ranges() []bounds {
	known := make([]bool, len(p.axes))
	for at := range p.Window.Outer {
		known[at] = true
	}
	list := make([]bounds, len(p.taps))
	var sizes []string
	number := 1
	for i, at := range p.taps {
		b := p.bounds(at, known)
		if !b.static {
			lo, hi := p.limits(at, b)
			list[i] = bounds{lo: lo, hi: hi}
			if lo == "0" {
				sizes = append(sizes, hi)
			} else {
				sizes = append(sizes, "("+hi+"-"+lo+")")
			}
			continue
		}
		list[i] = b
		number *= b.to - b.from
	}
	if !p.Mean {
		return list
	}
	switch {
	case len(sizes) == 0:
		p.line("const count = %d", number)
	default:
		if number > 1 {
			sizes = append(sizes, fmt.Sprint(number))
		}
		p.line("count := %s(%s)", p.el.float, strings.Join(sizes, "*"))
	}
	return list
}

// eachTap prints the loops over the taps of a window around a body.
func (p *pool) eachTap(ranges []bounds, body func()) {
	for i, at := range p.taps {
		if b := ranges[i]; b.static {
			p.loop(at, b)
		} else {
			p.line("for %[1]s := %[2]s; %[1]s < %[3]s; %[1]s++ {", p.vars[at], b.lo, b.hi)
		}
	}
	body()
	p.close(len(p.taps))
}

// entitle names the function after what it does, its window and the channels,
// and describes it.
func (p *pool) entitle(suffix string) {
	kind := map[bool]string{true: "average", false: "sum"}[p.Mean]
	if p.Reduce == loop.Max {
		kind = "max"
	}
	var window, over []string
	for i, t := range p.Window.Taps {
		window = append(window, fmt.Sprint(t.N))
		if t.N > 1 {
			over = append(over, p.vars[len(p.Window.Outer)+i].name)
		}
	}
	if len(p.vec) > 0 {
		window = append(window, fmt.Sprint(p.axes[p.vec[0]].N))
	} else {
		window = append(window, "1")
	}
	p.name = kind + "Pool" + strings.Join(window, "x") + suffix
	end := fmt.Sprintf(", for images of %s and of %s", sizes(p.shape(p.In)), sizes(p.shape(p.Window.Out)))
	if len(p.Clip) > 0 {
		end += "; points outside of them do not count"
	}
	x := "x" + strings.TrimPrefix(p.indexed(p.In), p.x.name)
	if len(over) > 0 {
		x = map[string]string{"max": "max", "sum": "Σ", "average": "mean"}[kind] + "_" + strings.Join(over, ",") + " " + x
	}
	if suffix == "" {
		p.describe("%s = %s%s", p.indexed(p.Window.Out), x, end)
		return
	}
	p.describe("the gradient of y%s = %s%s", strings.TrimPrefix(p.indexed(p.Window.Out), p.y.name), x, end)
}
