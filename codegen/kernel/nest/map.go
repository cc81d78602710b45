package nest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// mapping is an elementwise store: one value for every point of its axes, the
// last of which lies in the lanes.
type mapping struct {
	*driver.Unit
	driver.Streams
	loop.Stmt
	axes    []loop.Axis
	sharing loop.Sharing
	level   amd64.Level
	srcs    []*driver.Stream // of Stmt.Srcs
	dst     *driver.Stream
	chunk   int           // the axis that a call is given a number of turns of
	turns   int           // of that, at most; of a shared kernel, elements
	passed  []gotree.Expr // the sizes that a call is given
	// together is how many vectors of random numbers are drawn at a time.
	together int
}

// mapped writes an elementwise store.
func mapped(u *driver.Unit, r driver.Request, axes []loop.Axis, s loop.Stmt, sharing loop.Sharing, l amd64.Level) (*driver.Body, error) {
	m := &mapping{Unit: u, Stmt: s, axes: axes, sharing: sharing, level: l}
	m.Request = r
	if !m.order() {
		return nil, nil
	}
	dst, ok := m.Of(m.Dst)
	if !ok {
		return nil, nil
	}
	m.dst = dst
	for _, a := range m.Srcs {
		src, ok := m.Of(a)
		if !ok {
			return nil, nil
		}
		m.srcs = append(m.srcs, src)
	}
	if drawn := slices.DeleteFunc(slices.Clone(m.List), func(s *driver.Stream) bool { return !s.Random() }); len(drawn) > 1 {
		return nil, nil // the vectors of one key are all that is drawn
	}
	if !m.cut() || len(m.List)+len(m.axes)-m.chunk > 11 {
		return nil, nil
	}
	for m.together = amd64.DrawnTogether(m.level); m.together > 0; m.together /= 2 {
		stub, err := m.write()
		if errors.Is(err, amd64.ErrRegisters) {
			if m.draws() {
				continue
			}
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return m.driver(stub), nil
	}
	return nil, nil
}

// order moves an axis that the lanes can hold to the end.
func (m *mapping) order() bool {
	for v := len(m.axes) - 1; v >= 0; v-- {
		fits := m.Dst.Strides[v] == 1 && (m.axes[v].Rows || m.axes[v].N >= m.Request.Least())
		for _, a := range m.Srcs {
			s := a.Strides[v]
			fits = fits && (s == 1 || s == 0 || a.Buf.Class == loop.Scalar)
			if isRandom(&a) {
				fits = fits && s == 1 && a.Offset%4 == 0 && !m.axes[v].Rows && a.Buf.Rows
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

// beyond reports a kernel over the steps so far of which one turn over all steps, so
// many, is more than a call takes. Layers share no kernel for sizes that are.
func beyond(s *shape.Shape, turns, most int) bool { return s.Own() && turns < most }

// cut finds the axis to cut calls along: the outermost one of which at least
// one turn stays within the limits.
func (m *mapping) cut() bool {
	last := len(m.axes) - 1
	if m.Request.Shape != nil {
		m.chunk, m.turns = max(0, last-1), m.Machine.Turns(shape.Weight(m.Value), 4*len(m.List))/64*64
		return m.turns > 0 && !beyond(m.Request.Shape, m.turns, m.axes[last].N)
	}
	for i := range m.axes {
		points := 1
		for _, a := range m.axes[i+1:] {
			points *= a.N
		}
		size, work := m.Bytes(m.axes, i+1), points*shape.Weight(m.Value)
		turns := m.Machine.Turns(work, size)
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
	n := amd64.RegistersOf(m.Value, m.level) + 2 // the mask of the rest, and what is added to
	for _, s := range m.List {
		if s.Held == amd64.None && s != m.dst {
			n++
		}
	}
	if m.draws() {
		n += 2 * m.together
	}
	return n
}

// write writes the assembly function.
func (m *mapping) write() (amd64.Stub, error) {
	s := amd64.Stub{Name: m.Request.Name + m.level.String(), Params: m.Params()}
	count := "count"
	if amd64.HasRows(m.Value) {
		s.Params = append(s.Params, amd64.Param{Name: "rows", Type: "float32"})
	}
	if m.draws() {
		s.Params = append(s.Params, amd64.Param{Name: "row", Type: "int"})
	}
	outer := m.axes[:m.lane()]
	if m.chunk < m.lane() {
		m.passed = s.Takes(append(m.Paces(outer, m.chunk), m.Request.Shape.Count(m.axes[m.lane()]))...)
	}
	s.Params = append(s.Params, amd64.Param{Name: count, Type: "int"})
	s.Doc = fmt.Sprintf("computes %s for %s", told(m.Word, "values"), m.extent())
	s.Bytes = m.turns * m.Bytes(m.axes, m.chunk+1)
	s.MulAdds = m.turns * loop.Points(m.axes[m.chunk+1:], 1) * shape.Weight(m.Value)
	if m.Request.Shape != nil {
		s.Bytes, s.MulAdds = m.turns*4*len(m.List), m.turns*shape.Weight(m.Value)
	}

	c := m.Function(m.level, s)
	m.Load(c)
	if amd64.HasRows(m.Value) {
		c.Rows = c.Scalar("rows")
	}
	n := c.Pointer(count)
	var draw *amd64.Philox
	if m.draws() {
		draw = amd64.NewPhilox(c, m.random().Base, m.random().Access.Offset)
	}
	// What no loop of the function moves is read once.
	for _, s := range m.List {
		if !s.Scalar() && !s.Random() && s != m.dst && !slices.ContainsFunc(s.Access.Strides[m.chunk:], func(x int) bool { return x != 0 }) {
			s.Held = c.Alloc()
			s.Spread(c, s.Held)
		}
	}
	c.Pin(m.Value, m.loopRegisters())
	if m.chunk == m.lane() {
		m.flat(c, n, amd64.Mask{})
	} else {
		m.static(c, n, draw)
	}
	return s, c.End()
}

// extent says what a call computes.
func (m *mapping) extent() string {
	var sizes []string
	for _, a := range m.axes[m.chunk+1:] {
		sizes = append(sizes, strings.TrimPrefix(m.Request.Shape.Count(a).String(), shape.Argument+"."))
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
func (m *mapping) flat(c *amd64.Code, n amd64.GP, tail amd64.Mask) {
	c.Along(n, m.unroll(), tail, func(p amd64.Place, k amd64.Mask) { m.vector(c, p, k, amd64.None) })
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
func (m *mapping) static(c *amd64.Code, count amd64.GP, draw *amd64.Philox) {
	n := m.axes[m.lane()].N
	lanes := m.level.Lanes()
	width := m.Request.Shape.Count(m.axes[m.lane()])
	tail := amd64.Mask{}
	switch {
	case !width.Known():
		tail = c.RestLanes(width)
	case n%lanes > 0:
		tail = c.FirstLanes(n % lanes)
	}
	whole := max(4, 32/(1+shape.Weight(m.Value)))
	m.Walk(c, m.axes[:m.lane()], m.chunk, count, func() {
		var here []*driver.Stream
		for _, s := range m.List {
			if s.Held == amd64.None && !s.Random() && s.Access.Strides[m.lane()] == 0 && s != m.dst {
				s.Held = c.Alloc()
				s.Spread(c, s.Held)
				here = append(here, s)
			}
		}
		switch {
		case draw != nil:
			draw.Row(c)
			m.drawn(c, n, tail, draw)
		case !width.Known():
			m.flat(c, c.Size(width), tail)
		default:
			c.Runs(n, m.unroll(), whole, tail, func(p amd64.Place, k amd64.Mask) { m.vector(c, p, k, amd64.None) })
		}
		for _, s := range here {
			c.Release(s.Held)
			s.Held = amd64.None
		}
	})
}

// drawn runs through a row of n elements, some vectors of random numbers at a
// time.
func (m *mapping) drawn(c *amd64.Code, n int, tail amd64.Mask, draw *amd64.Philox) {
	lanes := m.level.Lanes()
	each := m.together
	vectors := (n + lanes - 1) / lanes
	index := c.GP64()
	c.XORQ(index, index)
	turn := func(from, to int) {
		uniform := draw.Uniform(c, to-from)
		for i, u := range uniform {
			k := amd64.Mask{}
			if from+i == n/lanes {
				k = tail
			}
			m.vector(c, amd64.Place{Index: index, Disp: i * lanes}, k, u)
			c.Release(u)
		}
	}
	whole := n / lanes / each
	if whole > 0 {
		c.Counted(whole, func() {
			turn(0, each)
			c.ADDQ(amd64.I32(int32(each*lanes)), index)
		})
	}
	if rest := whole * each; rest < vectors {
		turn(rest, vectors)
	}
}

// vector computes one vector, of the given random numbers.
func (m *mapping) vector(c *amd64.Code, p amd64.Place, k amd64.Mask, uniform amd64.Vec) {
	c.Group("value", func() { m.compute(c, p, k, uniform) })
}

func (m *mapping) compute(c *amd64.Code, p amd64.Place, k amd64.Mask, uniform amd64.Vec) {
	loaded := map[*driver.Stream]amd64.Vec{}
	args := make([]amd64.Vec, len(m.srcs))
	for i, s := range m.srcs {
		v, ok := loaded[s]
		switch {
		case s.Held != amd64.None:
			v = s.Held
		case ok:
		case s.Random():
			v = uniform
		default:
			v = c.Alloc()
			s.Read(c, v, p, k)
			loaded[s] = v
		}
		args[i] = v
	}
	v := c.Eval(m.Value, args)
	for _, s := range m.List {
		if w, ok := loaded[s]; ok {
			c.Release(w)
		}
	}
	if m.Accumulate {
		old := c.Alloc()
		c.LoadLanes(old, m.dst.At(p), k)
		c.Put(amd64.Addition, v, old, amd64.Register(v))
		c.Release(old)
	}
	c.StoreLanes(m.dst.At(p), v, k)
	c.Release(v)
}

func (m *mapping) draws() bool { return m.random() != nil }

func (m *mapping) random() *driver.Stream {
	for _, s := range m.List {
		if s.Random() {
			return s
		}
	}
	return nil
}
