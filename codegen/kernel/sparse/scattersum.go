package sparse

import (
	"fmt"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/ir/loop"
)

// ScatterSum keeps the gradient of a row in registers over all of its ids. The
// workers share the rows of the table: each goes through all ids, in order, and
// picks out those of its own.
func ScatterSum(u *driver.Unit, r driver.Request, k *loop.ScatterSum, l amd64.Level) (*driver.Body, error) {
	ids, table, ok := sparseOperands(r, k.Ids, k.Table)
	grad, ok1 := r.Operand(k.Grad)
	if !ok || !ok1 {
		return nil, nil
	}
	w := newIDLists(r, ids)
	low, high, limit, width := &gotree.Var{Name: "low"}, &gotree.Var{Name: "high"}, gotree.Int(k.Limit), gotree.Int(k.Width)
	own := gotree.Slice{X: table.Var(), From: low, To: high}
	if len(table.Dims) == 1 {
		own.From, own.To = gotree.Op(low, "*", width), gotree.Op(high, "*", width)
	}
	w.Add(driver.Share(low, high, driver.Worker, limit), gotree.Run("clear", own))
	count := gotree.Op(high, "-", low)
	for _, b := range columnBlocks(u, k.Width, maxColumns, l) {
		s := &scatterer{ScatterSum: k, block: b, level: l}
		var stubs []amd64.Stub
		for _, s.picks = range []bool{false, true} {
			stub, err := scatter(u, r.Name+b.suffix(), s)
			if err != nil {
				return nil, err
			}
			stubs = append(stubs, stub)
		}
		w.Body.Stubs = append(w.Body.Stubs, stubs...)
		b.loop(w.Script, func(column gotree.Expr) {
			call := func(offsets, n gotree.Expr) {
				args := []gotree.Expr{table.Start(), grad.Pointer(gotree.Op(w.r, "*", width)), first(w.list), offsets, n, column}
				w.Add(&gotree.If{Cond: gotree.Op(count, "==", limit), Then: w.Block(func() { w.Call(stubs[0], args) }),
					Else: w.Block(func() { w.Call(stubs[1], append(args, low, count)) })})
			}
			w.rows(b, func() { call(gotree.Ref(w.offset(w.r)), gotree.Op(w.last, "-", w.r)) }, func() {
				w.runs(b, func() {
					part := &gotree.Var{Name: "part"}
					end := gotree.CallOf("min", gotree.Op(w.at, "+", gotree.Int(b.ids)), w.to)
					w.Add(gotree.Let(part, pair(w.at, end)))
					call(first(part), gotree.Int(1))
				})
			})
		})
	}
	return w.Body, nil
}

// scatterer is a kernel for one block of columns in the making.
type scatterer struct {
	*loop.ScatterSum
	block columns
	level amd64.Level
	picks bool // some of the ids alone
}

// picked is how many ids a function that picks some takes at a time: they lie
// on its stack.
const picked = 128

// scatter writes the function that adds the gradients of n rows to the table.
func scatter(u *driver.Unit, name string, s *scatterer) (amd64.Stub, error) {
	stub := amd64.Stub{Name: name + s.level.String(), Params: []amd64.Param{{Name: "table", Type: "*float32"}, {Name: "grad", Type: "*float32"}, {Name: "ids", Type: "*int32"}, {Name: "offsets", Type: "*int32"}, {Name: "n", Type: "int"}, {Name: "column", Type: "int"}}}
	stub.Doc = fmt.Sprintf("adds n rows to the table rows that their ids name, in the %d columns from column on", s.block.width)
	if s.picks {
		stub.Name = name + "Some" + s.level.String()
		stub.Params = append(stub.Params, amd64.Param{Name: "low", Type: "int"}, amd64.Param{Name: "count", Type: "int"})
		stub.Doc += ", for the count ids from low on"
	}
	s.block.limits(&stub)
	c := u.Function(s.level, stub)
	p := panel{c, s.block.width}
	column, table, grad := c.Pointer("column"), c.Pointer("table"), c.Pointer("grad")
	c.LEAQ(amd64.Mem{Base: table, Index: column, Scale: 4}, table)
	c.LEAQ(amd64.Mem{Base: grad, Index: column, Scale: 4}, grad)
	ids, offsets, n := c.Pointer("ids"), c.Pointer("offsets"), c.Pointer("n")
	tail := p.tail()
	row, sum := c.Allocs(p.registers()), c.Allocs(p.registers())
	var stack amd64.Mem
	if s.picks {
		stack = c.AllocLocal(4 * picked)
	}
	c.Until(n, func() {
		for i, v := range row {
			m, k := p.part(amd64.Mem{Base: grad}, i, tail)
			c.LoadLanes(v, m, k)
		}
		c.Advance(grad, s.Width)
		from, count := c.GP64(), c.GP64()
		c.MOVLQSX(amd64.Mem{Base: offsets}, from)
		c.MOVLQSX(amd64.Mem{Base: offsets, Disp: 4}, count)
		c.ADDQ(amd64.U8(4), offsets)
		first := c.GP64()
		c.LEAQ(amd64.Mem{Base: ids, Index: from, Scale: 4}, first)
		none := u.Label("none")
		c.SUBQ(from, count)
		c.JZ(amd64.LabelRef(none))
		add := func(m amd64.Mem) {
			place := rowOf(c, table, s.Width, m)
			for i, v := range row {
				m, k := p.part(place, i, tail)
				if !k.Partial {
					c.VADDPS(m, c.Full(v), c.Full(sum[i]))
				} else {
					c.LoadLanes(sum[i], m, k)
					c.VADDPS(c.Full(sum[i]), c.Full(v), c.Full(sum[i]))
				}
				c.StoreLanes(m, sum[i], k)
			}
		}
		if !s.picks {
			c.Until(count, func() {
				add(amd64.Mem{Base: first})
				c.ADDQ(amd64.U8(4), first)
			})
			c.Label(none)
			return
		}
		pick(c, stack, first, count, add)
		c.Label(none)
	})
	return stub, c.End()
}

// pick calls add for those of count ids from the first on that are of the range low
// and count. Every id is written to the stack, and kept there if it is of the range: no
// branch to guess.
func pick(c *amd64.Code, stack amd64.Mem, first, count amd64.GP, add func(m amd64.Mem)) {
	low, span := c.Pointer("low"), c.Pointer("count")
	more, dry := c.Unit.Label("more"), c.Unit.Label("dry")
	c.Label(more)
	part, most, kept, id, off := c.GP64(), c.GP64(), c.GP64(), c.GP64(), c.GP64()
	c.MOVQ(count, part)
	c.MOVQ(amd64.U32(picked), most)
	c.CMPQ(part, most)
	c.CMOVQGT(most, part)
	c.SUBQ(part, count)
	c.XORL(kept.As32(), kept.As32())
	c.Until(part, func() {
		c.MOVL(amd64.Mem{Base: first}, id.As32())
		c.ADDQ(amd64.U8(4), first)
		place := stack
		place.Index, place.Scale = kept, 4
		c.MOVL(id.As32(), place)
		c.MOVQ(id, off)
		c.SUBQ(low, off)
		c.CMPQ(off, span)
		c.ADCQ(amd64.U8(0), kept) // unsigned below: carry
	})
	c.TESTQ(kept, kept)
	c.JZ(amd64.LabelRef(dry))
	at := c.GP64()
	c.LEAQ(stack, at)
	c.Until(kept, func() {
		add(amd64.Mem{Base: at})
		c.ADDQ(amd64.U8(4), at)
	})
	c.Label(dry)
	c.TESTQ(count, count)
	c.JNZ(amd64.LabelRef(more))
}
