package gosrc

import (
	"fmt"
	"strings"
)

// straight writes a small layer out, one expression per output.
func (d *dense) straight() {
	n, k := d.nn.N, d.kk.N
	d.title(", written out")
	d.line("for r := range %s {", d.rowsText())
	xr, yr := d.rowNames()
	d.rowOf(xr, d.x, "r", d.m.lhs, d.Lhs.Offset, k)
	d.rowOf(yr, d.y, "r", d.m.out, d.Out.Offset, n)
	end := d.extraViews(declared{xr, d.x, d.m.lhs, d.Lhs.Offset, k}, declared{yr, d.y, d.m.out, d.Out.Offset, n})
	x := func(i int) string { return fmt.Sprintf("%s[%d]", xr, i) }
	if k <= 8 {
		letter := strings.TrimSuffix(xr, "yr")[:1]
		d.line("%s := %s", list(k, func(i int) string { return fmt.Sprint(letter, i) }), list(k, x))
		x = func(i int) string { return fmt.Sprint(letter, i) }
	}
	for o := range n {
		var sum strings.Builder
		for i := range k {
			if i > 0 && i%4 == 0 {
				sum.WriteString(" +\n")
			} else if i > 0 {
				sum.WriteString(" + ")
			}
			sum.WriteString(d.times(x(i), d.element(d.Rhs, fmt.Sprint(i), fmt.Sprint(o))))
		}
		if dst := fmt.Sprintf("%s[%d]", yr, o); d.short() {
			d.finish(dst, sum.String(), fmt.Sprint(o))
		} else {
			d.line("%s = %s", dst, sum.String())
		}
	}
	if !d.short() {
		d.epilogueLoop(yr, "0")
	}
	end()
	d.line("}")
}

// rowNames are the variables of the current rows of x and y.
func (d *dense) rowNames() (xr, yr string) { return d.x.name + "r", d.y.name + "r" }

// narrow keeps the sums of one to three outputs in variables: long ones in
// double precision. A single output has four partial sums, for one would wait
// for itself.
func (d *dense) narrow() {
	n, k := d.nn.N, d.kk.N
	d.title("")
	d.line("for r := range %s {", d.rowsText())
	d.rowOf("xr", d.x, "r", d.m.lhs, d.Lhs.Offset, k)
	d.rowOf("yr", d.y, "r", d.m.out, d.Out.Offset, n)
	end := d.extraViews(declared{"xr", d.x, d.m.lhs, d.Lhs.Offset, k}, declared{"yr", d.y, d.m.out, d.Out.Offset, n})
	s := func(i int) string { return fmt.Sprint("s", i) }
	float := d.sumType(k / max(1, 4/n))
	product := func(x, i string, o int) string {
		return d.widened(float, x+"*"+d.element(d.Rhs, i, fmt.Sprint(o)))
	}
	if n > 1 {
		d.line("var %s %s", list(n, s), float)
		d.line("for i, xi := range xr {")
		for o := range n {
			d.line("%s += %s", s(o), product("xi", "i", o))
		}
		d.line("}")
		for o := range n {
			d.finish(fmt.Sprintf("yr[%d]", o), d.el.convert(s(o), float), fmt.Sprint(o))
		}
	} else {
		d.line("var s0, s1, s2, s3 %s", float)
		d.line("for i := 0; i < %d; i += 4 {", k-k%4)
		for j := range 4 {
			d.line("s%d += %s", j, product("xr["+plusText("i", j)+"]", plusText("i", j), 0))
		}
		d.line("}")
		for i := k - k%4; i < k; i++ {
			d.line("s%d += %s", i%4, product(fmt.Sprintf("xr[%d]", i), fmt.Sprint(i), 0))
		}
		d.line("s0 = (s0 + s1) + (s2 + s3)")
		d.finish("yr[0]", d.el.convert("s0", float), "0")
	}
	end()
	d.line("}")
}

// pass is how many rows share each pass over a weight matrix, and how many
// rows of the matrix a pass takes at once. Every sum runs in the order of the
// inputs, whatever the number of rows, so a row's result never depends on the
// rows beside it.
const pass = 8

// stream adds eight rows of w at a time to the rows of y, which a scalar
// processor does at the speed of its multiplier (measured: 6.3 GFLOP/s against
// 2.8 for a 4x2 register block and 0.5 for the naive loop at 784x512).
func (d *dense) stream() {
	n, k := d.nn.N, d.kk.N
	d.title("")
	shared, long := pass, k > d.em.sums.long && d.el == single
	for ; long && shared*n > d.em.sums.most; shared /= 2 {
		long = shared > 1
	}
	d.line("for r0 := 0; r0 < %s; r0 += %d { // %d rows share each pass over %s", d.rowsText(), shared, shared, d.w.name)
	d.line("r1 := min(r0+%d, %s)", shared, d.rowsText())
	row := func() { d.rowOf("yr", d.y, "r", d.m.out, d.Out.Offset, n) }
	switch {
	case d.Accumulate:
	case d.m.out == n:
		d.line("clear(%s[%s:%s])", d.y.name, scaled("r0", n, 0), scaled("r1", n, 0))
	default:
		d.line("for r := r0; r < r1; r++ {")
		row()
		d.line("clear(yr[:])")
		d.line("}")
	}
	first := 0
	if long {
		first = k - k%d.em.sums.partial
		d.streamPartial(first, shared, row)
	}
	if whole := k - k%pass; whole > first {
		d.line("for i := %d; i < %d; i += %d {", first, whole, pass)
		d.streamBlock("i", "", pass, row)
		d.line("}")
	}
	if k%pass > 0 {
		if k > pass {
			d.line("{ // the last %d inputs", k%pass)
		}
		d.streamBlock(fmt.Sprint(k-k%pass), "", k%pass, row)
		if k > pass {
			d.line("}")
		}
	}
	if d.Epilogue != nil {
		d.line("for r := r0; r < r1; r++ {")
		row()
		end := d.extraViews(declared{"yr", d.y, d.m.out, d.Out.Offset, n})
		d.line("for o := range %d {", n)
		d.finish("yr[o]", "yr[o]", "o")
		d.line("}")
		end()
		d.line("}")
	}
	d.line("}")
}

// streamPartial adds the first inputs to the rows of y, the sums of a block of
// them at a time.
func (d *dense) streamPartial(end, shared int, row func()) {
	n := d.nn.N
	d.line("for i0 := 0; i0 < %d; i0 += %d { // each block of inputs has sums of its own", end, d.em.sums.partial)
	d.line("var sum [%d][%d]%s", shared, n, d.el.float)
	if len(d.w.dims) == 2 && viewable(d.w, d.Rhs, d.kk.rhs, n) {
		d.line("wi := (*[%d][%d]%s)(%s[i0:])", d.em.sums.partial, n, d.el.float, d.w.name)
	}
	d.line("for i := 0; i < %d; i += %d {", d.em.sums.partial, pass)
	d.streamBlock("i", "i0", pass, func() { d.line("yr := &sum[r%%%d]", shared) })
	d.line("}")
	d.line("for r := r0; r < r1; r++ {")
	row()
	d.line("for o, s := range sum[r%%%d] {", shared)
	d.line("yr[o] += s")
	d.line("}")
	d.line("}")
	d.line("}")
}

// streamBlock adds count inputs to the rows of y: from i on, counted from an
// origin.
func (d *dense) streamBlock(i, origin string, count int, row func()) {
	base, from := i, 0
	if i != "i" {
		base = "0"
		fmt.Sscan(i, &from)
	}
	half := (count + 1) / 2
	if count <= 4 {
		half = count
	}
	product := d.times("x%[1]d", "w%[1]d[o]")
	if origin != "" {
		base = origin + "+" + i
	}
	if viewable(d.w, d.Rhs, d.kk.rhs, d.nn.N) {
		for lo := 0; lo < count; lo += half {
			hi := min(lo+half, count)
			d.line("%s := %s", list(hi-lo, func(j int) string { return fmt.Sprint("w", lo+j) }),
				list(hi-lo, func(j int) string {
					if origin != "" && len(d.w.dims) == 2 {
						return "&wi[" + plusText(i, lo+j) + "]"
					}
					return d.matrix(d.w, d.Rhs, base, from+lo+j, d.kk.rhs, d.nn.N)
				}))
		}
	} else {
		product = ""
	}
	d.line("for r := r0; r < r1; r++ {")
	start := joined(joined(scaled("r", d.m.lhs, d.Lhs.Offset), origin), "i")
	if i != "i" {
		start = scaled("r", d.m.lhs, d.Lhs.Offset+from)
	}
	d.line("xr := (*[%d]%s)(%s[%s:])", count, d.el.float, d.x.name, start)
	row()
	for lo := 0; lo < count; lo += half {
		hi := min(lo+half, count)
		d.line("%s := %s", list(hi-lo, func(j int) string { return fmt.Sprint("x", lo+j) }), list(hi-lo, func(j int) string { return fmt.Sprintf("xr[%d]", lo+j) }))
	}
	d.line("for o := range %d {", d.nn.N)
	d.line("yr[o] += %s", products(count, func(j int) string {
		if product == "" {
			return d.times(fmt.Sprint("x", j), d.element(d.Rhs, plusText(base, from+j), "o"))
		}
		return fmt.Sprintf(product, j)
	}))
	d.line("}")
	d.line("}")
}

// products prints a sum of count terms, broken after every four.
func products(count int, product func(j int) string) string {
	var b strings.Builder
	for j := range count {
		if j > 0 && j%4 == 0 {
			b.WriteString(" +\n")
		} else if j > 0 {
			b.WriteString(" + ")
		}
		b.WriteString(product(j))
	}
	return b.String()
}

// dots takes eight rows of w at a time and forms their products with each row
// of x: the gradient of a dense layer with respect to its input.
func (d *dense) dots() {
	n, k := d.nn.N, d.kk.N
	d.title("")
	if k <= 2*d.em.sums.variable || d.el == double {
		d.dotBlocks(run{n: k, stored: !d.Accumulate}, d.Epilogue != nil)
		return
	}
	// Each run of terms has sums of its own.
	row := func() { d.rowOf(d.y.name+"r", d.y, "r", d.m.out, d.Out.Offset, n) }
	rest := (k-1)%d.em.sums.variable + 1
	d.dotBlocks(run{n: rest, stored: !d.Accumulate}, false)
	d.line("for o0 := %d; o0 < %d; o0 += %d { // each run of outputs has sums of its own", rest, k, d.em.sums.variable)
	d.dotBlocks(run{from: "o0", n: d.em.sums.variable}, false)
	d.line("}")
	if d.Epilogue == nil {
		return
	}
	_, yr := d.rowNames()
	d.line("for r := range %s {", d.rowsText())
	row()
	end := d.extraViews(declared{yr, d.y, d.m.out, d.Out.Offset, n})
	d.epilogueLoop(yr, "0")
	end()
	d.line("}")
}

// run is a part of the terms of all sums.
type run struct {
	from   string // empty: from the first
	n      int
	stored bool // its sums are stored, others are added
}

// dotBlocks forms the products of each row of x with all rows of w.
func (d *dense) dotBlocks(terms run, finish bool) {
	n := d.nn.N
	if whole := n - n%pass; whole > 0 {
		d.line("for i := 0; i < %d; i += %d {", whole, pass)
		d.dotBlock("i", 0, pass, terms, finish)
		d.line("}")
	}
	if n%pass > 0 {
		if n > pass {
			d.line("{ // the last %d columns", n%pass)
		}
		d.dotBlock("0", n-n%pass, n%pass, terms, finish)
		if n > pass {
			d.line("}")
		}
	}
}

func (d *dense) dotBlock(base string, from, count int, terms run, finish bool) {
	half := min(count, 4)
	xr, yr := d.rowNames()
	at := "o"
	if terms.from != "" {
		at = terms.from + "+o"
	}
	factor := func(j int) string { return d.element(d.Rhs, at, plusText(base, from+j)) }
	if viewable(d.w, d.Rhs, d.nn.rhs, d.kk.N) {
		factor = func(j int) string { return fmt.Sprintf("w%d[o]", j) }
		for lo := 0; lo < count; lo += half {
			hi := min(lo+half, count)
			d.line("%s := %s", list(hi-lo, func(j int) string { return fmt.Sprint("w", lo+j) }),
				list(hi-lo, func(j int) string { return d.partOf(terms, base, from+lo+j) }))
		}
	}
	d.line("for r := range %s {", d.rowsText())
	if terms.n == d.kk.N {
		d.rowOf(xr, d.x, "r", d.m.lhs, d.Lhs.Offset, d.kk.N)
	} else {
		d.line("%s := (*[%d]%s)(%s[%s:])", xr, terms.n, d.el.float, d.x.name, joined(scaled("r", d.m.lhs, d.Lhs.Offset), terms.from))
	}
	start := scaled("r", d.m.out, d.Out.Offset+from)
	if base == "i" {
		start += "+i"
	}
	d.line("%s := (*[%d]%s)(%s[%s:])", yr, count, d.el.float, d.y.name, start)
	d.line("var %s %s", list(count, func(j int) string { return fmt.Sprint("s", j) }), d.el.float)
	d.line("for o, d := range %s {", xr)
	for j := range count {
		d.line("s%d += %s", j, d.round("d * "+factor(j)))
	}
	d.line("}")
	for lo := 0; lo < count; lo += half {
		hi := min(lo+half, count)
		if !terms.stored {
			for j := lo; j < hi; j++ {
				d.line("%s[%d] += s%d", yr, j, j)
			}
			continue
		}
		d.line("%s = %s", list(hi-lo, func(j int) string { return fmt.Sprintf("%s[%d]", yr, lo+j) }), list(hi-lo, func(j int) string { return fmt.Sprint("s", lo+j) }))
	}
	if finish {
		end := d.extraViews(declared{xr, d.x, d.m.lhs, d.Lhs.Offset, d.kk.N}, declared{yr, d.y, d.m.out, d.Out.Offset + from, count})
		if base == "i" {
			d.epilogueLoop(yr, "i")
		} else {
			d.epilogueLoop(yr, fmt.Sprint(from))
		}
		end()
	}
	d.line("}")
}

// partOf prints a pointer to the part of a row of w that a run of terms takes.
func (d *dense) partOf(terms run, base string, row int) string {
	whole := d.matrix(d.w, d.Rhs, base, row, d.nn.rhs, d.kk.N)
	if terms.n == d.kk.N {
		return whole
	}
	if len(d.w.dims) == 2 {
		return fmt.Sprintf("(*[%d]%s)(%s[%s:])", terms.n, d.el.float, strings.TrimPrefix(whole, "&"), terms.from)
	}
	at := fmt.Sprint(d.Rhs.Offset + row*d.nn.rhs)
	if base != "0" {
		at = scaled(base, d.nn.rhs, d.Rhs.Offset+row*d.nn.rhs)
	}
	return fmt.Sprintf("(*[%d]%s)(%s[%s:])", terms.n, d.el.float, d.w.name, joined(at, terms.from))
}

// joined adds a variable to an index.
func joined(at, v string) string {
	switch {
	case v == "":
		return at
	case at == "0":
		return v
	}
	return at + "+" + v
}

// gradW is the gradient of a weight matrix: the outer products of eight rows
// of x and dy are added at a time.
func (d *dense) gradW() {
	d.y = d.kernel.param(d.Out.Buf, "dw")
	m, n := d.m.N, d.nn.N
	in, out := m, n
	left, right := "x", "dy" // what m and n are axes of
	if d.Lhs.Buf.Grad && !d.Rhs.Buf.Grad {
		in, out = n, m
		left, right = right, left
	}
	d.x, d.w = d.kernel.param(d.Lhs.Buf, left), d.kernel.param(d.Rhs.Buf, right)
	d.name = pointwise(d.Out.Buf, in, out) + "GradW"
	d.extras("w")
	d.describe("%s[i,o] = %s, for %s and %s", d.y.name, d.epilogueText("Σ_r x[r,i]·dy[r,o]", "", "o"), number(in, "input"), number(out, "output"))
	l, r := left[:1], right[:1]
	if d.divided = d.m.at >= 0; d.divided {
		d.line("i0, i1 := t.Share(%d)", m)
		d.line("clear(%s)", d.rowsFrom("i0", "i1"))
	} else {
		d.line("clear(%s[:])", d.y.name)
	}
	if d.terms(d.K) > d.em.sums.long && d.el == single {
		d.tile, d.partial = d.em.sums.partialDims(m, n)
	}
	switch {
	case !d.partial:
		d.line("r := 0")
		d.outerProducts(l, r, d.rowsText())
	case d.tile == m:
		d.partialProducts(l, r)
	default:
		d.line("for from := i0; from < i1; from += %d { // a part of %s at a time", d.tile, d.y.name)
		d.line("to := min(from+%d, i1)", d.tile)
		d.tiled = true
		d.partialProducts(l, r)
		d.tiled = false
		d.line("}")
	}
	if d.Epilogue == nil {
		return
	}
	d.partial = false
	d.outer(func(i, v string) {
		args := []string{v}
		for _, a := range d.Extra {
			args = append(args, d.elementAt(a, i, "0", "o"))
		}
		d.line("for o := range %d {", n)
		d.assign(v, "=", d.Epilogue, args, d.Word)
		d.line("}")
	})
}

// partialProducts adds the outer products of many rows, the sum of a block of
// them at a time.
func (d *dense) partialProducts(l, r string) {
	n := d.nn.N
	d.line("for r := 0; r < %s; { // each block of rows has sums of its own", d.rowsText())
	d.line("end := min(r+%d, %s)", d.em.sums.partial, d.rowsText())
	d.line("var sum [%d][%d]%s", d.tile, n, d.el.float)
	d.outerProducts(l, r, "end")
	d.partial = false
	d.outer(func(i, v string) {
		d.line("for o := range %d {", n)
		d.line("%s += sum[%s][o]", v, slot(i, d.tile, d.m.N))
		d.line("}")
	})
	d.partial = true
	d.line("}")
}

// outerProducts adds the outer products of the rows from r to end.
func (d *dense) outerProducts(l, r, end string) {
	m, n := d.m.N, d.nn.N
	d.line("for ; r+%d <= %s; r += %d {", pass, end, pass)
	view := func(p *param, row string, stride, offset, n int) string {
		return fmt.Sprintf("(*[%d]%s)(%s[%s:])", n, d.el.float, p.name, scaled(row, stride, offset))
	}
	for j := range pass {
		v := plusText("r", j)
		d.line("%s%d, %s%d := %s, %s", l, j, r, j, view(d.x, v, d.kk.lhs, d.Lhs.Offset, m), view(d.w, v, d.kk.rhs, d.Rhs.Offset, n))
	}
	d.outer(func(i, v string) {
		d.line("a0, a1, a2, a3 := %[2]s0[%[1]s], %[2]s1[%[1]s], %[2]s2[%[1]s], %[2]s3[%[1]s]", i, l)
		d.line("a4, a5, a6, a7 := %[2]s4[%[1]s], %[2]s5[%[1]s], %[2]s6[%[1]s], %[2]s7[%[1]s]", i, l)
		d.line("for o := range %d {", n)
		d.line("%s += %s", v, products(pass, func(j int) string { return d.times(fmt.Sprint("a", j), fmt.Sprintf("%s%d[o]", r, j)) }))
		d.line("}")
	})
	d.line("}")
	d.line("for ; r < %s; r++ {", end)
	d.line("%sr, %sr := %s, %s", l, r, view(d.x, "r", d.kk.lhs, d.Lhs.Offset, m), view(d.w, "r", d.kk.rhs, d.Rhs.Offset, n))
	d.outer(func(i, v string) {
		d.line("a := %sr[%s]", l, i)
		d.line("for o := range %sr {", r)
		d.line("%s += %s", v, d.round(fmt.Sprintf("a * %sr[o]", r)))
		d.line("}")
	})
	d.line("}")
}

// outer prints the loop over the rows of a gradient matrix around a body that
// is given the row's number and the element that it adds to: of the matrix, or
// of partial sums.
func (d *dense) outer(body func(i, element string)) {
	if d.m.at < 0 {
		v := d.elementAt(d.Out, "0", "0", "o")
		if d.partial {
			v = "sum[0][o]"
		}
		body("0", v)
		return
	}
	from, to := "i0", "i1"
	if d.tiled {
		from, to = "from", "to"
	}
	d.line("for i := %s; i < %s; i++ {", from, to)
	if d.partial {
		d.line("v := &sum[%s]", slot("i", d.tile, d.m.N))
		body("i", "v[o]")
	} else if viewable(d.y, d.Out, d.m.out, d.nn.N) {
		d.line("v := %s", d.matrix(d.y, d.Out, "i", 0, d.m.out, d.nn.N))
		body("i", "v[o]")
	} else {
		body("i", d.elementAt(d.Out, "i", "0", "o"))
	}
	d.line("}")
}

// rowsFrom is a run of rows of a gradient matrix, which may lie in an array of
// more dimensions: the kernel of a convolution by one point.
func (d *dense) rowsFrom(lo, hi string) string {
	at, ok := split(placed{d.Out, d.Axes()}, d.y.dims)
	if len(d.y.dims) < 2 || !ok {
		return fmt.Sprintf("%s[%s:%s]", d.y.name, scaled(lo, d.m.out, 0), scaled(hi, d.m.out, 0))
	}
	name := d.y.name
	for _, x := range at {
		if len(x.terms) > 0 && x.terms[0].axis == d.m.at {
			break
		}
		name += "[" + x.text(nil, "") + "]"
	}
	return fmt.Sprintf("%s[%s:%s]", name, lo, hi)
}

// general prints any contraction as the loops that it says.
func (d *dense) general(accs []placed) {
	var sizes []string
	axes := d.Axes()
	for _, a := range axes {
		if !a.Rows {
			sizes = append(sizes, fmt.Sprint(a.N))
		}
	}
	d.name = "contract" + strings.Join(sizes, "x") + d.epilogueName()
	d.describe("%s = %s, over every point of its %d loops", d.y.name, d.epilogueText(fmt.Sprintf("Σ %s·%s", d.x.name, d.w.name), "", ""), len(axes))
	vars := make([]string, len(axes))
	outer := len(axes) - len(d.K)
	var ends []func()
	for i := range outer {
		ends = append(ends, d.open(axes, i, vars, accs))
	}
	s := d.inner("s")
	float := d.sumType(d.terms(d.K))
	d.line("var %s %s", s, float)
	ends = append(ends, d.openReduced(axes, outer, vars, accs)...)
	d.line("%s += %s", s, d.widened(float, d.at(accs[1], vars)+"*"+d.at(accs[2], vars)))
	for i := len(ends) - 1; i >= outer; i-- {
		ends[i]()
	}
	args := []string{d.el.convert(s, float)}
	for _, a := range accs[3:] {
		args = append(args, d.at(a, vars))
	}
	e := d.Epilogue
	if e == nil {
		e = loopSum
	}
	op := "="
	if d.Accumulate {
		op = "+="
	}
	d.assign(d.at(accs[0], vars), op, e, args, d.Word)
	for i := outer - 1; i >= 0; i-- {
		ends[i]()
	}
}
