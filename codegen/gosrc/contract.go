package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// tiny is how many multiply-adds per row are written out as straight
// expressions.
const tiny = 128

// contract prints a contraction: the forms that dense layers take as fast
// loops, anything else as the nest that it is.
func (e *kernels) contract(c *loop.Contract) *kernel {
	c = forwards(c)
	d := &dense{Contract: c}
	plain := len(c.Clip) == 0 && len(c.B) == 0 && len(c.M) <= 1 && len(c.N) <= 1 && len(c.K) <= 1
	if plain {
		d.read()
	} else {
		d.Contract = unjoined(c, fewChannels)
	}
	accs := d.placed()
	k := e.newKernel(accs...)
	d.kernel = k
	k.names.Take("r")
	switch {
	case plain && d.batchReduced():
		d.gradW()
	case plain && (d.forward() || d.transposed()):
		d.operands()
		switch {
		case d.nn.N*d.kk.N <= tiny:
			d.straight()
		case !d.forward():
			d.dots()
		case d.nn.N < 4:
			d.narrow()
		default:
			d.stream()
		}
	case !d.convolution():
		d.operands()
		d.general(accs)
	}
	return k
}

// dense is a contraction on its way to text. For the plain forms the one axis
// of each nest is at hand, extent 1 where there is none.
type dense struct {
	*kernel
	*loop.Contract
	m, nn, kk   axis
	y, x, w     *param
	extraParams []*param
	partial     bool // outer products are added to partial sums
	tile        int  // how many rows of the result have such sums at a time
	tiled       bool // these are the rows from "from" to "to"
}

// axis is a loop of a plain contraction with the strides of its operands.
type axis struct {
	loop.Axis
	out, lhs, rhs int
	at            int // position among the axes, -1: none
}

func (d *dense) read() {
	pos := 0
	next := func(group []loop.Axis) axis {
		if len(group) == 0 {
			return axis{Axis: loop.Axis{N: 1}, at: -1}
		}
		a := axis{group[0], d.Out.Strides[pos], d.Lhs.Strides[pos], d.Rhs.Strides[pos], pos}
		pos++
		return a
	}
	d.m, d.nn, d.kk = next(d.M), next(d.N), next(d.K)
}

func (d *dense) placed() []placed {
	axes := d.Axes()
	var list []placed
	for _, a := range append([]loop.Access{d.Out, d.Lhs, d.Rhs}, d.Extra...) {
		list = append(list, placed{a, axes})
	}
	return list
}

// operands names the parameters: y, x and w, where gradients flow dx, dy and w.
func (d *dense) operands() {
	y, x, w := "y", "x", "w"
	if d.backwards() {
		y, x = "dx", "dy"
	}
	d.y, d.x, d.w = d.kernel.param(d.Out.Buf, y), d.kernel.param(d.Lhs.Buf, x), d.kernel.param(d.Rhs.Buf, w)
	d.extras("b")
}

// extras names the operands of the epilogue: h with a row for each sample,
// fixed without.
func (d *dense) extras(fixed string) {
	for _, a := range d.Extra {
		wish := fixed
		if a.Buf.Rows {
			wish = "h"
		}
		d.extraParams = append(d.extraParams, d.kernel.param(a.Buf, wish))
	}
}

// backwards reports the gradient of a dense layer with respect to its input.
func (d *dense) backwards() bool { return d.Out.Buf.Grad && d.Lhs.Buf.Grad }

// title names the function and describes it. The sum runs over the axis inner;
// the result has the axis outer.
func (d *dense) title(end string) {
	in, out := d.kk.N, d.nn.N
	inner, outer := "i", "o"
	suffix := d.epilogueName()
	if d.backwards() {
		in, out = out, in
		inner, outer = outer, inner
		suffix = "GradX"
	}
	d.name = pointwise(d.Rhs.Buf, in, out) + suffix
	sum := fmt.Sprintf("Σ_%s %s[r,%s]·%s[i,o]", inner, d.x.name, inner, d.w.name)
	d.describe("%s[r,%s] = %s, for %s and %s%s", d.y.name, outer, d.epilogueText(sum, "r", outer), number(in, "input"), number(out, "output"), end)
}

// pointwise begins the name of a matrix product: that of a dense layer, or of a
// convolution by one point whose rows are the positions.
func pointwise(w *loop.Buffer, in, out int) string {
	if n := len(w.Shape); n > 2 && size(w.Shape[:n-2]) == 1 {
		return fmt.Sprintf("conv%sx%dTo%d", sizes(w.Shape[:n-2]), in, out)
	}
	return fmt.Sprintf("dense%dx%d", in, out)
}

// forwards is the kernel with sums that run forwards through the right operand.
func forwards(c *loop.Contract) *loop.Contract {
	t := cloneContract(c)
	for at := len(t.Axes()) - len(t.K); at < len(t.Axes()); at++ {
		if t.Rhs.Strides[at] < 0 {
			t.reverse(at)
		}
	}
	return t.Contract
}

// forward: y[r,o] = Σ_i x[r,i]·w[i,o] with rows of x, w and y contiguous.
func (d *dense) forward() bool {
	return !d.nn.Rows && !d.kk.Rows && d.walksRows() && (d.kk.N == 1 || d.kk.lhs == 1) && (d.nn.N == 1 || d.nn.rhs == 1 && d.nn.out == 1) &&
		!d.Rhs.Buf.Rows && !(d.Accumulate && d.Epilogue != nil) && d.Lhs.Buf.DType == loop.F32
}

// transposed: y[r,i] = Σ_o x[r,o]·w[i,o], products of rows with rows.
func (d *dense) transposed() bool {
	return !d.nn.Rows && !d.kk.Rows && d.walksRows() && d.kk.lhs == 1 && d.kk.rhs == 1 && d.nn.out == 1 && d.nn.rhs >= d.kk.N &&
		!d.Rhs.Buf.Rows && !(d.Accumulate && d.Epilogue != nil)
}

// walksRows reports that the rows of x and y lie apart and within their buffers.
func (d *dense) walksRows() bool {
	inside := func(s, off, n int) bool { return off >= 0 && off+n <= s }
	return d.m.at >= 0 && d.m.Rows && d.Lhs.Buf.Rows && d.Out.Buf.Rows && d.m.rhs == 0 &&
		inside(d.m.lhs, d.Lhs.Offset, d.kk.N) && inside(d.m.out, d.Out.Offset, d.nn.N)
}

// batchReduced: w[i,o] = Σ_r x[r,i]·dy[r,o], the gradient of a kernel.
func (d *dense) batchReduced() bool {
	return d.kk.Rows && !d.m.Rows && !d.nn.Rows && d.Lhs.Buf.Rows && d.Rhs.Buf.Rows && !d.Out.Buf.Rows &&
		(d.m.at < 0 || d.m.lhs == 1) && (d.nn.at < 0 || d.nn.rhs == 1 && d.nn.out == 1) && !d.Accumulate &&
		d.Lhs.Offset+d.m.N <= d.kk.lhs && d.Rhs.Offset+d.nn.N <= d.kk.rhs
}

// rowsText is the number of rows of the batch axis.
func (d *dense) rowsText() string { return d.extent(firstAxis(d.m, d.kk)) }

func firstAxis(m, k axis) loop.Axis {
	if m.Rows {
		return m.Axis
	}
	return k.Axis
}

// scaled prints the start of a row: r*784+12.
func scaled(v string, stride, offset int) string {
	return affine{offset: offset, terms: []term{{0, stride, ""}}}.text([]string{v}, "")
}

// rowOf declares a view of n elements over a row of a parameter. An extra that
// reads the same row uses it too.
func (d *dense) rowOf(name string, p *param, v string, stride, offset, n int) {
	d.names.Take(name)
	if offset == 0 && n == stride {
		d.views[viewKey{p.buf, d.m.at, stride, 0}] = name
	}
	d.line("%s := (*[%d]%s)(%s[%s:])", name, n, d.el.of(p.buf), p.name, scaled(v, stride, offset))
}

// viewable reports whether rows of n elements of a matrix can be had as
// pointers: of any other, elements are named one by one.
func viewable(p *param, a loop.Access, stride, n int) bool {
	return len(p.dims) == 1 || len(p.dims) == 2 && a.Offset == 0 && p.dims[1] == n && stride == n
}

// matrix prints a pointer to row row+plus of a viewable matrix.
func (d *dense) matrix(p *param, a loop.Access, row string, plus, stride, n int) string {
	if len(p.dims) == 2 {
		return fmt.Sprintf("&%s[%s]", p.name, plusText(row, plus))
	}
	at := fmt.Sprint(a.Offset + plus*stride)
	if row != "0" {
		at = scaled(row, stride, a.Offset+plus*stride)
	}
	if p.dims[0] == n && at == "0" {
		return p.name
	}
	return fmt.Sprintf("(*[%d]%s)(%s[%s:])", n, d.el.float, p.name, at)
}

func plusText(v string, plus int) string {
	if v == "0" {
		return fmt.Sprint(plus)
	}
	if plus == 0 {
		return v
	}
	return fmt.Sprintf("%s+%d", v, plus)
}

// element prints w[i][o] where either may be a number.
func (d *dense) element(a loop.Access, i, o string) string { return d.elementAt(a, "0", i, o) }

// elementAt prints the element at points of M, K and N.
func (d *dense) elementAt(a loop.Access, m, i, o string) string {
	vars := make([]string, len(a.Strides))
	for at := range vars {
		vars[at] = "0"
	}
	for _, v := range []struct {
		axis axis
		at   string
	}{{d.m, m}, {d.kk, i}, {d.nn, o}} {
		switch {
		case v.axis.at < 0:
		case v.axis.Rows:
			vars[v.axis.at] = "r"
		default:
			vars[v.axis.at] = v.at
		}
	}
	return d.at(placed{a, d.Axes()}, vars)
}

// finish prints y[o] = epilogue(sum) for one column of the current row.
func (d *dense) finish(dst, sum, o string) {
	args := []string{sum}
	for _, a := range d.Extra {
		args = append(args, d.element(a, "0", o))
	}
	op := "="
	if d.Accumulate {
		op = "+="
	}
	e := d.Epilogue
	if e == nil {
		e = loopSum
	}
	d.sumFirst = sum != dst
	d.assign(dst, op, e, args, d.Word)
	d.sumFirst = false
}

// short reports an epilogue that fits into the expression of the sum: bias and
// relu.
func (d *dense) short() bool {
	if d.Epilogue == nil {
		return true
	}
	uses, plain := 0, true
	var walk func(e scalar.Expr)
	walk = func(e scalar.Expr) {
		switch e := e.(type) {
		case scalar.Arg:
			if e == 0 {
				uses++
			}
		case scalar.Apply:
			_, op := operators[e.Fn]
			plain = plain && (op && operators[e.Fn].bind != compare || e.Fn == "max" || e.Fn == "min")
			for _, x := range e.Args {
				walk(x)
			}
		}
	}
	walk(d.Epilogue)
	return uses == 1 && (plain && scalar.Size(d.Epilogue) <= 2 || d.nn.N == 1)
}

// epilogueLoop applies the epilogue to n sums that have been stored in the row
// y, the first of them column from.
func (d *dense) epilogueLoop(y, from string) {
	j := "o"
	column := j
	if from != "0" {
		j = "j"
		column = from + "+j"
	}
	d.line("for %s := range %s {", j, y)
	d.finish(y+"["+j+"]", y+"["+j+"]", column)
	d.line("}")
}

// declared is a row of a parameter that a loop has a variable for: count
// elements from offset on, the next row stride further.
type declared struct {
	name                  string
	p                     *param
	stride, offset, count int
}

// extraViews lays views over the rows of the extras. An extra may be an operand
// too (a residual connection): a declared row that is its whole row serves it.
func (d *dense) extraViews(rows ...declared) (end func()) {
	var opened []viewKey
	for _, r := range rows {
		d.names.Take(r.name)
		if r.offset == 0 && r.count == r.stride && d.m.at >= 0 {
			key := viewKey{r.p.buf, d.m.at, r.stride, 0}
			d.views[key] = r.name
			opened = append(opened, key)
		}
	}
	if d.m.at >= 0 {
		var accs []placed
		for _, a := range d.Extra {
			accs = append(accs, placed{a, d.Axes()})
		}
		opened = append(opened, d.view(d.m.at, "r", accs)...)
	}
	return func() {
		for _, r := range rows {
			delete(d.names, r.name)
		}
		for _, key := range opened {
			delete(d.names, d.views[key])
			delete(d.views, key)
		}
	}
}

// list prints "x0, x1, x2" and the like.
func list(n int, f func(i int) string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = f(i)
	}
	return strings.Join(parts, ", ")
}
