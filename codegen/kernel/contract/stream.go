package contract

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
)

// streamRows is how many rows of the right operand are read side by side where a
// dense product of one row reads it in its order.
const streamRows = 8

// streaming is the Go text for a single row.
type streaming struct {
	*writer
	routine    amd64.Stub
	most       int    // columns of a call
	from, i, j string // variables: of a block of the sum, of points in it, of columns
	first, end string // the columns of this worker
}

// streamed writes what is done for a single row: sums of all columns in the
// scratch, then the tile as if they were the only product of a sum.
func (d *writer) streamed(at position) error {
	s, isNew, err := streamRoutine(d.unit, d.level)
	if err != nil {
		return err
	}
	k, columns, size := d.Sum[0], d.Lane.N, d.Sum[0].N
	if d.Cut >= 0 {
		size = d.Size
	}
	g := &streaming{writer: d, routine: s, most: d.unit.Machine.Turns(streamRows, 4*(streamRows+2)) / 64 * 64,
		from: d.Name("from"), i: d.Name(driver.Letter(k.Name), "i"), j: d.Name("j"), first: "0", end: fmt.Sprint(columns)}
	defer func() { delete(d.Names, g.from); delete(d.Names, g.i); delete(d.Names, g.j) }()
	d.keep(s, isNew, 4*min(columns, g.most)*(streamRows+2))
	d.unit.Declare("// one is the left operand of sums that are there already.\nvar one float32 = 1")
	d.Line("if n == 1 { // the weights are read once, in their order")
	if d.req.Divide {
		g.first, g.end = d.Name("first"), d.Name("end")
		defer func() { delete(d.Names, g.first); delete(d.Names, g.end) }()
		d.Line("%s, %s := t.ShareRuns(%d, %d)", g.first, g.end, columns, d.Width)
		d.Line("if %s == %s {\nreturn\n}", g.first, g.end)
	}
	d.Line("%s.k[2] = 1", d.sums)
	d.Line("for %s := 0; %s < %d; %s += %d {", g.from, g.from, k.N, g.from, size)
	d.Line("to := min(%s+%d, %d)", g.from, size, k.N)
	g.products(at)
	if d.Cut >= 0 && d.Epilogue != nil {
		d.Line("if to == %d {", k.N)
		d.Line("%s.part &^= %d // the last block", d.sums, partRest)
		d.Line("}")
	}
	d.b.Work, d.b.RowWork = max(d.b.Work, columns), columns
	err = g.finish()
	if d.Cut >= 0 {
		d.Line("%s.part |= %d // add to what is there", d.sums, partMore)
	}
	d.Line("}\nreturn\n}")
	return err
}

// products writes the loop over the points of a block that adds up their products.
func (g *streaming) products(at position) {
	k, columns := g.Sum[0], g.Lane.N
	at.lhs = at.lhs.Plus(g.i, k.Lhs, k.N-1)
	at.rhs = at.rhs.Plus(g.i, k.Rhs, k.N-1)
	at.lhs.Offset += g.Lhs.Offset
	at.rhs.Offset += g.Rhs.Offset
	call := func(at position, work driver.Sum, count string) {
		g.Line("%s(&work[%v], %s, %s, %d, %d, min(%d, to-%s), %s, %s-%s)", g.routine.Name, work, g.x.Address(at.lhs), g.w.Address(at.rhs), 4*k.Lhs, 4*k.Rhs, streamRows, g.i, count, g.i, g.from)
	}
	g.Line("for %s := %s; %s < to; %s += %d {", g.i, g.from, g.i, g.i, streamRows)
	switch {
	case columns > g.most:
		g.Line("for %s := %s; %s < %s; %s += %d {", g.j, g.first, g.j, g.end, g.j, g.most)
		call(at.plus(g.Lane, g.j, columns-1), driver.Sum{}.Plus(g.j, 1, columns-1), fmt.Sprintf("min(%d, %s-%s)", g.most, g.end, g.j))
		g.Line("}")
	case g.req.Divide:
		call(at.plus(g.Lane, g.first, columns-1), driver.Sum{}.Plus(g.first, 1, columns-1), g.end+"-"+g.first)
	default:
		call(at, driver.Sum{}, g.end)
	}
	g.Line("}")
}

// finish writes the loop over the panels that brings their sums into the result.
func (g *streaming) finish() error {
	columns := g.Lane.N
	full, rest := columns/g.Width, columns%g.Width
	last := fmt.Sprint(full * g.Width)
	if g.req.Divide && rest > 0 {
		last = fmt.Sprintf("min(%s, %s)", g.end, last)
	} else if g.req.Divide {
		last = g.end
	}
	at := position{extra: make([]driver.Sum, len(g.Extras))}
	g.Line("for %s := %s; %s < %s; %s += %d {", g.j, g.first, g.j, last, g.j, g.Width)
	err := g.tileOf(at.plus(g.Lane, g.j, (full-1)*g.Width), g.Width, driver.Sum{}.Plus(g.j, 1, -1))
	g.Line("}")
	if err != nil || rest == 0 {
		return err
	}
	if g.req.Divide {
		g.Line("if %s == %d {", g.end, columns)
		defer g.Line("}")
	}
	return g.tileOf(g.last(at, full), rest, driver.Sum{Offset: full * g.Width})
}

// tileOf writes the call of a tile of one row for sums in the scratch.
func (g *streaming) tileOf(at position, lanes int, work driver.Sum) error {
	t, err := g.tile(lanes)
	if err != nil {
		return err
	}
	at.out.Offset += g.Out.Offset
	args := []string{g.y.Address(at.out), "&one", fmt.Sprintf("&work[%v]", work)}
	for i, e := range g.extras() {
		if e.scalar {
			args = append(args, g.e[i].Name)
		} else {
			at.extra[i].Offset += g.Extras[i].Offset
			args = append(args, g.e[i].Address(at.extra[i]))
		}
	}
	args = append(args, "&"+g.sums, "1")
	if g.Epilogue != nil && amd64.HasRows(g.Epilogue) {
		args = append(args, "float32(n)")
	}
	g.Line("%s(%s)", t.Name, strings.Join(args, ", "))
	return nil
}

// streamRoutine is the routine that adds some products to the sums of many columns.
func streamRoutine(u *driver.Unit, l amd64.Level) (amd64.Stub, bool, error) {
	s := amd64.Stub{Name: "stream" + l.String(), Doc: "adds k products of x and rows of w to the sums of n columns, xStep and wStep bytes apart. more is 0 where there are no sums yet.",
		Params: []amd64.Param{{Name: "sums", Type: "*float32"}, {Name: "x", Type: "*float32"}, {Name: "w", Type: "*float32"}, {Name: "xStep", Type: "int"}, {Name: "wStep", Type: "int"}, {Name: "k", Type: "int"}, {Name: "n", Type: "int"}, {Name: "more", Type: "int"}}}
	s.MulAdds = u.Machine.Turns(streamRows, 4*(streamRows+2)) * streamRows
	if !u.Once(s.Name) {
		return s, false, nil
	}
	c := u.Function(l, s)
	sums, w, n := c.Pointer("sums"), c.Pointer("w"), c.Pointer("n")
	xStep, wStep := c.Pointer("xStep"), c.Pointer("wStep")
	const wide = 4
	block := func(vectors int, k amd64.Mask, name string) {
		acc := c.Allocs(vectors)
		for _, v := range acc {
			c.Zero(v)
		}
		c.CMPQ(c.Slot("more"), amd64.U8(0))
		c.JEQ(amd64.LabelRef("first" + name))
		for j, v := range acc {
			c.LoadLanes(v, amd64.At(sums, j*l.Lanes()), k)
		}
		c.Label("first" + name)
		x, row, count := c.Pointer("x"), c.CopyOf(w), c.Pointer("k")
		b, v := c.Alloc(), c.Alloc()
		c.Label("row" + name)
		c.Broadcast(b, amd64.At(x, 0))
		for j, a := range acc {
			c.LoadLanes(v, amd64.At(row, j*l.Lanes()), k)
			c.FMA(a, b, v)
		}
		c.ADDQ(xStep, x)
		c.ADDQ(wStep, row)
		c.DECQ(count)
		c.JNZ(amd64.LabelRef("row" + name))
		for j, a := range acc {
			c.StoreLanes(amd64.At(sums, j*l.Lanes()), a, k)
		}
		c.Release(append(acc, b, v)...)
	}
	c.Label("columns")
	c.CMPQ(n, amd64.I32(int32(wide*l.Lanes())))
	c.JLT(amd64.LabelRef("rest"))
	block(wide, amd64.Mask{}, "")
	c.Advance(sums, wide*l.Lanes())
	c.Advance(w, wide*l.Lanes())
	c.SUBQ(amd64.I32(int32(wide*l.Lanes())), n)
	c.JMP(amd64.LabelRef("columns"))
	c.Label("rest")
	c.TESTQ(n, n)
	c.JZ(amd64.LabelRef("done"))
	some := c.GP64()
	c.MOVQ(amd64.U32(uint32(l.Lanes())), some)
	c.CMPQ(n, some)
	c.CMOVQLT(n, some)
	k := c.LeadingLanes(some)
	block(1, k, "Rest")
	c.Advance(sums, l.Lanes())
	c.Advance(w, l.Lanes())
	c.SUBQ(some, n)
	c.JMP(amd64.LabelRef("rest"))
	c.Label("done")
	return s, true, c.End()
}
