package lane

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Kernel is the function that loops are printed into.
type Kernel interface {
	Line(format string, args ...any)
	Pick(wish string) string // a new name
	Ref(b *loop.Buffer) Ref  // how a buffer is reached
	// Array is an array seen as rows of some elements, or as one run (0).
	Array(b *loop.Buffer, row int) string
	Float() string               // the type of elements
	Rows() string                // the number of rows
	Rounded(value string) string // of a product that something is added to
	// Assign prints dst op e. The text of the first argument may be a sum.
	Assign(dst, op string, e scalar.Expr, args []string, word string, sum bool)
}

// Ref is a buffer in the text of a kernel: a number, or elements in a slice or in
// what an array pointer points to.
type Ref struct {
	Name, Elem string
	Number     bool
	Len        int // of an array; 0: a slice
}

// printer prints the loops of a form.
type printer struct {
	Kernel
	*Form
	refs  []Ref
	names []string // of views of operands
	vars  []string // of the axes
	at    []Value  // what the axes stand at
	known []bool   // the axes whose loops are open
}

func newPrinter(k Kernel, f *Form) *printer {
	p := &printer{Kernel: k, Form: f, at: make([]Value, len(f.Axes)), known: make([]bool, len(f.Axes))}
	for i, o := range f.Operands {
		r := Ref{Name: "x"}
		if !f.Void || i != Lhs && i != Rhs { // what is not read
			r = k.Ref(o.Buf)
		}
		p.refs = append(p.refs, r)
		p.names = append(p.names, k.Pick(r.Name+"v"))
	}
	for i, a := range f.Axes {
		p.vars = append(p.vars, k.Pick(a.Name[:1]))
		p.at[i].Name = p.vars[i]
	}
	return p
}

// extent is how many points an axis has.
func (p *printer) extent(at int) string {
	a := p.Axes[at]
	if !a.Rows {
		return a.N.String()
	}
	return gotree.Number{Text: p.Rows()}.Times(a.N).String()
}

// over prints a loop over a range of an axis.
func (p *printer) over(at int, r Range) {
	v := p.vars[at]
	if r.Lo == "0" {
		p.Line("for %s := range %s {", v, r.Hi)
	} else {
		p.Line("for %[1]s := %[2]s; %[1]s < %[3]s; %[1]s++ {", v, r.Lo, r.Hi)
	}
	p.known[at] = true
}

// limits puts what is not a number or a name into variables.
func (p *printer) limits(at int, r Range) Range {
	v := p.vars[at]
	low, high := strings.ContainsAny(r.Lo, "+-*/("), strings.ContainsAny(r.Hi, "+-*/(")
	lo, hi := r.Lo, r.Hi
	if low {
		r.Lo = v + "0"
	}
	if high {
		r.Hi = v + "1"
	}
	switch {
	case low && high:
		p.Line("%s, %s := %s, %s", r.Lo, r.Hi, lo, hi)
	case low:
		p.Line("%s := %s", r.Lo, lo)
	case high:
		p.Line("%s := %s", r.Hi, hi)
	}
	return r
}

// taps opens the loops over reduced axes.
func (p *printer) taps(axes []int) {
	for _, at := range axes {
		p.over(at, p.limits(at, p.Bounds(at, p.Whole(at, p.extent(at)), p.known, p.at)))
	}
}

func (p *printer) close(n int) {
	for range n {
		p.Line("}")
	}
}

// view is a part of an operand: an expression, or what needs no variable of its own.
type view struct{ expr, name string }

// view is the part of an operand that some points of an axis reach, the first of
// them at from.
func (p *printer) view(operand, along int, from Value, points gotree.Number) view {
	r := p.refs[operand]
	n := span(points, p.step(along, operand))
	if at, ok := p.row(operand, along, from, n); ok {
		v := view{name: p.Array(p.Operands[operand].Buf, n.Value) + "[" + at + "]"}
		if _, variable := strconv.Atoi(at); variable != nil {
			v.expr, v.name = "&"+v.name, ""
		}
		return v
	}
	name := p.run(operand)
	at := p.with(along, from, func() string { return p.Index(operand).Text(p.at) })
	if at == "0" && n.Known() && r.Len == n.Value {
		return view{name: name}
	}
	if at == "0" {
		at = ""
	}
	if n.Known() {
		return view{expr: fmt.Sprintf("(*[%d]%s)(%s[%s:])", n.Value, r.Elem, name, at)}
	}
	return view{expr: fmt.Sprintf("%s[%s:][:%s]", name, at, n)}
}

// run is the name of an operand as one run of elements.
func (p *printer) run(operand int) string {
	if r := p.refs[operand]; r.Len == 0 {
		return r.Name
	}
	return p.Array(p.Operands[operand].Buf, 0)
}

// row is which row of an array n elements are, where they are one: the compiler
// makes less of an index than of a slice.
func (p *printer) row(operand, along int, from Value, n gotree.Number) (at string, ok bool) {
	r := p.refs[operand]
	if r.Len == 0 || !n.Known() || n.Value < 2 || n.Value == r.Len || r.Len%n.Value != 0 {
		return "", false
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
	if from.Name == "" {
		x.Terms, whole = x.Terms[:len(x.Terms)-1], whole[:len(whole)-1]
	}
	if slices.Contains(whole, false) {
		return "", false
	}
	return x.Text(p.at), true
}

// with is a text at another value of an axis.
func (p *printer) with(at int, v Value, text func() string) string {
	defer func(now Value) { p.at[at] = now }(p.at[at])
	p.at[at] = v
	return text()
}

// span is how many elements points reach that lie a step apart.
func span(points, step gotree.Number) gotree.Number {
	if step.Is(1) {
		return points
	}
	return points.Minus(gotree.Literal(1)).Times(step).Plus(gotree.Literal(1))
}

// value is a limit as what an axis stands at.
func value(limit string) Value {
	if n, err := strconv.Atoi(limit); err == nil {
		return Value{Plus: n}
	}
	return Value{Name: limit}
}

// element is the element of an operand at the values of the axes.
func (p *printer) element(operand int) string {
	r := p.refs[operand]
	if r.Number {
		return r.Name
	}
	return p.run(operand) + "[" + p.Index(operand).Text(p.at) + "]"
}

// of is an element of a view along an axis.
func (p *printer) of(view string, operand, along int, at Value) string {
	if along < 0 { // it is the element
		return view
	}
	x := Index{gotree.Literal(0), []Term{{0, p.step(along, operand)}}}
	return view + "[" + x.Text([]Value{at}) + "]"
}

// several declares a list of things, as many on a line as are good to read.
func (p *printer) several(n int, name, value func(k int) string) {
	each := 4
	switch width := len(value(n - 1)); {
	case width > 40:
		each = 1
	case width > 20:
		each = 2
	case n <= 5:
		each = n
	}
	for lo := 0; lo < n; lo += each {
		hi := min(lo+each, n)
		p.Line("%s := %s", list(hi-lo, func(k int) string { return name(lo + k) }), list(hi-lo, func(k int) string { return value(lo + k) }))
	}
}

// list prints "x0, x1, x2" and the like.
func list(n int, f func(k int) string) string {
	parts := make([]string, n)
	for k := range parts {
		parts[k] = f(k)
	}
	return strings.Join(parts, ", ")
}

// sum prints a sum of n terms, broken after every four.
func sum(n int, term func(k int) string) string {
	var b strings.Builder
	for k := range n {
		if k > 0 && k%4 == 0 {
			b.WriteString(" +\n")
		} else if k > 0 {
			b.WriteString(" + ")
		}
		b.WriteString(term(k))
	}
	return b.String()
}

// numbered names the elements of a block: x0, x1, ...
func numbered(letter string) func(k int) string {
	return func(k int) string { return fmt.Sprint(letter, k) }
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
