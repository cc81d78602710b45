package asm

import (
	"errors"
	"strings"

	"github.com/mmcloughlin/avo/operand"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// totalling is a sum of everything into one number: a penalty on parameters.
// As in Go, values are added up in double precision, here in four partial sums
// for every lane.
type totalling struct {
	*Unit
	streams
	loop.Stmt
	level Level
	srcs  []*stream
	turns int
}

// mostStreams is how many operands have registers for their addresses.
const mostStreams = 8

// manyTerms is the least length of a run that is worth a call.
const manyTerms = 128

// total writes the sum of a statement over one run of memory.
func (u *Unit) total(r Request, s loop.Stmt, l Level) (*Body, error) {
	dst, ok := r.operand(s.Dst.Buf)
	if !ok || s.Reduce != loop.Sum || s.Finish != nil || len(s.Inner) != 1 || s.Inner[0].N < manyTerms && r.Shape == nil || hasRows(s.Value) {
		return nil, nil
	}
	m := &totalling{Unit: u, Stmt: s, level: l}
	m.request = r
	size := 1
	for _, a := range s.Srcs {
		src, ok := m.of(a)
		if !ok || a.Buf.Class != loop.Scalar && a.Strides[0] != 0 && a.Strides[0] != 1 {
			return nil, nil
		}
		m.srcs = append(m.srcs, src)
		size += 4
	}
	if len(m.list) > mostStreams {
		return nil, nil
	}
	m.turns = u.machine.Turns(2+shape.Weight(s.Value), size) / 64 * 64
	stub, err := m.write()
	if errors.Is(err, errRegisters) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	g := newCalls(r, s.Inner)
	total := g.name("total", "sum")
	g.line("var %s float64", total)
	g.cut(0, gotree.Literal(m.turns), share, loop.Solo, func(count string) {
		args := append([]string{"&" + total}, m.arguments(s.Inner, g.vars)...)
		g.line("%s(%s)", stub.Name, strings.Join(append(args, count), ", "))
	})
	g.line("%s = float32(%s)", strings.TrimPrefix(dst.address(sum{offset: s.Dst.Offset}), "&"), total)
	return &Body{Lines: g.lines, Stubs: []Stub{stub}}, nil
}

// write writes the assembly function.
func (m *totalling) write() (Stub, error) {
	s := Stub{Name: m.request.Name + m.level.String(), Doc: "adds count " + told(m.Word, "values") + " to a total"}
	s.Params = append([]Param{{"total", "*float64"}}, m.params()...)
	s.Params = append(s.Params, Param{"count", "int"})
	s.Bytes, s.MulAdds = 4*m.turns*len(m.list), m.turns*(1+shape.Weight(m.Value))

	c := m.function(m.level, s)
	total := c.pointer("total")
	m.load(c)
	acc := c.allocs(4)
	for _, v := range acc {
		c.zero(v)
	}
	for _, x := range m.list {
		if !x.scalar() && x.access.Strides[0] == 0 {
			x.held = c.alloc()
			x.spread(c, x.held)
		}
	}
	c.pin(m.Value, exprRegisters(m.Value, m.level)+len(m.list)+3)
	lanes := m.level.Lanes()
	n, index := c.pointer("count"), c.GP64()
	c.XORQ(index, index)
	end := c.unit.label("end")
	for _, vectors := range []int{2, 1} {
		done, top := c.unit.label("done"), c.unit.label("loop")
		c.SUBQ(operand.I32(int32(vectors*lanes)), n)
		c.JL(operand.LabelRef(done))
		c.Label(top)
		for i := range vectors {
			m.add(c, place{index, i * lanes}, mask{}, acc[2*i:])
		}
		c.ADDQ(operand.I32(int32(vectors*lanes)), index)
		c.SUBQ(operand.I32(int32(vectors*lanes)), n)
		c.JGE(operand.LabelRef(top))
		c.Label(done)
		c.ADDQ(operand.I32(int32(vectors*lanes)), n)
	}
	c.JZ(operand.LabelRef(end))
	m.add(c, place{index: index}, c.leading(n), acc)
	c.Label(end)
	c.VADDPD(c.full(acc[2]), c.full(acc[0]), c.full(acc[0]))
	c.VADDPD(c.full(acc[3]), c.full(acc[1]), c.full(acc[1]))
	c.VADDPD(c.full(acc[1]), c.full(acc[0]), c.full(acc[0]))
	c.foldDoubles(acc[0], acc[1])
	c.VADDSD(operand.Mem{Base: total}, c.quarter(acc[0]), c.quarter(acc[0]))
	c.VMOVSD(c.quarter(acc[0]), operand.Mem{Base: total})
	return s, c.end()
}

// add adds a vector of values to two accumulators of half as many lanes.
func (m *totalling) add(c *code, p place, k mask, acc []vec) {
	args := make([]vec, len(m.srcs))
	read := map[*stream]vec{}
	for i, s := range m.srcs {
		if args[i] = s.held; s.held != none {
			continue
		}
		v, ok := read[s]
		if !ok {
			v = c.alloc()
			s.read(c, v, p, k)
			read[s] = v
		}
		args[i] = v
	}
	v := c.eval(m.Value, args)
	for _, s := range m.list {
		if w, ok := read[s]; ok {
			c.release(w)
		}
	}
	if k.set {
		c.pick(v, compared{k: k.k, v: k.v}, register(v), number(0))
	}
	t := c.alloc()
	for i, high := range []bool{false, true} {
		c.widen(t, v, high)
		c.VADDPD(c.full(t), c.full(acc[i]), c.full(acc[i]))
	}
	c.release(t, v)
}
