package asm

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"

	"github.com/nngen-go/nngen/ir/loop"
)

// scatterSum keeps the gradient of a row in registers over all of its ids. The
// workers share the rows of the table: each goes through all ids, in order, and
// picks out those of its own.
func (u *Unit) scatterSum(r Request, k *loop.ScatterSum, l Level) (*Body, error) {
	ids, table, ok := r.sparseOperands(k.Ids, k.Table)
	grad, ok1 := r.operand(k.Grad)
	if !ok || !ok1 {
		return nil, nil
	}
	low, high := "low", "high"
	if len(table.Dims) == 1 {
		low, high = fmt.Sprintf("low*%d", k.Width), fmt.Sprintf("high*%d", k.Width)
	}
	body := &Body{Lines: append(idLines(ids.Name),
		fmt.Sprintf("low, high := t.Share(%d)", k.Limit),
		fmt.Sprintf("clear(%s[%s:%s])", table.Name, low, high),
	)}
	for _, b := range u.columnBlocks(k.Width, maxColumns, l) {
		s := &scatterer{ScatterSum: k, block: b, level: l}
		var names []string
		for _, s.picks = range []bool{false, true} {
			stub, err := u.scatter(r.Name+b.suffix(), s)
			if err != nil {
				return nil, err
			}
			body.Stubs = append(body.Stubs, stub)
			names = append(names, stub.Name)
		}
		call := func(offsets, n string) []string {
			args := fmt.Sprintf("%s, %s, &list[0], %s", table.pointer(""), grad.pointer(fmt.Sprintf("r*%d", k.Width)), offsets)
			return []string{
				fmt.Sprintf("if high-low == %d {", k.Limit),
				fmt.Sprintf("%s(%s, %s, column)", names[0], args, n),
				"} else {",
				fmt.Sprintf("%s(%s, %s, column, low, high-low)", names[1], args, n),
				"}",
			}
		}
		long := []string{
			fmt.Sprintf("for at, to := offsets[r], offsets[last]; at < to; at += %d {", b.ids),
			fmt.Sprintf("part := [2]int32{at, min(at+%d, to)}", b.ids),
		}
		long = append(append(long, call("&part[0]", "1")...), "}")
		body.Lines = append(body.Lines, b.loops(b.rowLines(call("&offsets[r]", "last-r"), long))...)
	}
	return body, nil
}

// scatterer is a kernel for one block of columns in the making.
type scatterer struct {
	*loop.ScatterSum
	block columns
	level Level
	picks bool // some of the ids alone
}

// picked is how many ids a function that picks some takes at a time: they lie
// on its stack.
const picked = 128

// scatter writes the function that adds the gradients of n rows to the table.
func (u *Unit) scatter(name string, s *scatterer) (Stub, error) {
	stub := Stub{Name: name + s.level.String(), Params: []Param{{"table", "*float32"}, {"grad", "*float32"}, {"ids", "*int32"}, {"offsets", "*int32"}, {"n", "int"}, {"column", "int"}}}
	stub.Doc = fmt.Sprintf("adds n rows to the table rows that their ids name, in the %d columns from column on", s.block.width)
	if s.picks {
		stub.Name = name + "Some" + s.level.String()
		stub.Params = append(stub.Params, Param{"low", "int"}, Param{"count", "int"})
		stub.Doc += ", for the count ids from low on"
	}
	s.block.limits(&stub)
	c := u.function(s.level, stub)
	p := panel{c, s.block.width}
	column, table, grad := c.pointer("column"), c.pointer("table"), c.pointer("grad")
	c.LEAQ(operand.Mem{Base: table, Index: column, Scale: 4}, table)
	c.LEAQ(operand.Mem{Base: grad, Index: column, Scale: 4}, grad)
	ids, offsets, n := c.pointer("ids"), c.pointer("offsets"), c.pointer("n")
	tail := p.tail()
	row, sum := c.allocs(p.registers()), c.allocs(p.registers())
	var stack operand.Mem
	if s.picks {
		stack = c.AllocLocal(4 * picked)
	}
	c.until(n, func() {
		for i, v := range row {
			m, k := p.part(operand.Mem{Base: grad}, i, tail)
			c.load(v, m, k)
		}
		c.advance(grad, s.Width)
		from, count := c.GP64(), c.GP64()
		c.MOVLQSX(operand.Mem{Base: offsets}, from)
		c.MOVLQSX(operand.Mem{Base: offsets, Disp: 4}, count)
		c.ADDQ(operand.U8(4), offsets)
		first := c.GP64()
		c.LEAQ(operand.Mem{Base: ids, Index: from, Scale: 4}, first)
		none := u.label("none")
		c.SUBQ(from, count)
		c.JZ(operand.LabelRef(none))
		add := func(m operand.Mem) {
			place := c.row(table, s.Width, m)
			for i, v := range row {
				m, k := p.part(place, i, tail)
				if !k.set {
					c.VADDPS(m, c.full(v), c.full(sum[i]))
				} else {
					c.load(sum[i], m, k)
					c.VADDPS(c.full(sum[i]), c.full(v), c.full(sum[i]))
				}
				c.store(m, sum[i], k)
			}
		}
		if !s.picks {
			c.until(count, func() {
				add(operand.Mem{Base: first})
				c.ADDQ(operand.U8(4), first)
			})
			c.Label(none)
			return
		}
		// Every id is written to the stack, and kept there if it is of the range:
		// no branch to guess.
		low, span := c.pointer("low"), c.pointer("count")
		more, dry := u.label("more"), u.label("dry")
		c.Label(more)
		part, most, kept, id, off := c.GP64(), c.GP64(), c.GP64(), c.GP64(), c.GP64()
		c.MOVQ(count, part)
		c.MOVQ(operand.U32(picked), most)
		c.CMPQ(part, most)
		c.CMOVQGT(most, part)
		c.SUBQ(part, count)
		c.XORL(kept.As32(), kept.As32())
		c.until(part, func() {
			c.MOVL(operand.Mem{Base: first}, id.As32())
			c.ADDQ(operand.U8(4), first)
			place := stack
			place.Index, place.Scale = kept, 4
			c.MOVL(id.As32(), place)
			c.MOVQ(id, off)
			c.SUBQ(low, off)
			c.CMPQ(off, span)
			c.ADCQ(operand.U8(0), kept) // unsigned below: carry
		})
		c.TESTQ(kept, kept)
		c.JZ(operand.LabelRef(dry))
		at := c.GP64()
		c.LEAQ(stack, at)
		c.until(kept, func() {
			add(operand.Mem{Base: at})
			c.ADDQ(operand.U8(4), at)
		})
		c.Label(dry)
		c.TESTQ(count, count)
		c.JNZ(operand.LabelRef(more))
		c.Label(none)
	})
	return stub, c.end()
}
