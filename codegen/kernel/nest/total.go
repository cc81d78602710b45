package nest

import (
	"errors"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// totalling is a sum of everything into one number: a penalty on parameters.
// As in Go, values are added up in double precision, here in four partial sums
// for every lane.
type totalling struct {
	*driver.Unit
	driver.Streams
	loop.Stmt
	level amd64.Level
	srcs  []*driver.Stream
	turns int
}

// mostStreams is how many operands have registers for their addresses.
const mostStreams = 8

// manyTerms is the least length of a run that is worth a call.
const manyTerms = 128

// total writes the sum of a statement over one run of memory.
func total(u *driver.Unit, r driver.Request, s loop.Stmt, l amd64.Level) (*driver.Body, error) {
	dst, ok := r.Operand(s.Dst.Buf)
	if !ok || s.Reduce != loop.Sum || s.Finish != nil || len(s.Inner) != 1 || s.Inner[0].N < manyTerms && r.Shape == nil || amd64.HasRows(s.Value) {
		return nil, nil
	}
	m := &totalling{Unit: u, Stmt: s, level: l}
	m.Request = r
	size := 1
	for _, a := range s.Srcs {
		src, ok := m.Of(a)
		if !ok || a.Buf.Class != loop.Scalar && a.Strides[0] != 0 && a.Strides[0] != 1 {
			return nil, nil
		}
		m.srcs = append(m.srcs, src)
		size += 4
	}
	if len(m.List) > mostStreams {
		return nil, nil
	}
	m.turns = u.Machine.Turns(2+shape.Weight(s.Value), size) / 64 * 64
	if m.turns == 0 { // a call would go on for too long, or the loop around it for ever
		return nil, nil
	}
	stub, err := m.write()
	if errors.Is(err, amd64.ErrRegisters) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return m.driver(stub, dst), nil
}

// write writes the assembly function.
func (m *totalling) write() (amd64.Stub, error) {
	s := amd64.Stub{Name: m.Request.Name + m.level.String(), Doc: "adds count " + told(m.Word, "values") + " to a total"}
	s.Params = append([]amd64.Param{{Name: "total", Type: "*float64"}}, m.Params()...)
	s.Params = append(s.Params, amd64.Param{Name: "count", Type: "int"})
	s.Bytes, s.MulAdds = 4*m.turns*len(m.List), m.turns*(1+shape.Weight(m.Value))

	c := m.Function(m.level, s)
	total := c.Pointer("total")
	m.Load(c)
	acc := c.Allocs(4)
	for _, v := range acc {
		c.Zero(v)
	}
	for _, x := range m.List {
		if !x.Scalar() && x.Access.Strides[0] == 0 {
			x.Held = c.Alloc()
			x.Spread(c, x.Held)
		}
	}
	c.Pin(m.Value, amd64.RegistersOf(m.Value, m.level)+len(m.List)+3)
	lanes := m.level.Lanes()
	n, index := c.Pointer("count"), c.GP64()
	c.XORQ(index, index)
	end := c.Unit.Label("end")
	for _, vectors := range []int{2, 1} {
		done, top := c.Unit.Label("done"), c.Unit.Label("loop")
		c.SUBQ(amd64.I32(int32(vectors*lanes)), n)
		c.JL(amd64.LabelRef(done))
		c.Label(top)
		for i := range vectors {
			m.add(c, amd64.Place{Index: index, Disp: i * lanes}, amd64.Mask{}, acc[2*i:])
		}
		c.ADDQ(amd64.I32(int32(vectors*lanes)), index)
		c.SUBQ(amd64.I32(int32(vectors*lanes)), n)
		c.JGE(amd64.LabelRef(top))
		c.Label(done)
		c.ADDQ(amd64.I32(int32(vectors*lanes)), n)
	}
	c.JZ(amd64.LabelRef(end))
	m.add(c, amd64.Place{Index: index}, c.LeadingLanes(n), acc)
	c.Label(end)
	c.VADDPD(c.Full(acc[2]), c.Full(acc[0]), c.Full(acc[0]))
	c.VADDPD(c.Full(acc[3]), c.Full(acc[1]), c.Full(acc[1]))
	c.VADDPD(c.Full(acc[1]), c.Full(acc[0]), c.Full(acc[0]))
	amd64.FoldDoubles(c, acc[0], acc[1])
	c.VADDSD(amd64.Mem{Base: total}, c.Quarter(acc[0]), c.Quarter(acc[0]))
	c.VMOVSD(c.Quarter(acc[0]), amd64.Mem{Base: total})
	return s, c.End()
}

// add adds a vector of values to two accumulators of half as many lanes.
func (m *totalling) add(c *amd64.Code, p amd64.Place, k amd64.Mask, acc []amd64.Vec) {
	args := make([]amd64.Vec, len(m.srcs))
	read := map[*driver.Stream]amd64.Vec{}
	for i, s := range m.srcs {
		if args[i] = s.Held; s.Held != amd64.None {
			continue
		}
		v, ok := read[s]
		if !ok {
			v = c.Alloc()
			s.Read(c, v, p, k)
			read[s] = v
		}
		args[i] = v
	}
	v := c.Eval(m.Value, args)
	for _, s := range m.List {
		if w, ok := read[s]; ok {
			c.Release(w)
		}
	}
	if k.Partial {
		c.Pick(v, amd64.Compared{K: k.K, V: k.V}, amd64.Register(v), amd64.Number(0))
	}
	t := c.Alloc()
	for i, high := range []bool{false, true} {
		amd64.Widen(c, t, v, high)
		c.VADDPD(c.Full(t), c.Full(acc[i]), c.Full(acc[i]))
	}
	c.Release(t, v)
}
