package asm

import (
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// stream is what a kernel reads or writes through one pointer, or a number that
// it is given.
type stream struct {
	Operand
	access loop.Access
	name   string // of the parameter
	ptr    reg.GPVirtual
	held   vec // its value where it is the same for all lanes, or none
}

func (s *stream) scalar() bool { return s.Buf.Class == loop.Scalar }
func (s *stream) random() bool { return s.Buf.Class == loop.Random }

// streams is a list of those of a kernel.
type streams struct {
	request Request
	list    []*stream
	names   map[string]bool
}

// of is the stream of an access, the same for equal accesses.
func (l *streams) of(a loop.Access) (*stream, bool) {
	for _, s := range l.list {
		if s.Buf == a.Buf && (s.scalar() || s.access.Offset == a.Offset && slices.Equal(s.access.Strides, a.Strides)) {
			return s, true
		}
	}
	o, ok := l.request.operand(a.Buf)
	if !ok {
		return nil, false
	}
	if l.names == nil {
		l.names = map[string]bool{"g": true}
	}
	name := o.Name
	for i := 2; l.names[name]; i++ {
		name = fmt.Sprint(o.Name, i)
	}
	l.names[name] = true
	s := &stream{Operand: o, access: a, name: name, held: none}
	l.list = append(l.list, s)
	return s, true
}

// params declares the streams as parameters.
func (l *streams) params() []Param {
	var list []Param
	for _, s := range l.list {
		typ := "*float32"
		switch {
		case s.scalar():
			typ = "float32"
		case s.random():
			typ = "*uint32"
		case s.Buf.DType == loop.I32:
			typ = "*int32"
		}
		list = append(list, Param{s.name, typ})
	}
	return list
}

// arguments are what is passed for them where the Go loops around stand at a
// point: an index for each of the first axes.
func (l *streams) arguments(axes []loop.Axis, vars []string) []string {
	var list []string
	for _, s := range l.list {
		if s.scalar() {
			list = append(list, s.Name)
			continue
		}
		if s.random() {
			list = append(list, "&"+keyWords(s.Name)+"[0]")
			continue
		}
		if l.request.Shape != nil {
			list = append(list, fmt.Sprintf("&%s[%v]", s.Name, l.index(s, axes, vars)))
			continue
		}
		at := sum{offset: s.access.Offset}
		for i, v := range vars {
			most := -1
			if !axes[i].Rows {
				most = axes[i].N - 1
			}
			if v != "" {
				at = at.plus(v, s.access.Strides[i], most)
			}
		}
		list = append(list, s.address(at))
	}
	return list
}

// index is where a stream of a shared kernel stands.
func (l *streams) index(s *stream, axes []loop.Axis, vars []string) gotree.Number {
	at := gotree.Literal(0)
	for i, v := range vars {
		if v != "" {
			at = at.Plus(gotree.Number{Text: v}.Times(l.stride(s, axes, i)))
		}
	}
	return at.Plus(l.request.Shape.Offset(s.access))
}

// stride is how far a turn of loop i moves a stream.
func (l *streams) stride(s *stream, axes []loop.Axis, i int) gotree.Number {
	return l.request.Shape.Stride(s.access, axes, i)
}

// load takes the parameters into registers.
func (l *streams) load(c *code) {
	for _, s := range l.list {
		if s.scalar() {
			s.held = c.scalar(s.name)
		} else {
			s.ptr = c.pointer(s.name)
		}
	}
}

// bytes is what one turn of the loops over axes from the given one on touches.
func (l *streams) bytes(axes []loop.Axis, from int) int {
	total := 0
	for _, s := range l.list {
		n := 4
		for i := from; i < len(axes); i++ {
			if s.access.Strides[i] != 0 {
				n *= axes[i].N
			}
		}
		if !s.scalar() && !s.random() {
			total += n
		}
	}
	return total
}

// walk runs body for every point of the loops axes[first:], the first of which
// has a run-time count, and moves the pointers of the streams along.
func (l *streams) walk(c *code, axes []loop.Axis, first int, count reg.GPVirtual, body func()) {
	if first == len(axes) {
		body()
		return
	}
	turn := func() {
		l.walkStatic(c, axes, first+1, body)
		l.step(c, axes, first)
	}
	c.until(count, turn)
}

func (l *streams) walkStatic(c *code, axes []loop.Axis, i int, body func()) {
	if i == len(axes) {
		body()
		return
	}
	c.times(l.request.Shape.Count(axes[i]), func() {
		l.walkStatic(c, axes, i+1, body)
		l.step(c, axes, i)
	})
}

// step moves the pointers to the next turn of loop i, from behind the last one
// of the loop within it.
func (l *streams) step(c *code, axes []loop.Axis, i int) {
	for _, s := range l.list {
		if s.scalar() || s.random() {
			continue
		}
		c.stride(s.ptr, l.pace(s, axes, i))
	}
}

// pace is how far a stream is moved at the end of a turn of loop i.
func (l *streams) pace(s *stream, axes []loop.Axis, i int) gotree.Number {
	n := l.stride(s, axes, i)
	if i+1 < len(axes) {
		n = n.Minus(l.request.Shape.Count(axes[i+1]).Times(l.stride(s, axes, i+1)))
	}
	return n
}

// paces are the sizes that walk needs.
func (l *streams) paces(axes []loop.Axis, first int) (list []gotree.Number) {
	for i := first; i < len(axes); i++ {
		for _, s := range l.list {
			if !s.scalar() && !s.random() {
				list = append(list, l.pace(s, axes, i))
			}
		}
		if i > first {
			list = append(list, l.request.Shape.Count(axes[i]))
		}
	}
	return list
}

// at is the address of a place.
func (s *stream) at(p place) operand.Mem {
	m := operand.Mem{Base: s.ptr, Disp: 4 * p.disp}
	if p.index != nil {
		m.Index, m.Scale = p.index, 4
	}
	return m
}

// read loads a vector of a stream; integers become floating point.
func (s *stream) read(c *code, v vec, p place, k mask) {
	c.load(v, s.at(p), k)
	if s.Buf.DType == loop.I32 {
		c.VCVTDQ2PS(c.full(v), c.full(v))
	}
}

// spread loads one element of a stream into all lanes.
func (s *stream) spread(c *code, v vec) {
	c.broadcast(v, s.at(place{}))
	if s.Buf.DType == loop.I32 {
		c.VCVTDQ2PS(c.full(v), c.full(v))
	}
}
