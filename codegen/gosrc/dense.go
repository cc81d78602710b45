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
	shared, long := pass, k > d.em.sums.long
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
	d.line("sr := &sum[r%%%d]", shared)
	d.line("for o := range sr {")
	d.line("yr[o] += sr[o]")
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
