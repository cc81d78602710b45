package asm

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/operand"
)

// streamRows is how many rows of the right operand are read side by side where a
// dense product of one row reads it in its order.
const streamRows = 8

// streamed writes what is done for a single row: sums of all columns in the
// scratch, then the tile as if they were the only product of a sum.
func (d *driver) streamed(at position) error {
	s, isNew, err := d.unit.stream(d.level)
	if err != nil {
		return err
	}
	k, columns := d.Sum[0], d.Lane.N
	most := d.unit.machine.Turns(streamRows, 4*(streamRows+2)) / 64 * 64
	d.keep(s, isNew, 4*min(columns, most)*(streamRows+2))
	d.unit.declare("// one is the left operand of sums that are there already.\nvar one float32 = 1")
	size := k.N
	if d.Cut >= 0 {
		size = d.Size
	}
	from, i, j := d.name("from"), d.name(letter(k.Name), "i"), d.name("j")
	defer func() { delete(d.names, from); delete(d.names, i); delete(d.names, j) }()
	at.lhs = at.lhs.plus(i, k.Lhs, k.N-1)
	at.rhs = at.rhs.plus(i, k.Rhs, k.N-1)
	at.lhs.offset += d.Lhs.Offset
	at.rhs.offset += d.Rhs.Offset
	stream := func(at position, work sum, count string) {
		d.line("%s(&work[%v], %s, %s, %d, %d, min(%d, to-%s), %s, %s-%s)", s.Name, work, d.x.address(at.lhs), d.w.address(at.rhs), 4*k.Lhs, 4*k.Rhs, streamRows, i, count, i, from)
	}
	d.line("if n == 1 { // the weights are read once, in their order")
	first, end := "0", fmt.Sprint(columns)
	if d.req.Divide {
		first, end = d.name("first"), d.name("end")
		defer func() { delete(d.names, first); delete(d.names, end) }()
		d.line("%s, %s := t.ShareRuns(%d, %d)", first, end, columns, d.Width)
		d.line("if %s == %s {\nreturn\n}", first, end)
	}
	d.line("%s.k[2] = 1", d.sums)
	d.line("for %s := 0; %s < %d; %s += %d {", from, from, k.N, from, size)
	d.line("to := min(%s+%d, %d)", from, size, k.N)
	d.line("for %s := %s; %s < to; %s += %d {", i, from, i, i, streamRows)
	switch {
	case columns > most:
		d.line("for %s := %s; %s < %s; %s += %d {", j, first, j, end, j, most)
		stream(at.plus(d.Lane, j, columns-1), sum{}.plus(j, 1, columns-1), fmt.Sprintf("min(%d, %s-%s)", most, end, j))
		d.line("}")
	case d.req.Divide:
		stream(at.plus(d.Lane, first, columns-1), sum{}.plus(first, 1, columns-1), end+"-"+first)
	default:
		stream(at, sum{}, end)
	}
	d.line("}")
	if d.Cut >= 0 {
		if d.Epilogue != nil {
			d.line("if to == %d {", k.N)
			d.line("%s.part &^= %d // the last block", d.sums, partRest)
			d.line("}")
		}
		defer d.line("}\nreturn\n}")
		defer d.line("%s.part |= %d // add to what is there", d.sums, partMore)
	} else {
		defer d.line("}\nreturn\n}")
	}
	d.b.Work, d.b.RowWork = max(d.b.Work, columns), columns
	finish := func(at position, lanes int, work sum) error {
		t, err := d.tile(lanes)
		if err != nil {
			return err
		}
		at.out.offset += d.Out.Offset
		args := []string{d.y.address(at.out), "&one", fmt.Sprintf("&work[%v]", work)}
		for i, e := range d.extras() {
			if e.scalar {
				args = append(args, d.e[i].Name)
			} else {
				at.extra[i].offset += d.Extras[i].Offset
				args = append(args, d.e[i].address(at.extra[i]))
			}
		}
		args = append(args, "&"+d.sums, "1")
		if d.Epilogue != nil && hasRows(d.Epilogue) {
			args = append(args, "float32(n)")
		}
		d.line("%s(%s)", t.Name, strings.Join(args, ", "))
		return nil
	}
	full, rest := columns/d.Width, columns%d.Width
	last := fmt.Sprint(full * d.Width)
	if d.req.Divide && rest > 0 {
		last = fmt.Sprintf("min(%s, %s)", end, last)
	} else if d.req.Divide {
		last = end
	}
	d.line("for %s := %s; %s < %s; %s += %d {", j, first, j, last, j, d.Width)
	err = finish(position{extra: make([]sum, len(d.Extras))}.plus(d.Lane, j, (full-1)*d.Width), d.Width, sum{}.plus(j, 1, -1))
	d.line("}")
	if err == nil && rest > 0 {
		if d.req.Divide {
			d.line("if %s == %d {", end, columns)
			defer d.line("}")
		}
		err = finish(d.last(position{extra: make([]sum, len(d.Extras))}, full), rest, sum{offset: full * d.Width})
	}
	return err
}

// stream is the routine that adds some products to the sums of many columns.
func (u *Unit) stream(l Level) (Stub, bool, error) {
	s := Stub{Name: "stream" + l.String(), Doc: "adds k products of x and rows of w to the sums of n columns, xStep and wStep bytes apart. more is 0 where there are no sums yet.",
		Params: []Param{{"sums", "*float32"}, {"x", "*float32"}, {"w", "*float32"}, {"xStep", "int"}, {"wStep", "int"}, {"k", "int"}, {"n", "int"}, {"more", "int"}}}
	s.MulAdds = u.machine.Turns(streamRows, 4*(streamRows+2)) * streamRows
	if !u.once(s.Name) {
		return s, false, nil
	}
	c := u.function(l, s)
	sums, w, n := c.pointer("sums"), c.pointer("w"), c.pointer("n")
	xStep, wStep := c.pointer("xStep"), c.pointer("wStep")
	const wide = 4
	block := func(vectors int, k mask, name string) {
		acc := c.allocs(vectors)
		for _, v := range acc {
			c.zero(v)
		}
		c.CMPQ(c.slot("more"), operand.U8(0))
		c.JEQ(operand.LabelRef("first" + name))
		for j, v := range acc {
			c.load(v, at(sums, j*l.Lanes()), k)
		}
		c.Label("first" + name)
		x, row, count := c.pointer("x"), c.copyOf(w), c.pointer("k")
		b, v := c.alloc(), c.alloc()
		c.Label("row" + name)
		c.broadcast(b, at(x, 0))
		for j, a := range acc {
			c.load(v, at(row, j*l.Lanes()), k)
			c.fma(a, b, v)
		}
		c.ADDQ(xStep, x)
		c.ADDQ(wStep, row)
		c.DECQ(count)
		c.JNZ(operand.LabelRef("row" + name))
		for j, a := range acc {
			c.store(at(sums, j*l.Lanes()), a, k)
		}
		c.release(append(acc, b, v)...)
	}
	c.Label("columns")
	c.CMPQ(n, operand.I32(int32(wide*l.Lanes())))
	c.JLT(operand.LabelRef("rest"))
	block(wide, mask{}, "")
	c.advance(sums, wide*l.Lanes())
	c.advance(w, wide*l.Lanes())
	c.SUBQ(operand.I32(int32(wide*l.Lanes())), n)
	c.JMP(operand.LabelRef("columns"))
	c.Label("rest")
	c.TESTQ(n, n)
	c.JZ(operand.LabelRef("done"))
	some := c.GP64()
	c.MOVQ(operand.U32(uint32(l.Lanes())), some)
	c.CMPQ(n, some)
	c.CMOVQLT(n, some)
	k := c.leading(some)
	block(1, k, "Rest")
	c.advance(sums, l.Lanes())
	c.advance(w, l.Lanes())
	c.SUBQ(some, n)
	c.JMP(operand.LabelRef("rest"))
	c.Label("done")
	return s, true, c.end()
}
