package lane

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Kernel is the function that loops are made for.
type Kernel interface {
	Pick(wish string) *gotree.Var // a new variable
	Ref(b *loop.Buffer) Ref       // how a buffer is reached
	// Array is an array seen as rows of some elements, or as one run (0).
	Array(b *loop.Buffer, row int) *gotree.Var
	Float() gotree.Word                    // the type of elements
	Rows() gotree.Number                   // the number of rows
	Sum() string                           // what a variable for a sum is called
	Rounded(value gotree.Expr) gotree.Expr // of a product that something is added to
	// Assign is dst op e.
	Assign(dst gotree.Expr, op string, e scalar.Expr, args []gotree.Expr, word string) gotree.Block
}

// Ref is a buffer in a kernel: a number, or elements in a slice or in what an array
// pointer points to.
type Ref struct {
	Var    *gotree.Var
	Elem   gotree.Word
	Number bool
	Len    int // of an array; 0: a slice
}

// printer writes the loops of a form.
type printer struct {
	Kernel
	*Form
	*gotree.Writer
	refs  []Ref
	names []*gotree.Var // of views of operands
	vars  []*gotree.Var // of the axes
	at    []Value       // what the axes stand at
	known []bool        // the axes whose loops are open
}

func newPrinter(k Kernel, f *Form, to *gotree.Block) *printer {
	p := &printer{Kernel: k, Form: f, Writer: gotree.NewWriter(to), at: make([]Value, len(f.Axes)), known: make([]bool, len(f.Axes))}
	for i, o := range f.Operands {
		r := Ref{Var: &gotree.Var{Name: "x"}}
		if !f.Void || i != Lhs && i != Rhs { // what is not read
			r = k.Ref(o.Buf)
		}
		p.refs = append(p.refs, r)
		p.names = append(p.names, k.Pick(r.Var.Name+"v"))
	}
	for i, a := range f.Axes {
		p.vars = append(p.vars, k.Pick(a.Name[:1]))
		p.at[i].Of = p.vars[i]
	}
	return p
}

// extent is how many points an axis has.
func (p *printer) extent(at int) gotree.Number {
	a := p.Axes[at]
	if !a.Rows {
		return a.N
	}
	return p.Rows().Times(a.N)
}

// whole is the range of all points of an axis.
func (p *printer) whole(at int) Range { return p.Whole(at, p.extent(at)) }

// inside is the part of a range that clips leave, now that some loops are open.
func (p *printer) inside(at int, r Range) Range { return p.Bounds(at, r, p.known, p.at) }

// over writes a loop over a range of an axis.
func (p *printer) over(at int, r Range, body func()) {
	p.known[at] = true
	if gotree.Is(r.Lo, 0) {
		p.In(&gotree.Range{Key: p.vars[at], Over: r.Hi}, body)
	} else {
		p.In(&gotree.For{Var: p.vars[at], From: r.Lo, To: r.Hi}, body)
	}
	p.known[at] = false
}

// overAll writes loops over some axes, one in the other.
func (p *printer) overAll(axes []int, of func(at int) Range, body func()) {
	if len(axes) == 0 {
		body()
		return
	}
	p.over(axes[0], of(axes[0]), func() { p.overAll(axes[1:], of, body) })
}

// limits puts what is not a number or a name into variables.
func (p *printer) limits(at int, r Range) Range {
	var d gotree.Declare
	put := func(e *gotree.Expr, suffix string) {
		if gotree.Simple(*e) {
			return
		}
		v := &gotree.Var{Name: p.vars[at].Name + suffix}
		d.Vars, d.Values = append(d.Vars, v), append(d.Values, *e)
		*e = v
	}
	put(&r.Lo, "0")
	put(&r.Hi, "1")
	if len(d.Vars) > 0 {
		p.Add(d)
	}
	return r
}

// tapRange is the range of a reduced axis.
func (p *printer) tapRange(at int) Range { return p.limits(at, p.inside(at, p.whole(at))) }

// when writes what is done under a condition, if there is one.
func (p *printer) when(cond gotree.Expr, body func()) {
	if cond == nil {
		body()
		return
	}
	p.In(&gotree.If{Cond: cond}, body)
}

// view is a part of an operand; one that is plain needs no variable of its own.
type view struct {
	gotree.Expr
	plain bool
}

// view is the part of an operand that some points of an axis reach, the first of
// them at from.
func (p *printer) view(operand, along int, from Value, points gotree.Number) view {
	r := p.refs[operand]
	n := span(points, p.step(along, operand))
	if at, ok := p.row(operand, along, from, n); ok {
		row := gotree.At(p.Array(p.Operands[operand].Buf, n.Value), at)
		if _, literal := at.(gotree.Number); !literal {
			return view{gotree.Unary{Op: "&", X: row}, false}
		}
		return view{row, true}
	}
	run := p.run(operand)
	at := p.with(along, from, func() gotree.Expr { return p.Index(operand).At(p.at) })
	if gotree.Is(at, 0) && n.Known() && r.Len == n.Value {
		return view{run, true}
	}
	if gotree.Is(at, 0) {
		at = nil
	}
	return view{gotree.View{X: run, From: at, N: n, Elem: r.Elem}, false}
}

// run is an operand as one run of elements.
func (p *printer) run(operand int) *gotree.Var {
	if r := p.refs[operand]; r.Len == 0 {
		return r.Var
	}
	return p.Array(p.Operands[operand].Buf, 0)
}

// row is which row of an array n elements are, where they are one: the compiler
// makes less of an index than of a slice.
func (p *printer) row(operand, along int, from Value, n gotree.Number) (at gotree.Expr, ok bool) {
	r := p.refs[operand]
	if r.Len == 0 || !n.Known() || n.Value < 2 || n.Value == r.Len || r.Len%n.Value != 0 {
		return nil, false
	}
	x := p.Index(operand, along)
	x.Terms = append(x.Terms, Term{along, p.step(along, operand)})
	part := func(v gotree.Number) (gotree.Number, bool) {
		return gotree.Literal(v.Value / n.Value), v.Known() && v.Value%n.Value == 0
	}
	whole := make([]bool, len(x.Terms)+1)
	x.Offset = x.Offset.Plus(x.Terms[len(x.Terms)-1].Coef.Times(gotree.Literal(from.Plus)))
	x.Offset, whole[0] = part(x.Offset)
	for i, t := range x.Terms {
		x.Terms[i].Coef, whole[i+1] = part(t.Coef)
	}
	if from.Of == nil {
		x.Terms, whole = x.Terms[:len(x.Terms)-1], whole[:len(whole)-1]
	}
	if slices.Contains(whole, false) {
		return nil, false
	}
	return x.At(p.at), true
}

// with is an expression at another value of an axis.
func (p *printer) with(at int, v Value, e func() gotree.Expr) gotree.Expr {
	defer func(now Value) { p.at[at] = now }(p.at[at])
	p.at[at] = v
	return e()
}

// span is how many elements points reach that lie a step apart.
func span(points, step gotree.Number) gotree.Number {
	if step.Is(1) {
		return points
	}
	return points.Minus(gotree.Literal(1)).Times(step).Plus(gotree.Literal(1))
}

// value is a limit as what an axis stands at.
func value(limit gotree.Expr) Value {
	if n, ok := limit.(gotree.Number); ok && n.Known() {
		return Value{Plus: n.Value}
	}
	return Value{Of: limit}
}

// element is the element of an operand at the values of the axes.
func (p *printer) element(operand int) gotree.Expr {
	r := p.refs[operand]
	if r.Number {
		return r.Var
	}
	return gotree.At(p.run(operand), p.Index(operand).At(p.at))
}

// of is an element of a view along an axis.
func (p *printer) of(view gotree.Expr, operand, along int, at Value) gotree.Expr {
	if along < 0 { // it is the element
		return view
	}
	x := Index{gotree.Literal(0), []Term{{0, p.step(along, operand)}}}
	return gotree.At(view, x.At([]Value{at}))
}

// several declares variables, as many on a line as are good to read.
func (p *printer) several(vars []*gotree.Var, values []gotree.Expr) {
	n := len(vars)
	each := 4
	switch width := len(values[n-1].String()); {
	case width > 40:
		each = 1
	case width > 20:
		each = 2
	case n <= 5:
		each = n
	}
	for lo := 0; lo < n; lo += each {
		hi := min(lo+each, n)
		p.Add(gotree.Declare{Vars: vars[lo:hi], Values: values[lo:hi]})
	}
}

// list is the elements of a block.
func list(n int, f func(k int) gotree.Expr) []gotree.Expr {
	exprs := make([]gotree.Expr, n)
	for k := range exprs {
		exprs[k] = f(k)
	}
	return exprs
}

// numbered are variables for the elements of a block: x0, x1, ...
func numbered(letter string, n int) (vars []*gotree.Var, of func(k int) gotree.Expr) {
	vars = make([]*gotree.Var, n)
	for k := range vars {
		vars[k] = &gotree.Var{Name: fmt.Sprint(letter, k)}
	}
	return vars, func(k int) gotree.Expr { return vars[k] }
}

// product is x*y.
func product(x, y gotree.Expr) gotree.Expr { return gotree.Binary{X: x, Op: "*", Y: y} }

// converted is a value as one of another type.
func converted(to gotree.Word, x gotree.Expr) gotree.Expr {
	return gotree.CallExpr{Fn: to, Args: []gotree.Expr{x}}
}

// pointsOf are the values of some axes, in order.
func (f *Form) pointsOf(axes []int) [][]Value {
	points := [][]Value{nil}
	for _, at := range axes {
		var next [][]Value
		for _, v := range points {
			for i := range f.Axes[at].N.Value {
				next = append(next, append(slices.Clone(v), Value{Plus: i}))
			}
		}
		points = next
	}
	return points
}

// term is a product that is added to a sum of some type.
func (p *printer) term(float gotree.Word, x, y gotree.Expr) gotree.Expr {
	if float != p.Float() {
		return converted(float, product(x, y))
	}
	return p.Rounded(product(x, y))
}
