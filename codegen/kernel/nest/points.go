package nest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// pointNest is a list of stores for every point of Outer: the gates of a recurrent
// layer. The innermost axis lies in the lanes, and what one store makes is in a
// register for those after it.
type pointNest struct {
	*driver.Unit
	driver.Streams
	*loop.Nest
	sharing loop.Sharing
	level   amd64.Level
	chunk   int // the axis that a call is given a number of turns of
	turns   int
	keep    bool // what is read again stays in registers
	pin     bool // constants do
	reads   map[element]int
	held    map[element]amd64.Vec // what is the same for all lanes, of the current row
	kept    map[element]amd64.Vec // of the current vector
}

// element is what an access names at a point: an element of a stream, from its
// pointer on, or a local variable.
type element struct {
	*driver.Stream
	disp  int
	local *loop.Buffer
}

// maxPointers is how many pointers and counters a routine has registers for.
const maxPointers = 11

// points writes a list of stores, if it can.
func points(u *driver.Unit, r driver.Request, k *loop.Nest, sharing loop.Sharing, l amd64.Level) (*driver.Body, error) {
	if r.Shape != nil {
		return nil, nil
	}
	for _, try := range []struct{ keep, pin bool }{{true, true}, {true, false}, {false, true}, {false, false}} {
		m := &pointNest{Unit: u, Nest: k, sharing: sharing, level: l, keep: try.keep, pin: try.pin}
		m.Request = r
		if !m.fits() || !m.prepare() || !m.cut() {
			return nil, nil
		}
		stub, err := m.write()
		if errors.Is(err, amd64.ErrRegisters) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return m.driver(stub), nil
	}
	return nil, nil
}

// fits reports stores that run through memory along the last axis.
func (m *pointNest) fits() bool {
	lane := len(m.Outer) - 1
	if lane < 0 || !m.Outer[lane].Rows && m.Outer[lane].N < m.Request.Least() || slices.ContainsFunc(m.Outer[1:], func(a loop.Axis) bool { return a.Rows }) {
		return false
	}
	for i := range m.Body {
		s := &m.Body[i]
		if len(s.Inner) > 0 || s.Reduce != loop.Store || s.Accumulate || amd64.HasRows(s.Value) {
			return false
		}
		for j, a := range shape.Accesses(s) {
			step := a.Strides[lane]
			switch {
			case isRandom(a):
				return false
			case a.Buf.Class == loop.Local, j > 0 && a.Buf.Class == loop.Scalar:
			case step != 1 && (j == 0 || step != 0):
				return false
			}
		}
	}
	return true
}

// prepare lists the streams: one for all that is reached from one pointer.
func (m *pointNest) prepare() bool {
	first := map[string]loop.Access{}
	key := func(a loop.Access) string { return fmt.Sprintf("%p %v", a.Buf, a.Strides) }
	written := map[*loop.Buffer]bool{}
	var order []string
	for i := range m.Body {
		written[m.Body[i].Dst.Buf] = true
		for _, a := range shape.Accesses(&m.Body[i]) {
			k := key(*a)
			if f, ok := first[k]; !ok {
				order, first[k] = append(order, k), *a
			} else if a.Offset < f.Offset {
				first[k] = *a
			}
		}
	}
	streams := map[string]*driver.Stream{}
	for _, k := range order {
		if first[k].Buf.Class == loop.Local {
			continue
		}
		st, ok := m.Of(first[k])
		if !ok {
			return false
		}
		for _, other := range streams { // two ways into what is written might meet
			if other != st && other.Buf == st.Buf && written[st.Buf] {
				return false
			}
		}
		streams[k] = st
	}
	m.reads = map[element]int{}
	at := map[*driver.Stream][]int{}
	for i := range m.Body {
		for j, a := range shape.Accesses(&m.Body[i]) {
			e := m.element(*a)
			if j > 0 {
				m.reads[e]++
			}
			if e.local == nil && !slices.Contains(at[e.Stream], e.disp) {
				at[e.Stream] = append(at[e.Stream], e.disp)
			}
		}
	}
	for st, list := range at {
		if written[st.Buf] && !m.apart(st, list) {
			return false
		}
	}
	return len(m.List)+len(m.Outer) <= maxPointers
}

// element finds what an access names.
func (m *pointNest) element(a loop.Access) element {
	if a.Buf.Class == loop.Local {
		return element{local: a.Buf}
	}
	for _, s := range m.List {
		if s.Buf == a.Buf && slices.Equal(s.Access.Strides, a.Strides) {
			return element{Stream: s, disp: a.Offset - s.Access.Offset}
		}
	}
	return element{}
}

// apart reports that elements of a stream so far from its pointer are others at every
// point: they belong to parts of a row that lie side by side.
func (m *pointNest) apart(s *driver.Stream, list []int) bool {
	if len(list) == 1 {
		return true
	}
	span, row := 0, 0
	for i, x := range m.Outer {
		switch step := s.Access.Strides[i]; {
		case step < 0 || x.Rows && x.N > 1:
			return false
		case x.Rows:
			row = step
		default:
			span += step * (x.N - 1)
		}
	}
	slices.Sort(list)
	for i, d := range list[1:] {
		if d-list[i] <= span {
			return false
		}
	}
	return list[len(list)-1]+span < row || !m.Outer[0].Rows
}

// cut finds the axis to cut calls along.
func (m *pointNest) cut() bool {
	last := len(m.Outer) - 1
	for i := range m.Outer {
		n := loop.Points(m.Outer[i+1:], 1)
		turns := m.Machine.Turns(n*m.weight(), m.bytes(i+1))
		if i == last {
			turns = turns / 64 * 64
		}
		if turns > 0 {
			m.chunk, m.turns = i, turns
			return true
		}
	}
	return false
}

func (m *pointNest) weight() int {
	n := 0
	for _, s := range m.Body {
		n += 1 + shape.Weight(s.Value)
	}
	return n
}

// bytes is what a turn of the loops from the given one on touches.
func (m *pointNest) bytes(from int) int {
	n := 0
	for i := range m.Body {
		for _, a := range shape.Accesses(&m.Body[i]) {
			if a.Buf.Class != loop.Local && a.Buf.Class != loop.Scalar {
				n += 4 * loop.Points(m.Outer[from:], 1)
			}
		}
	}
	return n
}

// write writes the assembly function.
func (m *pointNest) write() (amd64.Stub, error) {
	s := amd64.Stub{Name: m.Request.Name + m.level.String(), Params: m.Params()}
	s.Params = append(s.Params, amd64.Param{Name: "count", Type: "int"})
	word := m.Body[len(m.Body)-1].Word
	extent := "count elements"
	lane := len(m.Outer) - 1
	if m.chunk < lane {
		extent = fmt.Sprintf("count runs of %d", loop.Points(m.Outer[m.chunk+1:], 1))
	}
	s.Doc = fmt.Sprintf("computes %s and what it is made of for %s", told(word, "values"), extent)
	s.Bytes, s.MulAdds = m.turns*m.bytes(m.chunk+1), m.turns*m.weight()*loop.Points(m.Outer[m.chunk+1:], 1)

	c := m.Function(m.level, s)
	m.Load(c)
	count := c.Pointer("count")
	m.held = map[element]amd64.Vec{}
	m.spread(c, func(st *driver.Stream) bool {
		return !slices.ContainsFunc(st.Access.Strides[m.chunk:], func(x int) bool { return x != 0 })
	})
	if m.pin {
		spare := 0
		for _, b := range m.Body {
			spare = max(spare, amd64.RegistersOf(b.Value, m.level)+len(b.Srcs))
		}
		if m.keep {
			spare += m.mostKept()
		}
		for _, b := range m.Body {
			c.Pin(b.Value, spare+1) // and the mask of the rest
		}
	}
	vector := func(p amd64.Place, k amd64.Mask) { c.Group("value", func() { m.vector(c, p, k) }) }
	if m.chunk == lane {
		c.Along(count, 1, amd64.Mask{}, vector)
		return s, c.End()
	}
	n := m.Outer[lane].N
	tail := amd64.Mask{}
	if rest := n % m.level.Lanes(); rest > 0 {
		tail = c.FirstLanes(rest)
	}
	m.Walk(c, m.Outer[:lane], m.chunk, count, func() {
		here := m.spread(c, func(st *driver.Stream) bool { return st.Access.Strides[lane] == 0 })
		c.Runs(n, 1, 2, tail, vector)
		for _, e := range here {
			c.Release(m.held[e])
			delete(m.held, e)
		}
	})
	return s, c.End()
}

// spread loads elements that are the same for all lanes, of the streams that are asked
// for.
func (m *pointNest) spread(c *amd64.Code, which func(st *driver.Stream) bool) (loaded []element) {
	for i := range m.Body {
		for j, a := range shape.Accesses(&m.Body[i]) {
			e := m.element(*a)
			if j == 0 || e.local != nil {
				continue
			}
			if _, ok := m.held[e]; ok || !e.Scalar() && (e.Access.Strides[len(m.Outer)-1] != 0 || !which(e.Stream)) {
				continue
			}
			if e.Scalar() {
				m.held[e] = e.Held
				continue
			}
			v := c.Alloc()
			c.Broadcast(v, e.At(amd64.Place{Disp: e.disp}))
			if e.Buf.DType == loop.I32 {
				c.VCVTDQ2PS(c.Full(v), c.Full(v))
			}
			m.held[e] = v
			loaded = append(loaded, e)
		}
	}
	return loaded
}

// mostKept is how many values are in registers at once that later stores read.
func (m *pointNest) mostKept() int {
	most := 0
	left := map[element]int{}
	for e, n := range m.reads {
		left[e] = n
	}
	seen := map[element]bool{}
	for i := range m.Body {
		for _, a := range shape.Accesses(&m.Body[i])[1:] {
			e := m.element(*a)
			left[e]--
			seen[e] = true
		}
		seen[m.element(m.Body[i].Dst)] = true
		n := 0
		for e := range seen {
			if left[e] > 0 {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// vector writes the stores of one vector.
func (m *pointNest) vector(c *amd64.Code, p amd64.Place, k amd64.Mask) {
	m.kept = map[element]amd64.Vec{}
	left := map[element]int{}
	for e, n := range m.reads {
		left[e] = n
	}
	at := func(e element) amd64.Place { return amd64.Place{Index: p.Index, Disp: p.Disp + e.disp} }
	for i := range m.Body {
		s := &m.Body[i]
		args := make([]amd64.Vec, len(s.Srcs))
		var used []element
		for j, a := range s.Srcs {
			e := m.element(a)
			if v, ok := m.held[e]; ok {
				args[j] = v
				continue
			}
			v, ok := m.kept[e]
			if !ok {
				v = c.Alloc()
				e.Read(c, v, at(e), k)
				m.kept[e] = v
			}
			args[j] = v
			left[e]--
			used = append(used, e)
		}
		y := c.Eval(s.Value, args)
		for _, e := range used {
			if v, ok := m.kept[e]; ok && (left[e] == 0 || !m.keep && e.local == nil) {
				c.Release(v)
				delete(m.kept, e)
			}
		}
		dst := m.element(s.Dst)
		if dst.local == nil {
			c.StoreLanes(dst.At(at(dst)), y, k)
		}
		if old, ok := m.kept[dst]; ok {
			c.Release(old)
			delete(m.kept, dst)
		}
		if left[dst] > 0 && (m.keep || dst.local != nil) {
			m.kept[dst] = y
		} else {
			c.Release(y)
		}
	}
}

// driver cuts the nest into calls.
func (m *pointNest) driver(stub amd64.Stub) *driver.Body {
	g := driver.NewCalls(m.Request, m.Outer, stub)
	unit := 1
	if m.chunk == len(m.Outer)-1 {
		unit = share
	}
	g.Cut(m.chunk, gotree.Int(m.turns), unit, m.sharing, func(count gotree.Expr) {
		g.Call(stub, append(m.Arguments(m.Outer, g.Vars), count))
	})
	return g.Body
}
