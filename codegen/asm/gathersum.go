package asm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/nngen-go/nngen/ir/loop"
)

// maxExtras is how many operands an epilogue over lists of ids may have: their
// addresses all have registers of their own.
const maxExtras = 4

// gatherSum keeps the sum of a row in registers over all of its ids. Id i of a
// row goes to accumulator i mod 4, so that the sum has the same bits wherever
// the row stands.
func (u *Unit) gatherSum(r Request, k *loop.GatherSum, l Level) (*Body, error) {
	ids, table, ok := r.sparseOperands(k.Ids, k.Table)
	y, ok1 := r.operand(k.Out)
	if !ok || !ok1 || len(k.Extra) > maxExtras || slices.ContainsFunc(k.Extra, irregular) {
		return nil, nil
	}
	room := maxColumns
	if k.Epilogue != nil {
		room = l.registers() - 1 - len(k.Extra) - exprRegisters(k.Epilogue, l) // 1: the mask of the last columns
		if room < 1 || hasRows(k.Epilogue) {
			return nil, nil
		}
	}
	body := &Body{Lines: idLines(ids.Name)}
	for _, b := range u.columnBlocks(k.Width, room, l) {
		g := &gatherer{GatherSum: k, request: r, block: b, level: l, name: r.Name + b.suffix()}
		part, err := u.gatherPart(g)
		if err != nil {
			return nil, err
		}
		row, err := u.gatherRows(g)
		if err != nil {
			return nil, err
		}
		body.Stubs = append(body.Stubs, row, part)
		body.Work = max(body.Work, b.width)
		body.RowWork = body.Work
		whole := []string{g.call(y, table, "r", "&offsets[r]", "nil", "last-r")}
		long := []string{
			"clear(work[:" + fmt.Sprint(b.width) + "])",
			fmt.Sprintf("for at, to := offsets[r], offsets[last]; at < to; at += %d {", b.ids),
			fmt.Sprintf("%s(&work[0], %s, &list[at], int(min(%d, to-at)), column)", part.Name, table.pointer(""), b.ids),
			"}",
			"empty := [2]int32{}",
			g.call(y, table, "r", "&empty[0]", "&work[0]", "1"),
		}
		body.Lines = append(body.Lines, b.loops(b.rowLines(whole, long))...)
	}
	return body, nil
}

// irregular reports an operand that is neither a run of columns nor the same
// number for all of them.
func irregular(a loop.Access) bool {
	if a.Index != nil || a.Buf.DType != loop.F32 || a.Buf.Class == loop.Random || a.Buf.Class == loop.Local {
		return true
	}
	return len(a.Strides) != 2 || a.Strides[0] < 0 || a.Strides[1] != 0 && a.Strides[1] != 1
}

// gatherer is a kernel for one block of columns in the making.
type gatherer struct {
	*loop.GatherSum
	request Request
	block   columns
	level   Level
	name    string
}

// param is the name of the parameter for operand i of the epilogue.
func (g *gatherer) param(i int) string { return fmt.Sprintf("extra%d", i) }

// call is the Go statement that computes rows from row r on.
func (g *gatherer) call(y, table Operand, r, offsets, carry, n string) string {
	args := []string{y.pointer(fmt.Sprintf("%s*%d", r, g.Width)), table.pointer(""), "&list[0]", offsets, carry}
	for _, a := range g.Extra {
		o, _ := g.request.operand(a.Buf)
		switch {
		case a.Buf.Class == loop.Scalar:
			args = append(args, o.Name)
		case a.Buf.Rows:
			args = append(args, o.pointer(fmt.Sprintf("%s*%d", r, a.Buf.Row())))
		default:
			args = append(args, o.pointer(""))
		}
	}
	args = append(args, n, "column")
	return g.name + g.level.String() + "(" + strings.Join(args, ", ") + ")"
}

// gatherRows writes the function that computes n rows.
func (u *Unit) gatherRows(g *gatherer) (Stub, error) {
	s := Stub{Name: g.name + g.level.String(), Params: []Param{{"y", "*float32"}, {"table", "*float32"}, {"ids", "*int32"}, {"offsets", "*int32"}, {"carry", "*float32"}}}
	s.Doc = fmt.Sprintf("sums, for n rows, the table rows that their ids name, in the %d columns from column on, beginning with carry", g.block.width)
	for i, a := range g.Extra {
		typ := "*float32"
		if a.Buf.Class == loop.Scalar {
			typ = "float32"
		}
		s.Params = append(s.Params, Param{g.param(i), typ})
	}
	s.Params = append(s.Params, Param{"n", "int"}, Param{"column", "int"})

	g.block.limits(&s)
	c := u.function(g.level, s)
	p := panel{c, g.block.width}
	column := c.pointer("column")
	at := func(name string, moves bool) reg.GPVirtual {
		r := c.pointer(name)
		if moves {
			c.LEAQ(operand.Mem{Base: r, Index: column, Scale: 4}, r)
		}
		return r
	}
	y, table := at("y", true), at("table", true)
	extras := make([]reg.GPVirtual, len(g.Extra))
	for i, a := range g.Extra {
		if a.Buf.Class != loop.Scalar {
			extras[i] = at(g.param(i), a.Strides[1] == 1)
		}
	}
	ids, offsets, carry, n := c.pointer("ids"), c.pointer("offsets"), c.pointer("carry"), c.pointer("n")
	tail := p.tail()
	acc := make([][]vec, g.block.sums)
	for i := range acc {
		acc[i] = c.allocs(p.registers())
	}
	c.until(n, func() {
		for _, a := range acc {
			for _, v := range a {
				c.zero(v)
			}
		}
		fresh := u.label("fresh")
		c.TESTQ(carry, carry)
		c.JZ(operand.LabelRef(fresh))
		for i, v := range acc[0] {
			m, k := p.part(operand.Mem{Base: carry}, i, tail)
			c.load(v, m, k)
		}
		c.Label(fresh)
		from, to := c.GP64(), c.GP64()
		c.MOVLQSX(operand.Mem{Base: offsets}, from)
		c.MOVLQSX(operand.Mem{Base: offsets, Disp: 4}, to)
		c.ADDQ(operand.U8(4), offsets)
		first := c.GP64()
		c.LEAQ(operand.Mem{Base: ids, Index: from, Scale: 4}, first)
		c.SUBQ(from, to)
		p.gather(acc, table, g.Width, first, to, tail)
		p.combine(acc)
		p.finish(g, acc, y, extras, tail)
		c.advance(y, g.Width)
		for i, a := range g.Extra {
			if a.Buf.Class != loop.Scalar {
				c.advance(extras[i], a.Strides[0])
			}
		}
	})
	return s, c.end()
}

// gather adds the table rows of count ids to the accumulators.
func (p panel) gather(acc [][]vec, table reg.GPVirtual, width int, ids, count reg.GPVirtual, tail mask) {
	all, rest, next := p.unit.label("all"), p.unit.label("rest"), p.unit.label("next")
	p.SUBQ(operand.U8(uint8(len(acc))), count)
	p.JLT(operand.LabelRef(rest))
	p.Label(all)
	for i, a := range acc {
		p.add(a, p.row(table, width, operand.Mem{Base: ids, Disp: 4 * i}), tail)
	}
	p.ADDQ(operand.U8(uint8(4*len(acc))), ids)
	p.SUBQ(operand.U8(uint8(len(acc))), count)
	p.JGE(operand.LabelRef(all))
	p.Label(rest)
	p.ADDQ(operand.U8(uint8(len(acc))), count)
	for i, a := range acc[:len(acc)-1] {
		p.JZ(operand.LabelRef(next))
		p.add(a, p.row(table, width, operand.Mem{Base: ids, Disp: 4 * i}), tail)
		p.DECQ(count)
	}
	p.Label(next)
}

// combine adds the accumulators up into the first.
func (p panel) combine(acc [][]vec) {
	for n := len(acc); n > 1; n /= 2 {
		for i := range n / 2 {
			for j, v := range acc[i] {
				p.VADDPS(p.full(acc[i+n/2][j]), p.full(v), p.full(v))
			}
		}
	}
}

// finish puts the epilogue of the sums into y. The accumulators but the first
// are free meanwhile.
func (p panel) finish(g *gatherer, acc [][]vec, y reg.GPVirtual, extras []reg.GPVirtual, tail mask) {
	for _, a := range acc[1:] {
		p.release(a...)
	}
	for i, v := range acc[0] {
		place, k := p.part(operand.Mem{Base: y}, i, tail)
		if g.Epilogue == nil {
			p.store(place, v, k)
			continue
		}
		args := []vec{v}
		for j := range g.Extra {
			args = append(args, p.extra(g, j, extras[j], i, tail))
		}
		result := p.eval(g.Epilogue, args)
		p.store(place, result, k)
		p.release(args[1:]...)
		p.release(result)
	}
	for _, a := range acc[1:] {
		for j := range a {
			a[j] = p.alloc()
		}
	}
}

// extra loads register i of an operand of the epilogue.
func (p panel) extra(g *gatherer, number int, from reg.GPVirtual, i int, tail mask) vec {
	a := g.Extra[number]
	if a.Buf.Class == loop.Scalar {
		return p.scalar(g.param(number))
	}
	v := p.alloc()
	if a.Strides[1] == 0 {
		p.broadcast(v, at(from, a.Offset))
		return v
	}
	m, k := p.part(at(from, a.Offset), i, tail)
	p.load(v, m, k)
	return v
}

// gatherPart writes the function that adds table rows to a sum in memory: for
// rows with more ids than one call takes.
func (u *Unit) gatherPart(g *gatherer) (Stub, error) {
	s := Stub{Name: g.name + "Part" + g.level.String(), Params: []Param{{"sum", "*float32"}, {"table", "*float32"}, {"ids", "*int32"}, {"n", "int"}, {"column", "int"}}}
	s.Doc = fmt.Sprintf("adds the table rows that n ids name to sum, in the %d columns from column on", g.block.width)
	g.block.limits(&s)
	c := u.function(g.level, s)
	p := panel{c, g.block.width}
	sum, table, ids, n, column := c.pointer("sum"), c.pointer("table"), c.pointer("ids"), c.pointer("n"), c.pointer("column")
	c.LEAQ(operand.Mem{Base: table, Index: column, Scale: 4}, table)
	tail := p.tail()
	acc := make([][]vec, g.block.sums)
	for i := range acc {
		acc[i] = c.allocs(p.registers())
		for j, v := range acc[i] {
			if i == 0 {
				m, k := p.part(operand.Mem{Base: sum}, j, tail)
				c.load(v, m, k)
				continue
			}
			c.zero(v)
		}
	}
	p.gather(acc, table, g.Width, ids, n, tail)
	p.combine(acc)
	for j, v := range acc[0] {
		m, k := p.part(operand.Mem{Base: sum}, j, tail)
		c.store(m, v, k)
	}
	return s, c.end()
}
