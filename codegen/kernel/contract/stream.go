package contract

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/operand"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
)

// streamRows is how many rows of the right operand are read side by side where a
// dense product of one row reads it in its order.
const streamRows = 8

// streamed writes what is done for a single row: sums of all columns in the
// scratch, then the tile as if they were the only product of a sum.
func (d *writer) streamed(at position) error {
	s, isNew, err := streamRoutine(d.unit, d.level)
	if err != nil {
		return err
	}
	k, columns := d.Sum[0], d.Lane.N
	most := d.unit.Machine.Turns(streamRows, 4*(streamRows+2)) / 64 * 64
	d.keep(s, isNew, 4*min(columns, most)*(streamRows+2))
	d.unit.Declare("// one is the left operand of sums that are there already.\nvar one float32 = 1")
	size := k.N
	if d.Cut >= 0 {
		size = d.Size
	}
	from, i, j := d.Name("from"), d.Name(driver.Letter(k.Name), "i"), d.Name("j")
	defer func() { delete(d.Names, from); delete(d.Names, i); delete(d.Names, j) }()
	at.lhs = at.lhs.Plus(i, k.Lhs, k.N-1)
	at.rhs = at.rhs.Plus(i, k.Rhs, k.N-1)
	at.lhs.Offset += d.Lhs.Offset
	at.rhs.Offset += d.Rhs.Offset
	stream := func(at position, work driver.Sum, count string) {
		d.Line("%s(&work[%v], %s, %s, %d, %d, min(%d, to-%s), %s, %s-%s)", s.Name, work, d.x.Address(at.lhs), d.w.Address(at.rhs), 4*k.Lhs, 4*k.Rhs, streamRows, i, count, i, from)
	}
	d.Line("if n == 1 { // the weights are read once, in their order")
	first, end := "0", fmt.Sprint(columns)
	if d.req.Divide {
		first, end = d.Name("first"), d.Name("end")
		defer func() { delete(d.Names, first); delete(d.Names, end) }()
		d.Line("%s, %s := t.ShareRuns(%d, %d)", first, end, columns, d.Width)
		d.Line("if %s == %s {\nreturn\n}", first, end)
	}
	d.Line("%s.k[2] = 1", d.sums)
	d.Line("for %s := 0; %s < %d; %s += %d {", from, from, k.N, from, size)
	d.Line("to := min(%s+%d, %d)", from, size, k.N)
	d.Line("for %s := %s; %s < to; %s += %d {", i, from, i, i, streamRows)
	switch {
	case columns > most:
		d.Line("for %s := %s; %s < %s; %s += %d {", j, first, j, end, j, most)
		stream(at.plus(d.Lane, j, columns-1), driver.Sum{}.Plus(j, 1, columns-1), fmt.Sprintf("min(%d, %s-%s)", most, end, j))
		d.Line("}")
	case d.req.Divide:
		stream(at.plus(d.Lane, first, columns-1), driver.Sum{}.Plus(first, 1, columns-1), end+"-"+first)
	default:
		stream(at, driver.Sum{}, end)
	}
	d.Line("}")
	if d.Cut >= 0 {
		if d.Epilogue != nil {
			d.Line("if to == %d {", k.N)
			d.Line("%s.part &^= %d // the last block", d.sums, partRest)
			d.Line("}")
		}
		defer d.Line("}\nreturn\n}")
		defer d.Line("%s.part |= %d // add to what is there", d.sums, partMore)
	} else {
		defer d.Line("}\nreturn\n}")
	}
	d.b.Work, d.b.RowWork = max(d.b.Work, columns), columns
	finish := func(at position, lanes int, work driver.Sum) error {
		t, err := d.tile(lanes)
		if err != nil {
			return err
		}
		at.out.Offset += d.Out.Offset
		args := []string{d.y.Address(at.out), "&one", fmt.Sprintf("&work[%v]", work)}
		for i, e := range d.extras() {
			if e.scalar {
				args = append(args, d.e[i].Name)
			} else {
				at.extra[i].Offset += d.Extras[i].Offset
				args = append(args, d.e[i].Address(at.extra[i]))
			}
		}
		args = append(args, "&"+d.sums, "1")
		if d.Epilogue != nil && amd64.HasRows(d.Epilogue) {
			args = append(args, "float32(n)")
		}
		d.Line("%s(%s)", t.Name, strings.Join(args, ", "))
		return nil
	}
	full, rest := columns/d.Width, columns%d.Width
	last := fmt.Sprint(full * d.Width)
	if d.req.Divide && rest > 0 {
		last = fmt.Sprintf("min(%s, %s)", end, last)
	} else if d.req.Divide {
		last = end
	}
	d.Line("for %s := %s; %s < %s; %s += %d {", j, first, j, last, j, d.Width)
	err = finish(position{extra: make([]driver.Sum, len(d.Extras))}.plus(d.Lane, j, (full-1)*d.Width), d.Width, driver.Sum{}.Plus(j, 1, -1))
	d.Line("}")
	if err == nil && rest > 0 {
		if d.req.Divide {
			d.Line("if %s == %d {", end, columns)
			defer d.Line("}")
		}
		err = finish(d.last(position{extra: make([]driver.Sum, len(d.Extras))}, full), rest, driver.Sum{Offset: full * d.Width})
	}
	return err
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
		c.CMPQ(c.Slot("more"), operand.U8(0))
		c.JEQ(operand.LabelRef("first" + name))
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
		c.JNZ(operand.LabelRef("row" + name))
		for j, a := range acc {
			c.StoreLanes(amd64.At(sums, j*l.Lanes()), a, k)
		}
		c.Release(append(acc, b, v)...)
	}
	c.Label("columns")
	c.CMPQ(n, operand.I32(int32(wide*l.Lanes())))
	c.JLT(operand.LabelRef("rest"))
	block(wide, amd64.Mask{}, "")
	c.Advance(sums, wide*l.Lanes())
	c.Advance(w, wide*l.Lanes())
	c.SUBQ(operand.I32(int32(wide*l.Lanes())), n)
	c.JMP(operand.LabelRef("columns"))
	c.Label("rest")
	c.TESTQ(n, n)
	c.JZ(operand.LabelRef("done"))
	some := c.GP64()
	c.MOVQ(operand.U32(uint32(l.Lanes())), some)
	c.CMPQ(n, some)
	c.CMOVQLT(n, some)
	k := c.LeadingLanes(some)
	block(1, k, "Rest")
	c.Advance(sums, l.Lanes())
	c.Advance(w, l.Lanes())
	c.SUBQ(some, n)
	c.JMP(operand.LabelRef("rest"))
	c.Label("done")
	return s, true, c.End()
}
