package gosrc

import (
	"fmt"
	"strings"
)

// dots takes eight rows of w at a time and forms their products with each row
// of x: the gradient of a dense layer with respect to its input.
func (d *dense) dots() {
	n, k := d.nn.N, d.kk.N
	d.title("")
	if k <= 2*d.em.sums.variable {
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
