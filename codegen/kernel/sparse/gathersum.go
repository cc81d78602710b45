package sparse

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/ir/loop"
)

// maxExtras is how many operands an epilogue over lists of ids may have: their
// addresses all have registers of their own.
const maxExtras = 4

// GatherSum keeps the sum of a row in registers over all of its ids. Id i of a
// row goes to accumulator i mod 4, so that the sum has the same bits wherever
// the row stands.
func GatherSum(u *driver.Unit, r driver.Request, k *loop.GatherSum, l amd64.Level) (*driver.Body, error) {
	ids, table, ok := sparseOperands(r, k.Ids, k.Table)
	y, ok1 := r.Operand(k.Out)
	if !ok || !ok1 || len(k.Extra) > maxExtras || slices.ContainsFunc(k.Extra, irregular) {
		return nil, nil
	}
	room := maxColumns
	if k.Epilogue != nil {
		room = l.Registers() - 1 - len(k.Extra) - amd64.RegistersOf(k.Epilogue, l) // 1: the mask of the last columns
		if room < 1 || amd64.HasRows(k.Epilogue) {
			return nil, nil
		}
	}
	s := newIDLists(r, ids)
	for _, b := range columnBlocks(u, k.Width, room, l) {
		g := &gatherer{GatherSum: k, request: r, block: b, level: l, name: r.Name + b.suffix()}
		part, err := gatherPart(u, g)
		if err != nil {
			return nil, err
		}
		row, err := gatherRows(u, g)
		if err != nil {
			return nil, err
		}
		s.Body.Stubs = append(s.Body.Stubs, row, part)
		s.Body.Work = max(s.Body.Work, b.width)
		s.Body.RowWork = s.Body.Work
		b.loop(s.Script, func(column gotree.Expr) {
			call := func(offsets, carry, n gotree.Expr) { s.Call(row, g.args(s, y, table, offsets, carry, n, column)) }
			s.rows(b, func() { call(gotree.Ref(s.offset(s.r)), gotree.Word("nil"), gotree.Op(s.last, "-", s.r)) }, func() {
				sum, empty := first(driver.Work), &gotree.Var{Name: "empty"}
				s.Add(gotree.Run("clear", gotree.Slice{X: driver.Work, To: gotree.Int(b.width)}))
				s.runs(b, func() {
					n := gotree.CallOf("int", driver.Left(gotree.Int(b.ids), s.to, s.at))
					s.Call(part, []gotree.Expr{sum, table.Start(), gotree.Ref(gotree.At(s.list, s.at)), n, column})
				})
				s.Add(gotree.Let(empty, pair()))
				call(first(empty), sum, gotree.Int(1))
			})
		})
	}
	return s.Body, nil
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
	request driver.Request
	block   columns
	level   amd64.Level
	name    string
}

// param is the name of the parameter for operand i of the epilogue.
func (g *gatherer) param(i int) string { return fmt.Sprintf("extra%d", i) }

// args are those of a call that computes rows from row r on.
func (g *gatherer) args(s *idLists, y, table driver.Operand, offsets, carry, n, column gotree.Expr) []gotree.Expr {
	row := func(o driver.Operand, size int) gotree.Expr { return o.Pointer(gotree.Op(s.r, "*", gotree.Int(size))) }
	args := []gotree.Expr{row(y, g.Width), table.Start(), first(s.list), offsets, carry}
	for _, a := range g.Extra {
		o, _ := g.request.Operand(a.Buf)
		switch {
		case a.Buf.Class == loop.Scalar:
			args = append(args, o.Var())
		case a.Buf.Rows:
			args = append(args, row(o, a.Buf.Row()))
		default:
			args = append(args, o.Start())
		}
	}
	return append(args, n, column)
}

// gatherRows writes the function that computes n rows.
func gatherRows(u *driver.Unit, g *gatherer) (amd64.Stub, error) {
	s := amd64.Stub{Name: g.name + g.level.String(), Params: []amd64.Param{{Name: "y", Type: "*float32"}, {Name: "table", Type: "*float32"}, {Name: "ids", Type: "*int32"}, {Name: "offsets", Type: "*int32"}, {Name: "carry", Type: "*float32"}}}
	s.Doc = fmt.Sprintf("sums, for n rows, the table rows that their ids name, in the %d columns from column on, beginning with carry", g.block.width)
	for i, a := range g.Extra {
		typ := "*float32"
		if a.Buf.Class == loop.Scalar {
			typ = "float32"
		}
		s.Params = append(s.Params, amd64.Param{Name: g.param(i), Type: typ})
	}
	s.Params = append(s.Params, amd64.Param{Name: "n", Type: "int"}, amd64.Param{Name: "column", Type: "int"})

	g.block.limits(&s)
	c := u.Function(g.level, s)
	p := panel{c, g.block.width}
	column := c.Pointer("column")
	at := func(name string, moves bool) amd64.GP {
		r := c.Pointer(name)
		if moves {
			c.LEAQ(amd64.Mem{Base: r, Index: column, Scale: 4}, r)
		}
		return r
	}
	y, table := at("y", true), at("table", true)
	extras := make([]amd64.GP, len(g.Extra))
	for i, a := range g.Extra {
		if a.Buf.Class != loop.Scalar {
			extras[i] = at(g.param(i), a.Strides[1] == 1)
		}
	}
	ids, offsets, carry, n := c.Pointer("ids"), c.Pointer("offsets"), c.Pointer("carry"), c.Pointer("n")
	tail := p.tail()
	acc := make([][]amd64.Vec, g.block.sums)
	for i := range acc {
		acc[i] = c.Allocs(p.registers())
	}
	c.Until(n, func() {
		for _, a := range acc {
			for _, v := range a {
				c.Zero(v)
			}
		}
		fresh := u.Label("fresh")
		c.TESTQ(carry, carry)
		c.JZ(amd64.LabelRef(fresh))
		for i, v := range acc[0] {
			m, k := p.part(amd64.Mem{Base: carry}, i, tail)
			c.LoadLanes(v, m, k)
		}
		c.Label(fresh)
		from, to := c.GP64(), c.GP64()
		c.MOVLQSX(amd64.Mem{Base: offsets}, from)
		c.MOVLQSX(amd64.Mem{Base: offsets, Disp: 4}, to)
		c.ADDQ(amd64.U8(4), offsets)
		first := c.GP64()
		c.LEAQ(amd64.Mem{Base: ids, Index: from, Scale: 4}, first)
		c.SUBQ(from, to)
		p.gather(acc, table, g.Width, first, to, tail)
		p.combine(acc)
		p.finish(g, acc, y, extras, tail)
		c.Advance(y, g.Width)
		for i, a := range g.Extra {
			if a.Buf.Class != loop.Scalar {
				c.Advance(extras[i], a.Strides[0])
			}
		}
	})
	return s, c.End()
}

// gather adds the table rows of count ids to the accumulators.
func (p panel) gather(acc [][]amd64.Vec, table amd64.GP, width int, ids, count amd64.GP, tail amd64.Mask) {
	all, rest, next := p.Unit.Label("all"), p.Unit.Label("rest"), p.Unit.Label("next")
	p.SUBQ(amd64.U8(uint8(len(acc))), count)
	p.JLT(amd64.LabelRef(rest))
	p.Label(all)
	for i, a := range acc {
		p.add(a, rowOf(p.Code, table, width, amd64.Mem{Base: ids, Disp: 4 * i}), tail)
	}
	p.ADDQ(amd64.U8(uint8(4*len(acc))), ids)
	p.SUBQ(amd64.U8(uint8(len(acc))), count)
	p.JGE(amd64.LabelRef(all))
	p.Label(rest)
	p.ADDQ(amd64.U8(uint8(len(acc))), count)
	for i, a := range acc[:len(acc)-1] {
		p.JZ(amd64.LabelRef(next))
		p.add(a, rowOf(p.Code, table, width, amd64.Mem{Base: ids, Disp: 4 * i}), tail)
		p.DECQ(count)
	}
	p.Label(next)
}

// combine adds the accumulators up into the first.
func (p panel) combine(acc [][]amd64.Vec) {
	for n := len(acc); n > 1; n /= 2 {
		for i := range n / 2 {
			for j, v := range acc[i] {
				p.VADDPS(p.Full(acc[i+n/2][j]), p.Full(v), p.Full(v))
			}
		}
	}
}

// finish puts the epilogue of the sums into y. The accumulators but the first
// are free meanwhile.
func (p panel) finish(g *gatherer, acc [][]amd64.Vec, y amd64.GP, extras []amd64.GP, tail amd64.Mask) {
	for _, a := range acc[1:] {
		p.Release(a...)
	}
	for i, v := range acc[0] {
		place, k := p.part(amd64.Mem{Base: y}, i, tail)
		if g.Epilogue == nil {
			p.StoreLanes(place, v, k)
			continue
		}
		args := []amd64.Vec{v}
		for j := range g.Extra {
			args = append(args, p.extra(g, j, extras[j], i, tail))
		}
		result := p.Eval(g.Epilogue, args)
		p.StoreLanes(place, result, k)
		p.Release(args[1:]...)
		p.Release(result)
	}
	for _, a := range acc[1:] {
		for j := range a {
			a[j] = p.Alloc()
		}
	}
}

// extra loads register i of an operand of the epilogue.
func (p panel) extra(g *gatherer, number int, from amd64.GP, i int, tail amd64.Mask) amd64.Vec {
	a := g.Extra[number]
	if a.Buf.Class == loop.Scalar {
		return p.Scalar(g.param(number))
	}
	v := p.Alloc()
	if a.Strides[1] == 0 {
		p.Broadcast(v, amd64.At(from, a.Offset))
		return v
	}
	m, k := p.part(amd64.At(from, a.Offset), i, tail)
	p.LoadLanes(v, m, k)
	return v
}

// gatherPart writes the function that adds table rows to a sum in memory: for
// rows with more ids than one call takes.
func gatherPart(u *driver.Unit, g *gatherer) (amd64.Stub, error) {
	s := amd64.Stub{Name: g.name + "Part" + g.level.String(), Params: []amd64.Param{{Name: "sum", Type: "*float32"}, {Name: "table", Type: "*float32"}, {Name: "ids", Type: "*int32"}, {Name: "n", Type: "int"}, {Name: "column", Type: "int"}}}
	s.Doc = fmt.Sprintf("adds the table rows that n ids name to sum, in the %d columns from column on", g.block.width)
	g.block.limits(&s)
	c := u.Function(g.level, s)
	p := panel{c, g.block.width}
	sum, table, ids, n, column := c.Pointer("sum"), c.Pointer("table"), c.Pointer("ids"), c.Pointer("n"), c.Pointer("column")
	c.LEAQ(amd64.Mem{Base: table, Index: column, Scale: 4}, table)
	tail := p.tail()
	acc := make([][]amd64.Vec, g.block.sums)
	for i := range acc {
		acc[i] = c.Allocs(p.registers())
		for j, v := range acc[i] {
			if i == 0 {
				m, k := p.part(amd64.Mem{Base: sum}, j, tail)
				c.LoadLanes(v, m, k)
				continue
			}
			c.Zero(v)
		}
	}
	p.gather(acc, table, g.Width, ids, n, tail)
	p.combine(acc)
	for j, v := range acc[0] {
		m, k := p.part(amd64.Mem{Base: sum}, j, tail)
		c.StoreLanes(m, v, k)
	}
	return s, c.End()
}
