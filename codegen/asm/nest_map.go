package asm

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// mapping is an elementwise store: one value for every point of its axes, the
// last of which lies in the lanes.
type mapping struct {
	*Unit
	streams
	loop.Stmt
	axes    []loop.Axis
	sharing loop.Sharing
	level   Level
	srcs    []*stream // of Stmt.Srcs
	dst     *stream
	chunk   int      // the axis that a call is given a number of turns of
	turns   int      // of that, at most; of a shared kernel, elements
	passed  []string // the sizes that a call is given
	// together is how many vectors of random numbers are drawn at a time.
	together int
}

// smallest is the least number of elements that are worth a vector.
const smallest = 4

// mapped writes an elementwise store.
func (u *Unit) mapped(r Request, axes []loop.Axis, s loop.Stmt, sharing loop.Sharing, l Level) (*Body, error) {
	m := &mapping{Unit: u, Stmt: s, axes: axes, sharing: sharing, level: l}
	m.request = r
	if !m.order() {
		return nil, nil
	}
	dst, ok := m.of(m.Dst)
	if !ok {
		return nil, nil
	}
	m.dst = dst
	for _, a := range m.Srcs {
		src, ok := m.of(a)
		if !ok {
			return nil, nil
		}
		m.srcs = append(m.srcs, src)
	}
	if drawn := slices.DeleteFunc(slices.Clone(m.list), func(s *stream) bool { return !s.random() }); len(drawn) > 1 {
		return nil, nil // the vectors of one key are all that is drawn
	}
	if !m.cut() || len(m.list)+len(m.axes)-m.chunk > 11 {
		return nil, nil
	}
	for m.together = drawnTogether(m.level); m.together > 0; m.together /= 2 {
		stub, err := m.write()
		if errors.Is(err, errRegisters) {
			if m.draws() {
				continue
			}
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return &Body{Lines: m.lines(stub.Name), Stubs: []Stub{stub}}, nil
	}
	return nil, nil
}

// order moves an axis that the lanes can hold to the end.
func (m *mapping) order() bool {
	for v := len(m.axes) - 1; v >= 0; v-- {
		fits := m.Dst.Strides[v] == 1 && (m.axes[v].Rows || m.axes[v].N >= smallest || m.request.Shape != nil)
		for _, a := range m.Srcs {
			s := a.Strides[v]
			fits = fits && (s == 1 || s == 0 || a.Buf.Class == loop.Scalar)
			if isRandom(&a) {
				fits = fits && s == 1 && a.Offset%4 == 0 && !m.axes[v].Rows
			}
		}
		if !fits {
			continue
		}
		last := len(m.axes) - 1
		m.axes = append(slices.Delete(slices.Clone(m.axes), v, v+1), m.axes[v])
		for _, a := range shape.Accesses(&m.Stmt) {
			s := a.Strides[v]
			a.Strides = append(slices.Delete(slices.Clone(a.Strides), v, v+1), s)
		}
		return last == 0 || !slices.ContainsFunc(m.axes[1:], func(a loop.Axis) bool { return a.Rows })
	}
	return false
}

// cut finds the axis to cut calls along: the outermost one of which at least
// one turn stays within the limits.
func (m *mapping) cut() bool {
	last := len(m.axes) - 1
	if m.request.Shape != nil {
		m.chunk, m.turns = max(0, last-1), m.machine.Turns(shape.Weight(m.Value), 4*len(m.list))/64*64
		return m.turns > 0
	}
	for i := range m.axes {
		points := 1
		for _, a := range m.axes[i+1:] {
			points *= a.N
		}
		size, work := m.bytes(m.axes, i+1), points*shape.Weight(m.Value)
		turns := m.machine.Turns(work, size)
		if i == last {
			turns = turns / 64 * 64
		}
		if turns > 0 {
			m.chunk, m.turns = i, turns
			return m.random() == nil || len(m.axes) == 2 && m.axes[0].Rows && i == 0 // a call draws whole rows
		}
	}
	return false
}

// lane is the axis in the lanes.
func (m *mapping) lane() int { return len(m.axes) - 1 }

// loopRegisters is how many of them must be free for what is not read before.
func (m *mapping) loopRegisters() int {
	n := exprRegisters(m.Value, m.level) + 2 // the mask of the rest, and what is added to
	for _, s := range m.list {
		if s.held == none && s != m.dst {
			n++
		}
	}
	if m.draws() {
		n += 2 * m.together
	}
	return n
}

// write writes the assembly function.
func (m *mapping) write() (Stub, error) {
	s := Stub{Name: m.request.Name + m.level.String(), Params: m.params()}
	count := "count"
	if hasRows(m.Value) {
		s.Params = append(s.Params, Param{"rows", "float32"})
	}
	if m.draws() {
		s.Params = append(s.Params, Param{"row", "int"})
	}
	outer := m.axes[:m.lane()]
	if m.chunk < m.lane() {
		m.passed = s.takes(append(m.paces(outer, m.chunk), m.request.Shape.Count(m.axes[m.lane()]))...)
	}
	s.Params = append(s.Params, Param{count, "int"})
	s.Doc = fmt.Sprintf("computes %s for %s", told(m.Word, "values"), m.extent())
	s.Bytes = m.turns * m.bytes(m.axes, m.chunk+1)
	s.MulAdds = m.turns * loop.Points(m.axes[m.chunk+1:], 1) * shape.Weight(m.Value)
	if m.request.Shape != nil {
		s.Bytes, s.MulAdds = m.turns*4*len(m.list), m.turns*shape.Weight(m.Value)
	}

	c := m.function(m.level, s)
	m.load(c)
	if hasRows(m.Value) {
		c.rows = c.scalar("rows")
	}
	n := c.pointer(count)
	var draw *philox
	if m.draws() {
		draw = newPhilox(c, m.random().ptr, m.random().access.Offset)
	}
	// What no loop of the function moves is read once.
	for _, s := range m.list {
		if !s.scalar() && !s.random() && s != m.dst && !slices.ContainsFunc(s.access.Strides[m.chunk:], func(x int) bool { return x != 0 }) {
			s.held = c.alloc()
			s.spread(c, s.held)
		}
	}
	c.pin(m.Value, m.loopRegisters())
	if m.chunk == m.lane() {
		m.flat(c, n, mask{})
	} else {
		m.static(c, n, draw)
	}
	return s, c.end()
}

// extent says what a call computes.
func (m *mapping) extent() string {
	var sizes []string
	for _, a := range m.axes[m.chunk+1:] {
		sizes = append(sizes, strings.TrimPrefix(m.request.Shape.Count(a).String(), shape.Argument+"."))
	}
	if len(sizes) == 0 {
		return "count elements"
	}
	return "count runs of " + strings.Join(sizes, "x")
}

// told is a word for a doc comment.
func told(word, otherwise string) string {
	if word == "" || strings.ContainsAny(word, "\n\r") {
		return otherwise
	}
	return word
}

// flat runs through a run-time number of elements; tail is the mask of the last
// ones, where it is known.
func (m *mapping) flat(c *code, n reg.GPVirtual, tail mask) {
	c.along(n, m.unroll(), tail, func(p place, k mask) { m.vector(c, p, k, none) })
}

// unroll is how many vectors a turn of a loop takes.
func (m *mapping) unroll() int {
	switch w := shape.Weight(m.Value); {
	case w <= 4:
		return 4
	case w <= 12:
		return 2
	}
	return 1
}

// static runs through rows of a number of elements that is the same for all of
// them.
func (m *mapping) static(c *code, count reg.GPVirtual, draw *philox) {
	n := m.axes[m.lane()].N
	lanes := m.level.Lanes()
	width := m.request.Shape.Count(m.axes[m.lane()])
	tail := mask{}
	switch {
	case !width.Known():
		tail = c.rest(width)
	case n%lanes > 0:
		tail = c.lanes(n % lanes)
	}
	whole := max(4, 32/(1+shape.Weight(m.Value)))
	m.walk(c, m.axes[:m.lane()], m.chunk, count, func() {
		var here []*stream
		for _, s := range m.list {
			if s.held == none && !s.random() && s.access.Strides[m.lane()] == 0 && s != m.dst {
				s.held = c.alloc()
				s.spread(c, s.held)
				here = append(here, s)
			}
		}
		switch {
		case draw != nil:
			draw.row(c)
			m.drawn(c, n, tail, draw)
		case !width.Known():
			m.flat(c, c.size(width), tail)
		default:
			c.runs(n, m.unroll(), whole, tail, func(p place, k mask) { m.vector(c, p, k, none) })
		}
		for _, s := range here {
			c.release(s.held)
			s.held = none
		}
	})
}

// drawn runs through a row of n elements, some vectors of random numbers at a
// time.
func (m *mapping) drawn(c *code, n int, tail mask, draw *philox) {
	lanes := m.level.Lanes()
	each := m.together
	vectors := (n + lanes - 1) / lanes
	index := c.GP64()
	c.XORQ(index, index)
	turn := func(from, to int) {
		uniform := draw.uniform(c, to-from)
		for i, u := range uniform {
			k := mask{}
			if from+i == n/lanes {
				k = tail
			}
			m.vector(c, place{index, i * lanes}, k, u)
			c.release(u)
		}
	}
	whole := n / lanes / each
	if whole > 0 {
		c.counted(whole, func() {
			turn(0, each)
			c.ADDQ(operand.I32(int32(each*lanes)), index)
		})
	}
	if rest := whole * each; rest < vectors {
		turn(rest, vectors)
	}
}

// vector computes one vector, of the given random numbers.
func (m *mapping) vector(c *code, p place, k mask, uniform vec) {
	loaded := map[*stream]vec{}
	args := make([]vec, len(m.srcs))
	for i, s := range m.srcs {
		v, ok := loaded[s]
		switch {
		case s.held != none:
			v = s.held
		case ok:
		case s.random():
			v = uniform
		default:
			v = c.alloc()
			s.read(c, v, p, k)
			loaded[s] = v
		}
		args[i] = v
	}
	v := c.eval(m.Value, args)
	for _, s := range m.list {
		if w, ok := loaded[s]; ok {
			c.release(w)
		}
	}
	if m.Accumulate {
		old := c.alloc()
		c.load(old, m.dst.at(p), k)
		c.put(addition, v, old, register(v))
		c.release(old)
	}
	c.store(m.dst.at(p), v, k)
	c.release(v)
}

func (m *mapping) draws() bool { return m.random() != nil }

func (m *mapping) random() *stream {
	for _, s := range m.list {
		if s.random() {
			return s
		}
	}
	return nil
}
