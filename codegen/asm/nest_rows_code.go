package asm

import (
	"fmt"
	"maps"
	"math"

	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// write writes the assembly function.
func (m *rowNest) write() (Stub, error) {
	s := Stub{Name: m.request.Name + m.level.String(), Params: m.params()}
	if m.hasRows() {
		s.Params = append(s.Params, Param{"rows", "float32"})
	}
	if m.request.Shape != nil {
		m.passed = s.takes(append(m.paces(m.Outer, m.chunk), m.width())...)
	}
	s.Params = append(s.Params, Param{"count", "int"})
	word := ""
	for _, b := range m.Body {
		if b.Word != "" {
			word = b.Word
		}
		n := loop.Points(b.Inner, 1)
		s.Bytes += 4 * n * (1 + len(b.Srcs)) * m.turns * loop.Points(m.Outer[m.chunk+1:], 1)
		s.MulAdds += n * (1 + shape.Weight(b.Value)) * m.turns * loop.Points(m.Outer[m.chunk+1:], 1)
	}
	s.Doc = fmt.Sprintf("computes %s for count rows of %d", told(word, "values"), m.longest())
	if m.request.Shape != nil {
		work, size := shape.RowCost(m.Body)
		s.Bytes, s.MulAdds = m.turns*size, m.turns*work
		s.Doc = fmt.Sprintf("computes %s for count rows of %s", told(word, "values"), s.sizes[m.width().Text])
	}

	c := m.function(m.level, s)
	m.load(c)
	if m.hasRows() {
		c.rows = c.scalar("rows")
	}
	m.tails = map[int]mask{}
	if m.request.Shape != nil {
		m.tails[0] = c.rest(m.width())
	}
	for _, b := range m.Body {
		if len(b.Inner) > 0 && m.request.Shape == nil {
			rest := b.Inner[0].N % m.level.Lanes()
			if _, ok := m.tails[rest]; !ok && rest > 0 {
				m.tails[rest] = c.lanes(rest)
			}
		}
	}
	if m.pin {
		spare := 0
		for _, b := range m.Body {
			spare = max(spare, exprRegisters(b.Value, m.level)+2*len(b.Srcs)+keptVectors)
		}
		for _, b := range m.Body {
			c.pin(b.Value, spare)
		}
	}
	m.walk(c, m.Outer, m.chunk, c.pointer("count"), func() { m.point(c) })
	return s, c.end()
}

// point writes the statements for one point of Outer.
func (m *rowNest) point(c *code) {
	m.locals, m.kept = map[*loop.Buffer]vec{}, map[*stream][]vec{}
	left, uses := maps.Clone(m.left), maps.Clone(m.uses)
	for i := range m.Body {
		s := &m.Body[i]
		m.fetch(c, s)
		switch {
		case len(s.Inner) == 0:
			v := c.eval(s.Value, m.args(s, 0))
			m.conclude(c, s, v, left, uses)
		case s.Reduce == loop.Store:
			m.store(c, s, left)
		default:
			v := m.reduce(c, s)
			if s.Finish != nil {
				y := c.eval(s.Finish, []vec{v})
				c.release(v)
				v = y
			}
			m.conclude(c, s, v, left, uses)
		}
		for _, a := range s.Srcs {
			if a.Buf.Class == loop.Local {
				if uses[a.Buf]--; uses[a.Buf] == 0 {
					c.release(m.locals[a.Buf])
				}
				continue
			}
			st, _ := m.of(a)
			if left[st]--; left[st] == 0 {
				c.release(m.kept[st]...)
				delete(m.kept, st)
			}
		}
	}
}

// fetch makes the numbers that a statement uses in all lanes available, and its
// rows too where they are to stay.
func (m *rowNest) fetch(c *code, s *loop.Stmt) {
	for _, a := range s.Srcs {
		if a.Buf.Class == loop.Local {
			continue
		}
		st, _ := m.of(a)
		if st.scalar() || m.kept[st] != nil {
			continue
		}
		if a.Strides[len(m.Outer)] == 0 {
			v := c.alloc()
			st.spread(c, v)
			m.kept[st] = []vec{v}
			continue
		}
		if m.keep {
			for _, p := range m.places(s) {
				v := c.alloc()
				st.read(c, v, p.place, p.mask)
				m.kept[st] = append(m.kept[st], v)
			}
		}
	}
}

type maskedPlace struct {
	place
	mask
}

// places are the vectors of a statement's row.
func (m *rowNest) places(s *loop.Stmt) []maskedPlace {
	var list []maskedPlace
	n, lanes := s.Inner[0].N, m.level.Lanes()
	for i := 0; i < n; i += lanes {
		p := maskedPlace{place: place{disp: i}}
		if n-i < lanes {
			p.mask = m.tails[n-i]
		}
		list = append(list, p)
	}
	return list
}

// args are the operands of a statement at one vector; i is its number in a row
// that is kept.
func (m *rowNest) args(s *loop.Stmt, i int) []vec {
	args := make([]vec, len(s.Srcs))
	for j, a := range s.Srcs {
		if a.Buf.Class == loop.Local {
			args[j] = m.locals[a.Buf]
			continue
		}
		st, _ := m.of(a)
		switch {
		case st.scalar():
			args[j] = st.held
		case a.Strides[len(m.Outer)] == 0:
			args[j] = m.kept[st][0]
		default:
			args[j] = m.kept[st][i]
		}
	}
	return args
}

// value evaluates a statement at one vector.
func (m *rowNest) value(c *code, s *loop.Stmt, p place, k mask, i int) vec {
	if m.keep {
		return c.eval(s.Value, m.args(s, i))
	}
	read := map[*stream]bool{}
	for _, a := range s.Srcs {
		if a.Buf.Class == loop.Local || a.Buf.Class == loop.Scalar || a.Strides[len(m.Outer)] == 0 {
			continue
		}
		if st, _ := m.of(a); !read[st] {
			v := c.alloc()
			st.read(c, v, p, k)
			m.kept[st], read[st] = []vec{v}, true
		}
	}
	v := c.eval(s.Value, m.args(s, 0))
	for _, st := range m.list {
		if read[st] {
			c.release(m.kept[st]...)
			delete(m.kept, st)
		}
	}
	return v
}

// store writes a statement that stores a value for each of its points.
func (m *rowNest) store(c *code, s *loop.Stmt, left map[*stream]int) {
	dst, _ := m.of(s.Dst)
	if !m.keep {
		m.runs(c, s, perTurn(s.Value), func(p place, k mask) {
			v := m.value(c, s, p, k, 0)
			c.store(dst.at(p), v, k)
			c.release(v)
		})
		return
	}
	var row []vec
	for i, p := range m.places(s) {
		v := m.value(c, s, p.place, p.mask, i)
		c.store(dst.at(p.place), v, p.mask)
		row = append(row, v)
	}
	c.release(m.kept[dst]...)
	delete(m.kept, dst)
	if left[dst] > 0 {
		m.kept[dst] = row
		return
	}
	c.release(row...)
}

// runs goes through the row of a statement that is not kept.
func (m *rowNest) runs(c *code, s *loop.Stmt, each int, body func(p place, k mask)) {
	if m.request.Shape != nil {
		c.along(c.size(m.width()), each, m.tails[0], body)
		return
	}
	n := s.Inner[0].N
	c.runs(n, each, 4, m.tails[n%m.level.Lanes()], body)
}

// perTurn is how many vectors a turn of a loop takes.
func perTurn(e scalar.Expr) int {
	if shape.Weight(e) <= 12 {
		return 4
	}
	return 2
}

// reduce reduces the values of a statement into all lanes of a register.
func (m *rowNest) reduce(c *code, s *loop.Stmt) vec {
	nothing := number(0) // changes no result
	if s.Reduce == loop.Max {
		nothing = number(math.Inf(-1))
	}
	var sums []vec
	add := func(j, i int, p place, k mask) {
		v := m.value(c, s, p, k, i)
		if k.set { // nothing comes from the lanes behind the row
			c.pick(v, compared{k: k.k, v: k.v}, register(v), nothing)
		}
		if j == len(sums) {
			sums = append(sums, v)
			return
		}
		c.combine(s.Reduce, sums[j], v)
		c.release(v)
	}
	if m.keep {
		for i, p := range m.places(s) {
			add(i, i, p.place, p.mask)
		}
	} else {
		each := perTurn(s.Value)
		for range each {
			v := c.alloc()
			c.set(v, nothing)
			sums = append(sums, v)
		}
		j := 0
		m.runs(c, s, each, func(p place, k mask) {
			add(j%each, 0, p, k)
			j++
		})
	}
	for len(sums) > 1 {
		last := len(sums) - 1
		c.combine(s.Reduce, sums[last/2], sums[last])
		c.release(sums[last])
		sums = sums[:last]
	}
	n := c.level.Lanes()
	if m.keep {
		n = min(n, m.longest())
	}
	c.foldSome(s.Reduce, sums[0], n)
	return sums[0]
}

// conclude keeps a number of a row in registers, if it is used again, and
// stores it, unless it is local.
func (m *rowNest) conclude(c *code, s *loop.Stmt, v vec, left map[*stream]int, uses map[*loop.Buffer]int) {
	if b := s.Dst.Buf; b.Class == loop.Local {
		if old, ok := m.locals[b]; ok {
			c.release(old)
		}
		m.locals[b] = v
		if uses[b] == 0 {
			c.release(v)
		}
		return
	}
	dst, _ := m.of(s.Dst)
	c.VMOVSS(c.quarter(v), dst.at(place{}))
	c.release(m.kept[dst]...)
	delete(m.kept, dst)
	if left[dst] > 0 {
		m.kept[dst] = []vec{v}
		return
	}
	c.release(v)
}
