package driver

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/ir/loop"
)

// Stream is what a kernel reads or writes through one pointer, or a number that
// it is given.
type Stream struct {
	Operand
	Access loop.Access
	Param  string // of the routine; in Go it is the name of the operand
	Base   amd64.GP
	Held   amd64.Vec // its value where it is the same for all lanes, or none
	words  *gotree.Var
}

func (s *Stream) Scalar() bool { return s.Buf.Class == loop.Scalar }
func (s *Stream) Random() bool { return s.Buf.Class == loop.Random }

// Words is the variable that holds the words of a key.
func (s *Stream) Words() *gotree.Var {
	if s.words == nil {
		s.words = &gotree.Var{Name: s.Name + "Words"}
	}
	return s.words
}

// Streams is a list of those of a kernel.
type Streams struct {
	Request Request
	List    []*Stream
	names   map[string]bool
}

// Of is the stream of an access, the same for equal accesses.
func (l *Streams) Of(a loop.Access) (*Stream, bool) {
	for _, s := range l.List {
		if s.Buf == a.Buf && (s.Scalar() || s.Access.Offset == a.Offset && slices.Equal(s.Access.Strides, a.Strides)) {
			return s, true
		}
	}
	o, ok := l.Request.Operand(a.Buf)
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
	s := &Stream{Operand: o, Access: a, Param: name, Held: amd64.None}
	l.List = append(l.List, s)
	return s, true
}

// Params declares the streams as parameters.
func (l *Streams) Params() []amd64.Param {
	var list []amd64.Param
	for _, s := range l.List {
		typ := "*float32"
		switch {
		case s.Scalar():
			typ = "float32"
		case s.Random():
			typ = "*uint32"
		case s.Buf.DType == loop.I32:
			typ = "*int32"
		}
		list = append(list, amd64.Param{Name: s.Param, Type: typ})
	}
	return list
}

// Arguments are what is passed for them where the Go loops around stand at a
// point: a variable for each of the first axes, or nil for the first turn.
func (l *Streams) Arguments(axes []loop.Axis, vars []*gotree.Var) []gotree.Expr {
	var list []gotree.Expr
	for _, s := range l.List {
		if s.Scalar() {
			list = append(list, s.Var())
			continue
		}
		if s.Random() {
			list = append(list, gotree.Ref(gotree.At(s.Words(), gotree.Int(0))))
			continue
		}
		at := Index{Sum: gotree.Sum{Offset: l.Request.Shape.Offset(s.Access)}}
		for i, v := range vars {
			most := -1
			if !axes[i].Rows {
				most = axes[i].N - 1
			}
			if v != nil {
				at = at.Plus(v, l.stride(s, axes, i), most)
			}
		}
		list = append(list, s.Address(at))
	}
	return list
}

// stride is how far a turn of loop i moves a stream.
func (l *Streams) stride(s *Stream, axes []loop.Axis, i int) gotree.Number {
	return l.Request.Shape.Stride(s.Access, axes, i)
}

// Load takes the parameters into registers.
func (l *Streams) Load(c *amd64.Code) {
	for _, s := range l.List {
		if s.Scalar() {
			s.Held = c.Scalar(s.Param)
		} else {
			s.Base = c.Pointer(s.Param)
		}
	}
}

// Bytes is what one turn of the loops over axes from the given one on touches.
func (l *Streams) Bytes(axes []loop.Axis, from int) int {
	total := 0
	for _, s := range l.List {
		n := 4
		for i := from; i < len(axes); i++ {
			if s.Access.Strides[i] != 0 {
				n *= axes[i].N
			}
		}
		if !s.Scalar() && !s.Random() {
			total += n
		}
	}
	return total
}

// Walk runs body for every point of the loops axes[first:], the first of which
// has a run-time count, and moves the pointers of the streams along.
func (l *Streams) Walk(c *amd64.Code, axes []loop.Axis, first int, count amd64.GP, body func()) {
	if first == len(axes) {
		body()
		return
	}
	turn := func() {
		l.walkStatic(c, axes, first+1, body)
		l.step(c, axes, first)
	}
	c.Until(count, turn)
}

func (l *Streams) walkStatic(c *amd64.Code, axes []loop.Axis, i int, body func()) {
	if i == len(axes) {
		body()
		return
	}
	c.Times(l.Request.Shape.Count(axes[i]), func() {
		l.walkStatic(c, axes, i+1, body)
		l.step(c, axes, i)
	})
}

// step moves the pointers to the next turn of loop i, from after the last one
// of the loop within it.
func (l *Streams) step(c *amd64.Code, axes []loop.Axis, i int) {
	for _, s := range l.List {
		if s.Scalar() || s.Random() {
			continue
		}
		c.Stride(s.Base, l.pace(s, axes, i))
	}
}

// pace is how far a stream is moved at the end of a turn of loop i.
func (l *Streams) pace(s *Stream, axes []loop.Axis, i int) gotree.Number {
	n := l.stride(s, axes, i)
	if i+1 < len(axes) {
		n = n.Minus(l.Request.Shape.Count(axes[i+1]).Times(l.stride(s, axes, i+1)))
	}
	return n
}

// Paces are the sizes that walk needs.
func (l *Streams) Paces(axes []loop.Axis, first int) (list []gotree.Number) {
	for i := first; i < len(axes); i++ {
		for _, s := range l.List {
			if !s.Scalar() && !s.Random() {
				list = append(list, l.pace(s, axes, i))
			}
		}
		if i > first {
			list = append(list, l.Request.Shape.Count(axes[i]))
		}
	}
	return list
}

// At is the address of a place.
func (s *Stream) At(p amd64.Place) amd64.Mem {
	m := amd64.Mem{Base: s.Base, Disp: 4 * p.Disp}
	if p.Index != nil {
		m.Index, m.Scale = p.Index, 4
	}
	return m
}

// Read loads a vector of a stream; integers become floating point.
func (s *Stream) Read(c *amd64.Code, v amd64.Vec, p amd64.Place, k amd64.Mask) {
	c.LoadLanes(v, s.At(p), k)
	if s.Buf.DType == loop.I32 {
		c.VCVTDQ2PS(c.Full(v), c.Full(v))
	}
}

// Spread loads one element of a stream into all lanes.
func (s *Stream) Spread(c *amd64.Code, v amd64.Vec) {
	c.Broadcast(v, s.At(amd64.Place{}))
	if s.Buf.DType == loop.I32 {
		c.VCVTDQ2PS(c.Full(v), c.Full(v))
	}
}
