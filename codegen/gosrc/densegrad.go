package gosrc

import "fmt"

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
	if d.terms(d.K) > d.em.sums.long {
		d.tile, d.partial = d.em.sums.partialDims(m, n)
	}
	d.tiled = d.partial && d.tile < m
	if d.divided = d.m.at >= 0; d.divided {
		d.line("i0, i1 := t.Share(%d)", m)
	}
	switch {
	case d.tiled:
	case d.divided:
		d.line("clear(%s)", d.rowsFrom("i0", "i1"))
	default:
		d.line("clear(%s[:])", d.y.name)
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
		d.line("clear(%s)", d.rowsFrom("from", "to"))
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
