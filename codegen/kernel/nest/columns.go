package nest

import (
	"fmt"
	"math"
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
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
	*driver.Unit
	driver.Streams
	loop.Stmt
	axes    []loop.Axis // Outer, then Inner
	outer   int         // how many are Outer's
	rows    bool        // the first axis of Inner counts rows
	sharing loop.Sharing
	level   amd64.Level
	srcs    []*driver.Stream
	dst     *driver.Stream
	turns   int           // of the first axis of Inner in one call
	vectors int           // in a block, at most
	each    int           // columns of a call
	passed  []gotree.Expr // the sizes that a call is given
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
func reducedColumns(u *driver.Unit, r driver.Request, outer []loop.Axis, s loop.Stmt, sharing loop.Sharing, l amd64.Level) (*driver.Body, error) {
	m := &columnReduction{Unit: u, Stmt: s, axes: slices.Concat(outer, s.Inner), outer: len(outer), sharing: sharing, level: l}
	m.Request = r
	lane := m.lane()
	if m.outer == 0 || len(s.Inner) == 0 || len(s.Inner) > 3 || s.Dst.Strides[lane] != 1 || m.axes[lane].Rows || m.axes[lane].N < r.Least() ||
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
	if m.dst, ok = m.Of(m.Dst); !ok {
		return nil, nil
	}
	for _, a := range m.Srcs {
		src, ok := m.Of(a)
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
	return m.driver(stub), nil
}

func (m *columnReduction) hasRows() bool {
	return amd64.HasRows(m.Value) || m.Finish != nil && amd64.HasRows(m.Finish)
}

// lane is the axis in the lanes.
func (m *columnReduction) lane() int { return m.outer - 1 }

// fit finds the size of a block and of a call.
func (m *columnReduction) fit() bool {
	lanes := m.level.Lanes()
	other := 1 // the mask
	for _, s := range m.List {
		if s.Scalar() {
			other++
		}
	}
	need := amd64.RegistersOf(m.Value, m.level)
	if m.Reduce == loop.Max {
		need = max(need+1, amd64.RegistersOf(greatest, m.level)+2)
	}
	if m.Finish != nil {
		need = max(need, amd64.RegistersOf(m.Finish, m.level))
	}
	if m.hasRows() {
		other++
	}
	m.vectors = min(m.level.Registers()-other-need-len(m.srcs), mostSums)
	if m.Request.Shape == nil {
		m.vectors = min(m.vectors, max(1, m.axes[m.lane()].N/lanes))
	}
	points := 1
	for _, a := range m.axes[m.outer+1:] {
		points *= a.N
	}
	width := m.vectors * lanes
	if n := m.axes[m.lane()].N; m.Request.Shape == nil && n < 2*width {
		width = n
	}
	size := 0
	for _, s := range m.List {
		if !s.Scalar() {
			size += 4 * points * width
		}
	}
	work := points * width * (1 + shape.Weight(m.Value))
	m.turns = m.Machine.Turns(work, size)
	if m.Reduce == loop.Sum {
		m.turns = min(m.turns, max(1, partialTerms/points))
	}
	if !m.rows && m.Request.Shape == nil {
		m.turns = min(m.turns, m.axes[m.outer].N)
	}
	if m.vectors < 1 || m.turns < 1 || len(m.List) > 5 {
		return false
	}
	m.each = width
	for m.whole() && m.Machine.Turns(2*m.each*work/width, 2*m.each*size/width) >= m.turns && m.each < m.axes[m.lane()].N {
		m.each *= 2
	}
	return true
}

// greatest is the expression of a maximum.
var greatest = scalar.Apply{Fn: "max", Args: []scalar.Expr{scalar.Arg(0), scalar.Arg(1)}}

// whole reports that one call takes all turns of the first inner axis, so that
// sums need not be taken up again.
func (m *columnReduction) whole() bool {
	return m.Request.Shape == nil && !m.rows && m.turns == m.axes[m.outer].N
}

// write writes the function: the reduction of width columns over count turns of
// the first inner axis. more is what is done at the ends: 1 takes up the results
// of an earlier call, 2 leaves them for a later one, unfinished.
func (m *columnReduction) write() (amd64.Stub, error) {
	s := amd64.Stub{Name: m.Request.Name + m.level.String(), Params: m.Params()}
	if m.hasRows() {
		s.Params = append(s.Params, amd64.Param{Name: "rows", Type: "float32"})
	}
	m.passed = s.Takes(m.Paces(m.axes, m.outer)...)
	s.Params = append(s.Params, amd64.Param{Name: "width", Type: "int"}, amd64.Param{Name: "count", Type: "int"}, amd64.Param{Name: "more", Type: "int"})
	what := "sums"
	if m.Reduce == loop.Max {
		what = "finds the largest of"
	}
	s.Doc = fmt.Sprintf("%s %s over count runs of %d, for width columns; more is 1 to add to an earlier call, 2 to be added to, 3 for both", what, told(m.Word, "values"), loop.Points(m.axes[m.outer+1:], 1))
	points := loop.Points(m.axes[m.outer+1:], 1) * m.each
	s.MulAdds = m.turns * points * (1 + shape.Weight(m.Value))
	for _, x := range m.List {
		if !x.Scalar() && x != m.dst {
			s.Bytes += 4 * m.turns * points
		}
	}
	s.Bytes += 4 * m.each

	c := m.Function(m.level, s)
	m.Load(c)
	if m.hasRows() {
		c.Rows = c.Scalar("rows")
	}
	width := c.Pointer("width")
	end := c.Unit.Label("end")
	// Blocks of m.vectors, of half of that where they are long, then of one, and of
	// one with a mask.
	for v := m.vectors; ; v = v / 8 * 4 {
		v = max(1, v)
		top, next := c.Unit.Label("block"), c.Unit.Label("next")
		c.Comment(fmt.Sprintf("Sums of %d columns at a time.", v*m.level.Lanes()))
		c.Label(top)
		c.CMPQ(width, amd64.I32(int32(v*m.level.Lanes())))
		c.JL(amd64.LabelRef(next))
		m.block(c, v, amd64.Mask{})
		c.SUBQ(amd64.I32(int32(v*m.level.Lanes())), width)
		c.JMP(amd64.LabelRef(top))
		c.Label(next)
		if v == 1 {
			break
		}
	}
	if m.Request.Shape != nil || m.axes[m.lane()].N%m.level.Lanes() > 0 {
		c.TESTQ(width, width)
		c.JZ(amd64.LabelRef(end))
		c.Comment("The columns that are left, under a mask.")
		m.block(c, 1, c.LeadingLanes(width))
		c.Label(end)
	}
	return s, c.End()
}

// block reduces v vectors of columns and moves on to the next ones.
func (m *columnReduction) block(c *amd64.Code, v int, k amd64.Mask) {
	lanes := m.level.Lanes()
	acc := c.Allocs(v)
	c.Grouped("zero", len(acc), func(i int) {
		if m.Reduce == loop.Max {
			c.Set(acc[i], amd64.Number(math.Inf(-1)))
		} else {
			c.Zero(acc[i])
		}
	})

	// The pointers move through the loops over Inner, and back afterwards.
	saved := map[*driver.Stream]amd64.GP{}
	for _, s := range m.List {
		if !s.Scalar() && s != m.dst {
			saved[s] = s.Base
			s.Base = c.GP64()
			c.MOVQ(saved[s], s.Base)
		}
	}
	m.Walk(c, m.axes, m.outer, c.Pointer("count"), func() { m.points(c, acc, k) })
	for s, p := range saved {
		s.Base = p
	}

	more := c.Pointer("more")
	first, done := c.Unit.Label("first"), c.Unit.Label("done")
	c.TESTQ(amd64.U32(1), more)
	c.JZ(amd64.LabelRef(first))
	for i, a := range acc {
		c.Group("more", func() {
			v := c.Alloc()
			c.LoadLanes(v, m.dst.At(amd64.Place{Disp: i * lanes}), k)
			amd64.Combine(c, m.Reduce, a, v)
			c.Release(v)
		})
	}
	c.Label(first)
	if m.Finish != nil {
		c.TESTQ(amd64.U32(2), more)
		c.JNZ(amd64.LabelRef(done))
		for _, a := range acc {
			c.Group("finish", func() {
				y := c.Eval(m.Finish, []amd64.Vec{a})
				c.Move(a, y)
				c.Release(y)
			})
		}
		c.Label(done)
	}
	c.Grouped("store", len(acc), func(i int) { c.StoreLanes(m.dst.At(amd64.Place{Disp: i * lanes}), acc[i], k) })
	c.Release(acc...)
	for _, s := range m.List {
		if !s.Scalar() && s.Access.Strides[m.lane()] == 1 {
			c.Advance(s.Base, v*lanes)
		}
	}
}

// points adds one value to every accumulator.
func (m *columnReduction) points(c *amd64.Code, acc []amd64.Vec, k amd64.Mask) {
	lanes := m.level.Lanes()
	plain := m.Reduce == loop.Sum && m.Value == scalar.Expr(scalar.Arg(0)) && m.srcs[0].Access.Strides[m.lane()] == 1 && m.srcs[0].Buf.DType == loop.F32 && !k.Partial
	if plain {
		c.Grouped("add", len(acc), func(i int) { c.VADDPS(m.srcs[0].At(amd64.Place{Disp: i * lanes}), c.Full(acc[i]), c.Full(acc[i])) })
		return
	}
	for i, a := range acc {
		c.Group("term", func() { m.add(c, a, amd64.Place{Disp: i * lanes}, k) })
	}
}

// add adds a value to an accumulator.
func (m *columnReduction) add(c *amd64.Code, acc amd64.Vec, p amd64.Place, k amd64.Mask) {
	args := make([]amd64.Vec, len(m.srcs))
	for j, s := range m.srcs {
		switch {
		case s.Scalar():
			args[j] = s.Held
			continue
		case s.Access.Strides[m.lane()] == 0:
			args[j] = c.Alloc()
			s.Spread(c, args[j])
		default:
			args[j] = c.Alloc()
			s.Read(c, args[j], p, k)
		}
	}
	v := c.Eval(m.Value, args)
	for j, s := range m.srcs {
		if !s.Scalar() {
			c.Release(args[j])
		}
	}
	amd64.Combine(c, m.Reduce, acc, v)
	c.Release(v)
}
