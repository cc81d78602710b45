package sparse

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
	"github.com/nngen-go/nngen/ir/scalar"
)

// IsIndexed reports that a nest reads or writes where an index says.
func IsIndexed(k *loop.Nest) bool {
	for _, s := range k.Body {
		for _, a := range append([]loop.Access{s.Dst}, s.Srcs...) {
			if a.Index != nil {
				return true
			}
		}
	}
	return false
}

// moves is a nest that moves runs of elements to or from where an index says:
// an embedding, or its gradient. It has one statement, two axes (points, and
// the elements of a run) and one index for each point.
type moves struct {
	loop.Stmt
	machine machine.Machine
	points  loop.Axis
	width   int
	each    []moved // the destination, then the sources
	level   amd64.Level
	block   columns
}

// moved is one operand: how far apart its runs are, and what picks them.
type moved struct {
	loop.Access
	name   string
	scalar bool
	spread bool // one element for all of a run
	step   int
	// indexStep is how far apart the indices of two points are.
	indexStep int
}

// maxMoved is how many operands have registers for their addresses.
const maxMoved = 4

// Moves writes the nests that embeddings are made of; others with an index
// are left to the portable body.
func Moves(u *driver.Unit, r driver.Request, k *loop.Nest, l amd64.Level) (*driver.Body, error) {
	m := readMoves(k, u.Machine, l)
	if m == nil {
		return nil, nil
	}
	var args []gotree.Expr
	for _, a := range m.each {
		for _, b := range a.buffers() {
			o, ok := r.Operand(b)
			switch {
			case !ok:
				return nil, nil
			case a.scalar:
				args = append(args, o.Var())
			default:
				args = append(args, o.Start())
			}
		}
	}
	s := driver.NewScript(r)
	at, total := &gotree.Var{Name: "at"}, gotree.Int(m.points.N)
	switch {
	case m.points.Rows && m.points.N > 1:
		total = gotree.Op(total, "*", driver.Rows)
	case m.points.Rows:
		total = driver.Rows
	}
	for _, m.block = range m.blocks() {
		stub, err := writeMoves(u, r.Name+m.block.suffix(), m)
		if err != nil {
			return nil, err
		}
		s.Body.Stubs = append(s.Body.Stubs, stub)
		most := gotree.Int(m.most())
		m.block.loop(s, func(column gotree.Expr) {
			s.In(driver.Every(at, gotree.Int(0), total, most), func() { s.Call(stub, append(slices.Clip(args), at, driver.Left(most, total, at), column)) })
		})
	}
	return s.Body, nil
}

// readMoves is nil where a nest is of another kind.
func readMoves(k *loop.Nest, machine machine.Machine, l amd64.Level) *moves {
	if len(k.Body) != 1 {
		return nil
	}
	s := k.Body[0]
	m := &moves{Stmt: s, machine: machine, level: l, points: loop.Axis{N: 1}}
	var at []int // the axes that are loops
	axes := k.Axes(s)
	for i, a := range axes {
		if a.N > 1 || a.Rows {
			at = append(at, i)
		}
	}
	if s.Reduce != loop.Store || s.Finish != nil || len(at) == 0 || len(at) > 2 || axes[at[len(at)-1]].Rows || amd64.HasRows(s.Value) {
		return nil
	}
	last := at[len(at)-1]
	m.width = axes[last].N
	if len(at) == 2 {
		m.points = axes[at[0]]
	}
	for i, a := range append([]loop.Access{s.Dst}, s.Srcs...) {
		b := moved{Access: a, name: fmt.Sprintf("x%d", i), scalar: a.Buf.Class == loop.Scalar}
		if len(a.Strides) != len(axes) || a.Buf.DType != loop.F32 || a.Buf.Class == loop.Random || a.Buf.Class == loop.Local {
			return nil
		}
		b.spread = a.Strides[last] == 0
		if a.Strides[last] != 1 && (!b.spread || i == 0) {
			return nil
		}
		if len(at) == 2 {
			b.step = a.Strides[at[0]]
		}
		if x := a.Index; x != nil {
			if x.Index != nil || len(x.Strides) != len(axes) || x.Strides[last] != 0 || x.Buf.Ragged {
				return nil
			}
			if len(at) == 2 {
				b.indexStep = x.Strides[at[0]]
			}
		}
		m.each = append(m.each, b)
	}
	m.each[0].name = "y"
	if len(m.each) > maxMoved || amd64.RegistersOf(s.Value, l)+len(m.each)+2 > l.Registers() {
		return nil
	}
	return m
}

// buffers are the parameters of an operand: its elements, and its index.
func (a moved) buffers() []*loop.Buffer {
	if a.Index == nil {
		return []*loop.Buffer{a.Buf}
	}
	return []*loop.Buffer{a.Buf, a.Index.Buf}
}

// blocks cuts the runs: a function is written out for all of a block.
func (m *moves) blocks() []columns {
	registers := max(1, 32/(1+scalar.Size(m.Value)))
	full := registers * m.level.Lanes()
	if m.width <= full {
		return []columns{{to: m.width, width: m.width}}
	}
	list := []columns{{to: m.width / full * full, width: full}}
	if rest := m.width % full; rest > 0 {
		list = append(list, columns{from: m.width - rest, to: m.width, width: rest})
	}
	return list
}

// most is how many points one call takes at most.
func (m *moves) most() int {
	return max(1, m.machine.Turns(m.block.width, 4*len(m.each)*m.block.width))
}

// writeMoves writes the function for count points from point at on.
func writeMoves(u *driver.Unit, name string, m *moves) (amd64.Stub, error) {
	s := amd64.Stub{Name: name + m.level.String(), MulAdds: m.most() * m.block.width, Bytes: 4 * len(m.each) * m.most() * m.block.width}
	s.Doc = fmt.Sprintf("computes count runs of %d elements from column on, beginning with run at", m.block.width)
	for _, a := range m.each {
		if a.scalar {
			s.Params = append(s.Params, amd64.Param{Name: a.name, Type: "float32"})
			continue
		}
		s.Params = append(s.Params, amd64.Param{Name: a.name, Type: "*float32"})
		if a.Index != nil {
			s.Params = append(s.Params, amd64.Param{Name: a.name + "Index", Type: "*int32"})
		}
	}
	s.Params = append(s.Params, amd64.Param{Name: "at", Type: "int"}, amd64.Param{Name: "count", Type: "int"}, amd64.Param{Name: "column", Type: "int"})

	c := u.Function(m.level, s)
	p := panel{c, m.block.width}
	first, column := c.Pointer("at"), c.Pointer("column")
	bases, indices := make([]amd64.GP, len(m.each)), make([]amd64.GP, len(m.each))
	scalars := make([]amd64.Vec, len(m.each))
	for i, a := range m.each {
		if a.scalar {
			scalars[i] = c.Scalar(a.name)
			continue
		}
		bases[i] = c.Pointer(a.name)
		c.Advance(bases[i], a.Offset)
		if !a.spread {
			c.LEAQ(amd64.Mem{Base: bases[i], Index: column, Scale: 4}, bases[i])
		}
		forward(c, bases[i], first, a.step)
		if a.Index != nil {
			indices[i] = c.Pointer(a.name + "Index")
			c.Advance(indices[i], a.Index.Offset)
			forward(c, indices[i], first, a.indexStep)
		}
	}
	tail := p.tail()
	count := c.Pointer("count")
	c.Until(count, func() {
		places := make([]amd64.Mem, len(m.each))
		for i, a := range m.each {
			switch {
			case a.scalar:
				continue
			case a.Index != nil:
				places[i] = rowOf(c, bases[i], a.IndexStride, amd64.Mem{Base: indices[i]})
				c.Advance(indices[i], a.indexStep)
			default:
				places[i] = amd64.Mem{Base: bases[i]}
			}
		}
		for j := range p.registers() {
			p.element(m, places, scalars, j, tail)
		}
		for i, a := range m.each {
			if !a.scalar {
				c.Advance(bases[i], a.step)
			}
		}
	})
	return s, c.End()
}

// forward moves a pointer by n steps.
func forward(c *amd64.Code, p, n amd64.GP, step int) {
	if step == 0 {
		return
	}
	by := c.GP64()
	c.IMUL3Q(amd64.I32(int32(4*step)), n, by)
	c.ADDQ(by, p)
}

// element computes register j of a run.
func (p panel) element(m *moves, places []amd64.Mem, scalars []amd64.Vec, j int, tail amd64.Mask) {
	var args, own []amd64.Vec
	for i, a := range m.each[1:] {
		if a.scalar {
			args = append(args, scalars[1+i])
			continue
		}
		v := p.Alloc()
		if a.spread {
			p.Broadcast(v, places[1+i])
		} else {
			place, k := p.part(places[1+i], j, tail)
			p.LoadLanes(v, place, k)
		}
		args, own = append(args, v), append(own, v)
	}
	v := p.Eval(m.Value, args)
	place, k := p.part(places[0], j, tail)
	if m.Accumulate {
		sum := p.Alloc()
		p.LoadLanes(sum, place, k)
		p.VADDPS(p.Full(v), p.Full(sum), p.Full(sum))
		p.Release(v)
		v = sum
	}
	p.StoreLanes(place, v, k)
	p.Release(append(own, v)...)
}
