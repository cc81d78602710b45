package asm

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
	"github.com/nngen-go/nngen/ir/scalar"
)

// isIndexed reports that a nest reads or writes where an index says.
func isIndexed(k *loop.Nest) bool {
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
	level   Level
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

// nestIndex writes the nests that embeddings are made of; others with an index
// are left to the portable body.
func (u *Unit) nestIndex(r Request, k *loop.Nest, l Level) (*Body, error) {
	m := readMoves(k, u.machine, l)
	if m == nil {
		return nil, nil
	}
	var args []string
	for _, a := range m.each {
		for _, b := range a.buffers() {
			o, ok := r.operand(b)
			switch {
			case !ok:
				return nil, nil
			case a.scalar:
				args = append(args, o.Name)
			default:
				args = append(args, o.pointer(""))
			}
		}
	}
	body := &Body{}
	total := fmt.Sprint(m.points.N)
	if m.points.Rows {
		total = "n"
		if m.points.N > 1 {
			total = fmt.Sprintf("%d*n", m.points.N)
		}
	}
	for _, m.block = range m.blocks() {
		stub, err := u.move(r.Name+m.block.suffix(), m)
		if err != nil {
			return nil, err
		}
		body.Stubs = append(body.Stubs, stub)
		most := m.most()
		body.Lines = append(body.Lines, m.block.loops([]string{
			fmt.Sprintf("for at := 0; at < %s; at += %d {", total, most),
			fmt.Sprintf("%s(%s, at, min(%d, %s-at), column)", stub.Name, strings.Join(args, ", "), most, total),
			"}",
		})...)
	}
	return body, nil
}

// readMoves is nil where a nest is of another kind.
func readMoves(k *loop.Nest, machine machine.Machine, l Level) *moves {
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
	if s.Reduce != loop.Store || s.Finish != nil || len(at) == 0 || len(at) > 2 || axes[at[len(at)-1]].Rows || hasRows(s.Value) {
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
	if len(m.each) > maxMoved || exprRegisters(s.Value, l)+len(m.each)+2 > l.registers() {
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

// move writes the function for count points from point at on.
func (u *Unit) move(name string, m *moves) (Stub, error) {
	s := Stub{Name: name + m.level.String(), MulAdds: m.most() * m.block.width, Bytes: 4 * len(m.each) * m.most() * m.block.width}
	s.Doc = fmt.Sprintf("computes count runs of %d elements from column on, beginning with run at", m.block.width)
	for _, a := range m.each {
		if a.scalar {
			s.Params = append(s.Params, Param{a.name, "float32"})
			continue
		}
		s.Params = append(s.Params, Param{a.name, "*float32"})
		if a.Index != nil {
			s.Params = append(s.Params, Param{a.name + "Index", "*int32"})
		}
	}
	s.Params = append(s.Params, Param{"at", "int"}, Param{"count", "int"}, Param{"column", "int"})

	c := u.function(m.level, s)
	p := panel{c, m.block.width}
	first, column := c.pointer("at"), c.pointer("column")
	bases, indices := make([]reg.GPVirtual, len(m.each)), make([]reg.GPVirtual, len(m.each))
	scalars := make([]vec, len(m.each))
	for i, a := range m.each {
		if a.scalar {
			scalars[i] = c.scalar(a.name)
			continue
		}
		bases[i] = c.pointer(a.name)
		c.advance(bases[i], a.Offset)
		if !a.spread {
			c.LEAQ(operand.Mem{Base: bases[i], Index: column, Scale: 4}, bases[i])
		}
		c.forward(bases[i], first, a.step)
		if a.Index != nil {
			indices[i] = c.pointer(a.name + "Index")
			c.advance(indices[i], a.Index.Offset)
			c.forward(indices[i], first, a.indexStep)
		}
	}
	tail := p.tail()
	count := c.pointer("count")
	c.until(count, func() {
		places := make([]operand.Mem, len(m.each))
		for i, a := range m.each {
			switch {
			case a.scalar:
				continue
			case a.Index != nil:
				places[i] = c.row(bases[i], a.IndexStride, operand.Mem{Base: indices[i]})
				c.advance(indices[i], a.indexStep)
			default:
				places[i] = operand.Mem{Base: bases[i]}
			}
		}
		for j := range p.registers() {
			p.element(m, places, scalars, j, tail)
		}
		for i, a := range m.each {
			if !a.scalar {
				c.advance(bases[i], a.step)
			}
		}
	})
	return s, c.end()
}

// forward moves a pointer by n steps.
func (c *code) forward(p, n reg.GPVirtual, step int) {
	if step == 0 {
		return
	}
	by := c.GP64()
	c.IMUL3Q(operand.I32(int32(4*step)), n, by)
	c.ADDQ(by, p)
}

// element computes register j of a run.
func (p panel) element(m *moves, places []operand.Mem, scalars []vec, j int, tail mask) {
	var args, own []vec
	for i, a := range m.each[1:] {
		if a.scalar {
			args = append(args, scalars[1+i])
			continue
		}
		v := p.alloc()
		if a.spread {
			p.broadcast(v, places[1+i])
		} else {
			place, k := p.part(places[1+i], j, tail)
			p.load(v, place, k)
		}
		args, own = append(args, v), append(own, v)
	}
	v := p.eval(m.Value, args)
	place, k := p.part(places[0], j, tail)
	if m.Accumulate {
		sum := p.alloc()
		p.load(sum, place, k)
		p.VADDPS(p.full(v), p.full(sum), p.full(sum))
		p.release(v)
		v = sum
	}
	p.store(place, v, k)
	p.release(append(own, v)...)
}
