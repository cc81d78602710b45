package asm

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// columnReduction is a reduction into many results that lie side by side: sums
// over the rows, means over the positions of an image. A block of results is
// kept in registers while the loops over Inner run. Each is the sum of its
// values in their order, whatever the block that it falls into; what takes more
// than one call is the sum of the calls' sums, which is the more exact way.
type columnReduction struct {
	*Unit
	streams
	loop.Stmt
	axes    []loop.Axis // Outer, then Inner
	outer   int         // how many are Outer's
	rows    bool        // the first axis of Inner counts rows
	sharing loop.Sharing
	level   Level
	srcs    []*stream
	dst     *stream
	turns   int      // of the first axis of Inner in one call
	vectors int      // in a block, at most
	each    int      // columns of a call
	passed  []string // the sizes that a call is given
}

// partialTerms is how many values a call adds to one another: a sum of n values
// is off by at most (1024 + n/1024)·2⁻²⁴ of the sum of their sizes, as many
// additions as a value goes through (N. J. Higham, "The accuracy of floating
// point summation", SIAM J. Sci. Comput. 14, 1993).
const partialTerms = 1024

// mostSums is how many vectors of sums are kept at a time: enough for additions not
// to wait for one another.
const mostSums = 8

// reducedColumns writes the reduction of the statement s, if the last of its
// outer axes can lie in the lanes.
func (u *Unit) reducedColumns(r Request, outer []loop.Axis, s loop.Stmt, sharing loop.Sharing, l Level) (*Body, error) {
	m := &columnReduction{Unit: u, Stmt: s, axes: slices.Concat(outer, s.Inner), outer: len(outer), sharing: sharing, level: l}
	m.request = r
	lane := m.lane()
	if m.outer == 0 || len(s.Inner) == 0 || len(s.Inner) > 3 || s.Dst.Strides[lane] != 1 || m.axes[lane].Rows || m.axes[lane].N < smallest && r.Shape == nil ||
		m.Reduce != loop.Sum && m.Reduce != loop.Max {
		return nil, nil
	}
	for _, a := range s.Srcs {
		if st := a.Strides[lane]; st != 0 && st != 1 && a.Buf.Class != loop.Scalar {
			return nil, nil
		}
	}
	for i, a := range m.axes {
		if a.Rows && i != 0 && i != m.outer {
			return nil, nil
		}
	}
	m.rows = m.axes[m.outer].Rows
	var ok bool
	if m.dst, ok = m.of(m.Dst); !ok {
		return nil, nil
	}
	for _, a := range m.Srcs {
		src, ok := m.of(a)
		if !ok {
			return nil, nil
		}
		m.srcs = append(m.srcs, src)
	}
	if !m.fit() {
		return nil, nil
	}
	stub, err := m.write()
	if err != nil {
		return nil, err
	}
	return &Body{Lines: m.lines(stub.Name), Stubs: []Stub{stub}}, nil
}

// lane is the axis in the lanes.
func (m *columnReduction) lane() int { return m.outer - 1 }

// fit finds the size of a block and of a call.
func (m *columnReduction) fit() bool {
	lanes := m.level.Lanes()
	other := 1 // the mask
	for _, s := range m.list {
		if s.scalar() {
			other++
		}
	}
	need := exprRegisters(m.Value, m.level)
	if m.Reduce == loop.Max {
		need = max(need+1, exprRegisters(greatest, m.level)+2)
	}
	if m.Finish != nil {
		need = max(need, exprRegisters(m.Finish, m.level))
	}
	if hasRows(m.Value) || m.Finish != nil && hasRows(m.Finish) {
		other++
	}
	m.vectors = min(m.level.registers()-other-need-len(m.srcs), mostSums)
	if m.request.Shape == nil {
		m.vectors = min(m.vectors, max(1, m.axes[m.lane()].N/lanes))
	}
	points := 1
	for _, a := range m.axes[m.outer+1:] {
		points *= a.N
	}
	width := m.vectors * lanes
	if n := m.axes[m.lane()].N; m.request.Shape == nil && n < 2*width {
		width = n
	}
	size := 0
	for _, s := range m.list {
		if !s.scalar() {
			size += 4 * points * width
		}
	}
	work := points * width * (1 + shape.Weight(m.Value))
	m.turns = m.machine.Turns(work, size)
	if m.Reduce == loop.Sum {
		m.turns = min(m.turns, max(1, partialTerms/points))
	}
	if !m.rows && m.request.Shape == nil {
		m.turns = min(m.turns, m.axes[m.outer].N)
	}
	if m.vectors < 1 || m.turns < 1 || len(m.list) > 5 {
		return false
	}
	m.each = width
	for m.whole() && m.machine.Turns(2*m.each*work/width, 2*m.each*size/width) >= m.turns && m.each < m.axes[m.lane()].N {
		m.each *= 2
	}
	return true
}

// greatest is the expression of a maximum.
var greatest = scalar.Apply{Fn: "max", Args: []scalar.Expr{scalar.Arg(0), scalar.Arg(1)}}

// whole reports that one call takes all turns of the first inner axis, so that
// sums need not be taken up again.
func (m *columnReduction) whole() bool {
	return m.request.Shape == nil && !m.rows && m.turns == m.axes[m.outer].N
}

// write writes the function: the reduction of width columns over count turns of
// the first inner axis. more is what is done at the ends: 1 takes up the results
// of an earlier call, 2 leaves them for a later one, unfinished.
func (m *columnReduction) write() (Stub, error) {
	s := Stub{Name: m.request.Name + m.level.String(), Params: m.params()}
	rows := hasRows(m.Value) || m.Finish != nil && hasRows(m.Finish)
	if rows {
		s.Params = append(s.Params, Param{"rows", "float32"})
	}
	m.passed = s.takes(m.paces(m.axes, m.outer)...)
	s.Params = append(s.Params, Param{"width", "int"}, Param{"count", "int"}, Param{"more", "int"})
	what := "sums"
	if m.Reduce == loop.Max {
		what = "finds the largest of"
	}
	s.Doc = fmt.Sprintf("%s %s over count runs of %d, for width columns; more is 1 to add to an earlier call, 2 to be added to, 3 for both", what, told(m.Word, "values"), loop.Points(m.axes[m.outer+1:], 1))
	points := loop.Points(m.axes[m.outer+1:], 1) * m.each
	s.MulAdds = m.turns * points * (1 + shape.Weight(m.Value))
	for _, x := range m.list {
		if !x.scalar() && x != m.dst {
			s.Bytes += 4 * m.turns * points
		}
	}
	s.Bytes += 4 * m.each

	c := m.function(m.level, s)
	m.load(c)
	if rows {
		c.rows = c.scalar("rows")
	}
	width := c.pointer("width")
	end := c.unit.label("end")
	// Blocks of m.vectors, of half of that where they are long, then of one, and of
	// one with a mask.
	for v := m.vectors; ; v = v / 8 * 4 {
		v = max(1, v)
		top, next := c.unit.label("block"), c.unit.label("next")
		c.Comment(fmt.Sprintf("Sums of %d columns at a time.", v*m.level.Lanes()))
		c.Label(top)
		c.CMPQ(width, operand.I32(int32(v*m.level.Lanes())))
		c.JL(operand.LabelRef(next))
		m.block(c, v, mask{})
		c.SUBQ(operand.I32(int32(v*m.level.Lanes())), width)
		c.JMP(operand.LabelRef(top))
		c.Label(next)
		if v == 1 {
			break
		}
	}
	if m.request.Shape != nil || m.axes[m.lane()].N%m.level.Lanes() > 0 {
		c.TESTQ(width, width)
		c.JZ(operand.LabelRef(end))
		c.Comment("The columns that are left, under a mask.")
		m.block(c, 1, c.leading(width))
		c.Label(end)
	}
	return s, c.end()
}

// block reduces v vectors of columns and moves on to the next ones.
func (m *columnReduction) block(c *code, v int, k mask) {
	lanes := m.level.Lanes()
	acc := c.allocs(v)
	for _, a := range acc {
		if m.Reduce == loop.Max {
			c.set(a, number(math.Inf(-1)))
		} else {
			c.zero(a)
		}
	}

	// The pointers move through the loops over Inner, and back afterwards.
	saved := map[*stream]reg.GPVirtual{}
	for _, s := range m.list {
		if !s.scalar() && s != m.dst {
			saved[s] = s.ptr
			s.ptr = c.GP64()
			c.MOVQ(saved[s], s.ptr)
		}
	}
	m.walk(c, m.axes, m.outer, c.pointer("count"), func() { m.points(c, acc, k) })
	for s, p := range saved {
		s.ptr = p
	}

	more := c.pointer("more")
	first, done := c.unit.label("first"), c.unit.label("done")
	c.TESTQ(operand.U32(1), more)
	c.JZ(operand.LabelRef(first))
	for i, a := range acc {
		v := c.alloc()
		c.load(v, m.dst.at(place{disp: i * lanes}), k)
		c.combine(m.Reduce, a, v)
		c.release(v)
	}
	c.Label(first)
	if m.Finish != nil {
		c.TESTQ(operand.U32(2), more)
		c.JNZ(operand.LabelRef(done))
		for _, a := range acc {
			y := c.eval(m.Finish, []vec{a})
			c.move(a, y)
			c.release(y)
		}
		c.Label(done)
	}
	for i, a := range acc {
		c.store(m.dst.at(place{disp: i * lanes}), a, k)
	}
	c.release(acc...)
	for _, s := range m.list {
		if !s.scalar() && s.access.Strides[m.lane()] == 1 {
			c.advance(s.ptr, v*lanes)
		}
	}
}

// points adds one value to every accumulator.
func (m *columnReduction) points(c *code, acc []vec, k mask) {
	lanes := m.level.Lanes()
	plain := m.Reduce == loop.Sum && m.Value == scalar.Expr(scalar.Arg(0)) && m.srcs[0].access.Strides[m.lane()] == 1 && m.srcs[0].Buf.DType == loop.F32 && !k.set
	for i, a := range acc {
		p := place{disp: i * lanes}
		if plain {
			c.VADDPS(m.srcs[0].at(p), c.full(a), c.full(a))
			continue
		}
		args := make([]vec, len(m.srcs))
		for j, s := range m.srcs {
			switch {
			case s.scalar():
				args[j] = s.held
				continue
			case s.access.Strides[m.lane()] == 0:
				args[j] = c.alloc()
				s.spread(c, args[j])
			default:
				args[j] = c.alloc()
				s.read(c, args[j], p, k)
			}
		}
		v := c.eval(m.Value, args)
		for j, s := range m.srcs {
			if !s.scalar() {
				c.release(args[j])
			}
		}
		c.combine(m.Reduce, a, v)
		c.release(v)
	}
}

// lines cut the reduction into calls.
func (m *columnReduction) lines(function string) []string {
	g := newCalls(m.request, m.axes[:m.outer])
	unit := 1
	if m.outer == 1 {
		unit = m.level.Lanes()
	}
	shared := m.request.Shape
	first := m.axes[m.outer]
	extent := shared.Extent(first)
	g.cut(m.lane(), gotree.Literal(m.each), unit, m.sharing, func(width string) {
		vars := g.vars
		rows := func(count, more string) {
			args := m.arguments(m.axes, vars)
			if hasRows(m.Value) || m.Finish != nil && hasRows(m.Finish) {
				args = append(args, "float32("+m.request.Shape.RowCount()+")")
			}
			args = append(args, m.passed...)
			g.line("%s(%s)", function, strings.Join(append(args, width, count, more), ", "))
		}
		if m.whole() {
			rows(fmt.Sprint(first.N), "0")
			return
		}
		r, more := g.name("r"), g.name("more")
		g.line("for %s, %s := 0, 0; %s < %s; %s += %d {", r, more, r, extent, r, m.turns)
		g.line("if %s+%d < %s {", r, m.turns, extent)
		g.line("%s |= 2", more)
		g.line("} else {")
		g.line("%s &^= 2", more)
		g.line("}")
		vars = append(slices.Clone(vars), r)
		rows(fmt.Sprintf("min(%d, %s-%s)", m.turns, extent, r), more)
		g.line("%s |= 1", more)
		g.line("}")
		delete(g.names, r)
		delete(g.names, more)
	})
	return g.script.lines
}
