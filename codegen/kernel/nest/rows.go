package nest

import (
	"errors"
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// rowNest is a list of statements for every point of Outer: a softmax, the
// statistics of a row. What a statement loops over lies in the lanes.
//
// Short rows stay in registers from one statement to the next, numbers of a row
// always do, in all lanes. Nothing depends on how many rows a call takes.
type rowNest struct {
	*driver.Unit
	driver.Streams
	*loop.Nest
	sharing loop.Sharing
	level   amd64.Level
	chunk   int // the axis that a call is given a number of turns of
	turns   int
	keep    bool // rows stay in registers
	pin     bool // constants do
	locals  map[*loop.Buffer]amd64.Vec
	kept    map[*driver.Stream][]amd64.Vec // the vectors of a row that are in registers, or its number
	left    map[*driver.Stream]int         // statements that are still to name a stream
	uses    map[*loop.Buffer]int
	tails   map[int]amd64.Mask
	passed  []gotree.Expr // the sizes that a call is given
}

// KeptVectors is how long a row may be, in vectors, to stay in registers.
const KeptVectors = 4

// nestRows writes the statements of a nest, if it can.
func nestRows(u *driver.Unit, r driver.Request, k *loop.Nest, sharing loop.Sharing, l amd64.Level) (*driver.Body, error) {
	if !rowByRow(k) {
		return nil, nil
	}
	for _, try := range []struct{ keep, pin bool }{{true, true}, {true, false}, {false, true}, {false, false}} {
		m := &rowNest{Unit: u, Nest: k, sharing: sharing, level: l, keep: try.keep, pin: try.pin}
		m.Request = r
		if try.keep && r.Shape != nil {
			continue
		}
		if !m.prepare() {
			return nil, nil
		}
		if try.keep && m.longest() > KeptVectors*l.Lanes() {
			continue
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

// rowByRow reports statements of at most one loop of their own each, through
// memory in order.
func rowByRow(k *loop.Nest) bool {
	lane := len(k.Outer)
	if lane == 0 || slices.ContainsFunc(k.Outer[1:], func(a loop.Axis) bool { return a.Rows }) {
		return false
	}
	loops := false
	for i := range k.Body {
		s := &k.Body[i]
		if len(s.Inner) > 1 || len(s.Inner) == 1 && s.Inner[0].Rows || s.Accumulate {
			return false
		}
		loops = loops || len(s.Inner) == 1
		for j, a := range shape.Accesses(s) {
			if len(s.Inner) == 0 {
				a.Strides = append(a.Strides, 0)
			}
			step := a.Strides[lane]
			vector := j == 0 && len(s.Inner) == 1 && s.Reduce == loop.Store
			if isRandom(a) || a.Buf.Class != loop.Scalar && (vector && step != 1 || step != 0 && step != 1) || a.Buf.Class == loop.Local && step != 0 {
				return false
			}
		}
	}
	return loops
}

// prepare lists the streams and finds out how long a call may be.
func (m *rowNest) prepare() bool {
	m.left, m.uses = map[*driver.Stream]int{}, map[*loop.Buffer]int{}
	written := map[*loop.Buffer]bool{}
	width := map[*driver.Stream]int{}
	for i := range m.Body {
		s := &m.Body[i]
		written[s.Dst.Buf] = true
		for j, a := range shape.Accesses(s) {
			if a.Buf.Class == loop.Local {
				if j > 0 {
					m.uses[a.Buf]++
				}
				continue
			}
			st, ok := m.Of(*a)
			if !ok {
				return false
			}
			if j > 0 {
				m.left[st]++
			}
			if a.Strides[len(m.Outer)] == 0 {
				continue
			}
			if n := s.Inner[0].N; width[st] != 0 && width[st] != n {
				return false
			}
			width[st] = s.Inner[0].N
		}
	}
	for i, s := range m.List {
		// Two ways into a buffer that is written might be to the same element.
		for _, other := range m.List[:i] {
			if other.Buf == s.Buf && written[s.Buf] {
				return false
			}
		}
	}
	if m.Request.Shape != nil {
		m.chunk = len(m.Outer) - 1
		m.turns = m.Machine.Turns(shape.RowCost(m.Body))
		most := 0
		for _, s := range m.Body {
			most = max(most, loop.Points(s.Inner, 1)+m.level.Lanes())
		}
		return m.turns > 0 && len(m.List) <= 10 && !beyond(m.Request.Shape, m.turns, most)
	}
	for i := range m.Outer {
		points := loop.Points(m.Outer[i+1:], 1)
		size, work := 0, 0
		for _, s := range m.Body {
			n := loop.Points(s.Inner, 1)
			size += 4 * n * len(shape.Accesses(&s)) * points
			work += (n + m.level.Lanes()) * (1 + shape.Weight(s.Value)) * points
		}
		if turns := m.Machine.Turns(work, size); turns > 0 {
			m.chunk, m.turns = i, turns
			return len(m.List)+len(m.Outer)-i <= 11
		}
	}
	return false
}

// longest is the length of the longest row.
func (m *rowNest) longest() int {
	n := 0
	for _, s := range m.Body {
		n = max(n, loop.Points(s.Inner, 1))
	}
	return n
}

// width is the length of the rows of a shared kernel.
func (m *rowNest) width() gotree.Number {
	for _, s := range m.Body {
		if len(s.Inner) > 0 {
			return m.Request.Shape.Count(s.Inner[0])
		}
	}
	return gotree.Literal(1)
}

func (m *rowNest) hasRows() bool {
	return slices.ContainsFunc(m.Body, func(s loop.Stmt) bool { return amd64.HasRows(s.Value) || s.Finish != nil && amd64.HasRows(s.Finish) })
}
