package nest

import (
	"fmt"
	"maps"
	"math"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// write writes the assembly function.
func (m *rowNest) write() (amd64.Stub, error) {
	s := amd64.Stub{Name: m.Request.Name + m.level.String(), Params: m.Params()}
	if m.hasRows() {
		s.Params = append(s.Params, amd64.Param{Name: "rows", Type: "float32"})
	}
	if m.Request.Shape != nil {
		m.passed = s.Takes(append(m.Paces(m.Outer, m.chunk), m.width())...)
	}
	s.Params = append(s.Params, amd64.Param{Name: "count", Type: "int"})
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
	if m.Request.Shape != nil {
		work, size := shape.RowCost(m.Body)
		s.Bytes, s.MulAdds = m.turns*size, m.turns*work
		s.Doc = fmt.Sprintf("computes %s for count rows of %s", told(word, "values"), s.Sizes[m.width().String()])
	}

	c := m.Function(m.level, s)
	m.Load(c)
	if m.hasRows() {
		c.Rows = c.Scalar("rows")
	}
	m.tails = map[int]amd64.Mask{}
	if m.Request.Shape != nil {
		m.tails[0] = c.RestLanes(m.width())
	}
	for _, b := range m.Body {
		if len(b.Inner) > 0 && m.Request.Shape == nil {
			rest := b.Inner[0].N % m.level.Lanes()
			if _, ok := m.tails[rest]; !ok && rest > 0 {
				m.tails[rest] = c.FirstLanes(rest)
			}
		}
	}
	if m.pin {
		spare := 0
		for _, b := range m.Body {
			spare = max(spare, amd64.RegistersOf(b.Value, m.level)+2*len(b.Srcs)+KeptVectors)
		}
		for _, b := range m.Body {
			c.Pin(b.Value, spare)
		}
	}
	m.Walk(c, m.Outer, m.chunk, c.Pointer("count"), func() { m.point(c) })
	return s, c.End()
}

// point writes the statements for one point of Outer.
func (m *rowNest) point(c *amd64.Code) {
	m.locals, m.kept = map[*loop.Buffer]amd64.Vec{}, map[*driver.Stream][]amd64.Vec{}
	left, uses := maps.Clone(m.left), maps.Clone(m.uses)
	for i := range m.Body {
		s := &m.Body[i]
		m.fetch(c, s)
		switch {
		case len(s.Inner) == 0:
			v := c.Eval(s.Value, m.args(s, 0))
			m.conclude(c, s, v, left, uses)
		case s.Reduce == loop.Store:
			m.store(c, s, left)
		default:
			v := m.reduce(c, s)
			if s.Finish != nil {
				y := c.Eval(s.Finish, []amd64.Vec{v})
				c.Release(v)
				v = y
			}
			m.conclude(c, s, v, left, uses)
		}
		for _, a := range s.Srcs {
			if a.Buf.Class == loop.Local {
				if uses[a.Buf]--; uses[a.Buf] == 0 {
					c.Release(m.locals[a.Buf])
				}
				continue
			}
			st, _ := m.Of(a)
			if left[st]--; left[st] == 0 {
				c.Release(m.kept[st]...)
				delete(m.kept, st)
			}
		}
	}
}

// fetch makes the numbers that a statement uses in all lanes available, and its
// rows too where they are to stay.
func (m *rowNest) fetch(c *amd64.Code, s *loop.Stmt) {
	for _, a := range s.Srcs {
		if a.Buf.Class == loop.Local {
			continue
		}
		st, _ := m.Of(a)
		if st.Scalar() || m.kept[st] != nil {
			continue
		}
		if a.Strides[len(m.Outer)] == 0 {
			v := c.Alloc()
			st.Spread(c, v)
			m.kept[st] = []amd64.Vec{v}
			continue
		}
		if m.keep {
			for _, p := range m.places(s) {
				v := c.Alloc()
				st.Read(c, v, p.Place, p.Mask)
				m.kept[st] = append(m.kept[st], v)
			}
		}
	}
}

type maskedPlace struct {
	amd64.Place
	amd64.Mask
}

// places are the vectors of a statement's row.
func (m *rowNest) places(s *loop.Stmt) []maskedPlace {
	var list []maskedPlace
	n, lanes := s.Inner[0].N, m.level.Lanes()
	for i := 0; i < n; i += lanes {
		p := maskedPlace{Place: amd64.Place{Disp: i}}
		if n-i < lanes {
			p.Mask = m.tails[n-i]
		}
		list = append(list, p)
	}
	return list
}

// args are the operands of a statement at one vector; i is its number in a row
// that is kept.
func (m *rowNest) args(s *loop.Stmt, i int) []amd64.Vec {
	args := make([]amd64.Vec, len(s.Srcs))
	for j, a := range s.Srcs {
		if a.Buf.Class == loop.Local {
			args[j] = m.locals[a.Buf]
			continue
		}
		st, _ := m.Of(a)
		switch {
		case st.Scalar():
			args[j] = st.Held
		case a.Strides[len(m.Outer)] == 0:
			args[j] = m.kept[st][0]
		default:
			args[j] = m.kept[st][i]
		}
	}
	return args
}

// value evaluates a statement at one vector.
func (m *rowNest) value(c *amd64.Code, s *loop.Stmt, p amd64.Place, k amd64.Mask, i int) amd64.Vec {
	if m.keep {
		return c.Eval(s.Value, m.args(s, i))
	}
	read := map[*driver.Stream]bool{}
	for _, a := range s.Srcs {
		if a.Buf.Class == loop.Local || a.Buf.Class == loop.Scalar || a.Strides[len(m.Outer)] == 0 {
			continue
		}
		if st, _ := m.Of(a); !read[st] {
			v := c.Alloc()
			st.Read(c, v, p, k)
			m.kept[st], read[st] = []amd64.Vec{v}, true
		}
	}
	v := c.Eval(s.Value, m.args(s, 0))
	for _, st := range m.List {
		if read[st] {
			c.Release(m.kept[st]...)
			delete(m.kept, st)
		}
	}
	return v
}

// store writes a statement that stores a value for each of its points.
func (m *rowNest) store(c *amd64.Code, s *loop.Stmt, left map[*driver.Stream]int) {
	dst, _ := m.Of(s.Dst)
	if !m.keep {
		m.runs(c, s, PerTurn(s.Value), func(p amd64.Place, k amd64.Mask) {
			c.Group("value", func() {
				v := m.value(c, s, p, k, 0)
				c.StoreLanes(dst.At(p), v, k)
				c.Release(v)
			})
		})
		return
	}
	var row []amd64.Vec
	for i, p := range m.places(s) {
		c.Group("value", func() {
			v := m.value(c, s, p.Place, p.Mask, i)
			c.StoreLanes(dst.At(p.Place), v, p.Mask)
			row = append(row, v)
		})
	}
	c.Release(m.kept[dst]...)
	delete(m.kept, dst)
	if left[dst] > 0 {
		m.kept[dst] = row
		return
	}
	c.Release(row...)
}

// runs goes through the row of a statement that is not kept.
func (m *rowNest) runs(c *amd64.Code, s *loop.Stmt, each int, body func(p amd64.Place, k amd64.Mask)) {
	if m.Request.Shape != nil {
		c.Along(c.Size(m.width()), each, m.tails[0], body)
		return
	}
	n := s.Inner[0].N
	c.Runs(n, each, 4, m.tails[n%m.level.Lanes()], body)
}

// PerTurn is how many vectors a turn of a loop takes.
func PerTurn(e scalar.Expr) int {
	if shape.Weight(e) <= 12 {
		return 4
	}
	return 2
}

// reduce reduces the values of a statement into all lanes of a register.
func (m *rowNest) reduce(c *amd64.Code, s *loop.Stmt) amd64.Vec {
	nothing := amd64.Number(0) // changes no result
	if s.Reduce == loop.Max {
		nothing = amd64.Number(math.Inf(-1))
	}
	var sums []amd64.Vec
	add := func(j, i int, p amd64.Place, k amd64.Mask) {
		c.Group("term", func() {
			v := m.value(c, s, p, k, i)
			if k.Partial { // nothing comes from the lanes after the row
				c.Pick(v, amd64.Compared{K: k.K, V: k.V}, amd64.Register(v), nothing)
			}
			if j == len(sums) {
				sums = append(sums, v)
				return
			}
			amd64.Combine(c, s.Reduce, sums[j], v)
			c.Release(v)
		})
	}
	if m.keep {
		for i, p := range m.places(s) {
			add(i, i, p.Place, p.Mask)
		}
	} else {
		each := PerTurn(s.Value)
		for range each {
			v := c.Alloc()
			c.Set(v, nothing)
			sums = append(sums, v)
		}
		j := 0
		m.runs(c, s, each, func(p amd64.Place, k amd64.Mask) {
			add(j%each, 0, p, k)
			j++
		})
	}
	for len(sums) > 1 {
		last := len(sums) - 1
		amd64.Combine(c, s.Reduce, sums[last/2], sums[last])
		c.Release(sums[last])
		sums = sums[:last]
	}
	n := c.Level.Lanes()
	if m.keep {
		n = min(n, m.longest())
	}
	amd64.FoldSome(c, s.Reduce, sums[0], n)
	return sums[0]
}

// conclude keeps a number of a row in registers, if it is used again, and
// stores it, unless it is local.
func (m *rowNest) conclude(c *amd64.Code, s *loop.Stmt, v amd64.Vec, left map[*driver.Stream]int, uses map[*loop.Buffer]int) {
	if b := s.Dst.Buf; b.Class == loop.Local {
		if old, ok := m.locals[b]; ok {
			c.Release(old)
		}
		m.locals[b] = v
		if uses[b] == 0 {
			c.Release(v)
		}
		return
	}
	dst, _ := m.Of(s.Dst)
	c.VMOVSS(c.Quarter(v), dst.At(amd64.Place{}))
	c.Release(m.kept[dst]...)
	delete(m.kept, dst)
	if left[dst] > 0 {
		m.kept[dst] = []amd64.Vec{v}
		return
	}
	c.Release(v)
}
