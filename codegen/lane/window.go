package lane

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// pool writes windows: for every position of the result, its taps around a loop
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

func newPool(k Kernel, w *loop.Window, f *Form, sums Sums, to *gotree.Block) *pool {
	p := &pool{printer: newPrinter(k, f, to), w: w, vec: f.Channels(), variable: sums.Variable}
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

// Window is pooling of a form whose operands are the result and what is read.
func Window(k Kernel, w *loop.Window, f *Form, sums Sums) (body gotree.Block) {
	p := newPool(k, w, f, sums, &body)
	p.positions(func() {
		if p.fixed() {
			p.expression()
		} else {
			p.ranged()
		}
	})
	return body
}

// WindowGrad is the gradient of pooling, whose operands are the gradient of what was
// read, that of the result and, where it is compared, what was read.
func WindowGrad(k Kernel, w *loop.Window, f *Form, sums Sums) (body gotree.Block) {
	p := newPool(k, w, f, sums, &body)
	all := gotree.Slice{X: p.refs[written].Var}
	if b := f.Operands[written].Buf; b.Rows {
		all.To = k.Rows().Times(gotree.Literal(b.Row()))
	}
	p.Add(gotree.Run("clear", all))
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
	return body
}

func (p *pool) positions(body func()) { p.overAll(p.outer, p.whole, body) }

// fixed reports windows that all have the same few points.
func (p *pool) fixed() bool { return len(p.Clips) == 0 && p.points(p.taps) <= shortSum }

// part declares the channels of an operand at the current point as a variable, and
// gives the element that a loop over them stands at.
func (p *pool) part(operand int, v *gotree.Var) gotree.Expr {
	if p.vec < 0 {
		return p.element(operand)
	}
	part := p.view(operand, p.vec, Value{}, p.Axes[p.vec].N)
	if part.plain {
		return gotree.At(part.Expr, p.vars[p.vec])
	}
	p.Add(gotree.Let(v, part.Expr))
	return gotree.At(v, p.vars[p.vec])
}

// parts are those of an operand at every tap.
func (p *pool) parts(operand int, letter string) []gotree.Expr {
	points := p.pointsOf(p.taps)
	vars, _ := numbered(letter, len(points))
	var parts []gotree.Expr
	for i, at := range points {
		for j, tap := range p.taps {
			p.at[tap] = at[j]
		}
		parts = append(parts, p.part(operand, vars[i]))
	}
	for _, tap := range p.taps {
		p.at[tap] = Value{Of: p.vars[tap]}
	}
	return parts
}

// named is part under the name of the operand's views.
func (p *pool) named(operand int) gotree.Expr { return p.part(operand, p.names[operand]) }

// channels writes the loop over them.
func (p *pool) channels(body func()) {
	if p.vec < 0 {
		body()
		return
	}
	p.In(&gotree.Range{Key: p.vars[p.vec], Over: p.Axes[p.vec].N}, body)
}

// set writes to op value for every channel.
func (p *pool) set(to gotree.Expr, op string, value gotree.Expr) {
	p.channels(func() { p.Add(gotree.Set(to, op, value)) })
}

// larger writes to = max(to, x) for every channel.
func (p *pool) larger(to, x gotree.Expr) { p.set(to, "=", gotree.CallOf("max", to, x)) }

// expression writes windows of a few points as one.
func (p *pool) expression() {
	x := p.parts(read, "x")
	y := p.named(written)
	switch {
	case p.w.Reduce == loop.Max:
		p.set(y, "=", gotree.CallOf("max", x...))
	case p.w.Mean && len(x) > 1:
		p.set(y, "=", gotree.Binary{X: gotree.Added(x), Op: "/", Y: gotree.Int(len(x))})
	default:
		p.set(y, "=", gotree.Added(x))
	}
}

// ranged writes windows whose taps may lie outside the image. Sums of many are kept
// in double precision.
func (p *pool) ranged() {
	ranges, count := p.ranges()
	y := p.named(written)
	total, wide := y, p.w.Reduce != loop.Max && p.points(p.taps) > p.variable
	switch {
	case wide:
		total = p.array("sum", "float64")
	case p.w.Reduce == loop.Max:
		p.set(total, "=", p.lowest())
	default:
		p.set(total, "=", gotree.Int(0))
	}
	p.eachTap(ranges, func() {
		x := p.named(read)
		switch {
		case p.w.Reduce == loop.Max:
			p.larger(total, x)
		case wide:
			p.set(total, "+=", converted("float64", x))
		default:
			p.set(total, "+=", x)
		}
	})
	switch {
	case wide:
		sum := converted(p.Float(), total)
		if p.w.Mean {
			sum = gotree.Binary{X: sum, Op: "/", Y: count}
		}
		p.set(y, "=", sum)
	case p.w.Mean:
		p.set(y, "/=", count)
	}
}

// array declares a variable for every channel, and gives the one that a loop over
// them stands at.
func (p *pool) array(name string, float gotree.Word) gotree.Expr {
	v := &gotree.Var{Name: name}
	if p.vec < 0 {
		p.Add(gotree.Zero{Vars: []*gotree.Var{v}, Type: float})
		return v
	}
	p.Add(gotree.Zero{Vars: []*gotree.Var{v}, Type: gotree.ArrayType{N: p.Axes[p.vec].N, Elem: float}})
	return gotree.At(v, p.vars[p.vec])
}

// lowest is what every number is larger than.
func (p *pool) lowest() gotree.Expr { return p.special("Inf", gotree.Int(-1)) }

// special is a number that a function of package math makes.
func (p *pool) special(fn string, args ...gotree.Expr) gotree.Expr {
	return converted(p.Float(), gotree.CallExpr{Fn: gotree.Qual{Package: "math", Name: fn}, Args: args})
}

// ranges declares which taps of the current window lie inside the image, and for a
// mean their number.
func (p *pool) ranges() (list []Range, count *gotree.Var) {
	var size gotree.Expr
	times := func(n gotree.Expr) {
		if size != nil {
			n = product(size, n)
		}
		size = n
	}
	number := 1
	for _, at := range p.taps {
		r := p.tapRange(at)
		list = append(list, r)
		switch {
		case r.Static:
			number *= r.To - r.From
		case gotree.Is(r.Lo, 0):
			times(r.Hi)
		default:
			times(gotree.Paren{X: gotree.Binary{X: r.Hi, Op: "-", Y: r.Lo}})
		}
	}
	count = &gotree.Var{Name: "count"}
	switch {
	case !p.w.Mean:
	case size == nil:
		p.Add(gotree.Const{Var: count, Value: gotree.Int(number)})
	default:
		if number > 1 {
			times(gotree.Int(number))
		}
		p.Add(gotree.Let(count, converted(p.Float(), size)))
	}
	return list, count
}

// eachTap writes the loops over the taps of a window.
func (p *pool) eachTap(ranges []Range, body func()) {
	p.overAll(p.taps, func(at int) Range { return ranges[slices.Index(p.taps, at)] }, body)
}

// spread gives every point of a window its share.
func (p *pool) spread() {
	if !p.fixed() {
		ranges, count := p.ranges()
		d := p.named(read)
		if p.w.Mean {
			d = p.Rounded(gotree.Binary{X: d, Op: "/", Y: count})
		}
		p.eachTap(ranges, func() { p.set(p.named(written), "+=", d) })
		return
	}
	g := p.parts(written, "g")
	d := p.named(read)
	p.channels(func() {
		if p.w.Mean && len(g) > 1 {
			d = p.Rounded(gotree.Binary{X: d, Op: "/", Y: gotree.Int(len(g))})
		}
		v := &gotree.Var{Name: "d"}
		p.Add(gotree.Let(v, d))
		for _, to := range g {
			p.Add(gotree.Set(to, "+=", v))
		}
	})
}

// toFirst gives the gradient to the first of the largest points.
func (p *pool) toFirst() {
	x, g := p.parts(compared, "x"), p.parts(written, "g")
	d := p.named(read)
	first := &gotree.Switch{Tag: gotree.CallOf("max", x...), Note: gotree.Say("the first maximum")}
	for k, to := range g {
		c := gotree.Case{When: x[k : k+1], Body: gotree.Block{gotree.Set(to, "+=", d)}}
		if k == len(g)-1 {
			c.When = nil
		}
		first.Cases = append(first.Cases, c)
	}
	p.channels(func() { p.Add(first) })
}

// toFirstRanged finds the maximum of every channel, then gives the gradient to the
// first point that has it. No number equals a maximum that is spent.
func (p *pool) toFirstRanged() {
	ranges, _ := p.ranges()
	top := p.array("top", p.Float())
	p.set(top, "=", p.lowest())
	p.eachTap(ranges, func() { p.larger(top, p.named(compared)) })
	d := p.named(read)
	p.eachTap(ranges, func() {
		x, g := p.named(compared), p.named(written)
		p.channels(func() {
			p.In(&gotree.If{Cond: gotree.Binary{X: x, Op: "==", Y: top}, Note: gotree.Say("the first maximum")}, func() {
				p.Add(gotree.Set(g, "+=", d), gotree.Set(top, "=", p.special("NaN")))
			})
		})
	})
}
