package exporter

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/op"
)

// known are the values that do not depend on the rows, and are computed here.
type known struct {
	*file
	*report
	params map[string][]float32
	same   map[*ir.Value]*ir.Value // operands of a body that are values outside
	values map[*ir.Value]*ir.Tensor[float32]
	// is and has remember what free and learned say.
	is, has map[*ir.Value]bool
}

// of is the value itself, or the one outside that an operand of a loop's body stands for.
func (k *known) of(v *ir.Value) *ir.Value {
	for {
		outside, ok := k.same[v]
		if !ok {
			return v
		}
		v = outside
	}
}

// free reports a value that neither inputs nor the number of rows make different.
func (k *known) free(v *ir.Value) bool {
	v = k.of(v)
	if is, ok := k.is[v]; ok {
		return is
	}
	is := !v.Shape.Batched()
	switch v.Op.(type) {
	case *op.Input:
		return false // until it is known to stand for something outside
	case *op.Random, *op.Scan:
		is = false
	}
	is = is && !slices.ContainsFunc(v.Args, func(a *ir.Value) bool { return !k.free(a) })
	k.is[v] = is
	return is
}

// learned reports that parameters are in a value that is free.
func (k *known) learned(v *ir.Value) bool {
	v = k.of(v)
	has, ok := k.has[v]
	if !ok {
		_, has = v.Op.(*op.Param)
		has = has || slices.ContainsFunc(v.Args, k.learned)
		k.has[v] = has
	}
	return has
}

// compute is what a free value holds.
func (k *known) compute(v *ir.Value) *ir.Tensor[float32] {
	v = k.of(v)
	if t, ok := k.values[v]; ok {
		return t
	}
	var t *ir.Tensor[float32]
	if p, ok := v.Op.(*op.Param); ok {
		t = &ir.Tensor[float32]{Shape: p.Shape, F: k.params[p.Segment]}
		if len(t.F) != p.Shape.Elements() {
			k.errorf(v, "there are no weights for %s", p.Segment)
			t.F = make([]float32, p.Shape.Elements())
		}
	} else {
		args := make([]*ir.Tensor[float32], len(v.Args))
		for i, a := range v.Args {
			args[i] = k.compute(a)
		}
		t = op.Eval(&ir.Context[float32]{Rows: 1}, v, args)
	}
	k.values[v] = t
	return t
}

// constant is the name of a free value with its axes in another order and then of another
// shape; nil leaves either as it is.
func (k *known) constant(v *ir.Value, perm []int, shape ir.Shape) string {
	v = k.of(v)
	t := k.compute(v)
	if perm != nil {
		t = op.Eval(&ir.Context[float32]{Rows: 1}, &ir.Value{Op: &op.Transpose{Perm: perm}, Type: ir.Type{Shape: permuted(t.Shape, perm), DType: v.DType}}, []*ir.Tensor[float32]{t})
	}
	if shape == nil {
		shape = t.Shape
	}
	if !k.learned(v) {
		return k.tensor(title(v), shape, t)
	}
	key := fmt.Sprintf("%p %v %v", v, perm, shape)
	if name, ok := k.stored[key]; ok {
		return name
	}
	name := title(v)
	if p, ok := v.Op.(*op.Param); ok {
		name = p.Segment
	}
	name = k.unique(name)
	k.stored[key], k.element[name] = name, proto.Float32
	k.initializers = append(k.initializers, encoded(name, shape, t))
	return name
}

// weights adds numbers that have been made of weights.
func (f *file) weights(name string, shape ir.Shape, data []float32) string {
	name = f.unique(name)
	f.element[name] = proto.Float32
	f.initializers = append(f.initializers, encoded(name, shape, &ir.Tensor[float32]{F: data}))
	return name
}

// aligned is a constant that broadcasts against a value of that rank which has its
// channels first.
func (k *known) aligned(v *ir.Value, rank int) string {
	shape := slices.Clone(k.of(v).Shape)
	if shape.Elements() == 1 {
		return k.constant(v, nil, ir.Shape{})
	}
	if len(shape) == 1 {
		return k.constant(v, nil, append(shape, slices.Repeat(ir.Shape{1}, rank-2)...))
	}
	wide := append(slices.Repeat(ir.Shape{1}, rank-len(shape)), shape...)
	perm := toFirst(rank)
	if len(shape) == rank {
		return k.constant(v, perm, nil)
	}
	out := permuted(wide, perm)
	// The axes that it lacks are of extent 1, so that the others move as if they were alone.
	var moved []int
	for _, a := range perm {
		if a >= rank-len(shape) {
			moved = append(moved, a-(rank-len(shape)))
		}
	}
	return k.constant(v, moved, out)
}

// tensor is the name of fixed numbers. They are not weights, but a node Constant.
func (f *file) tensor(name string, shape ir.Shape, t *ir.Tensor[float32]) string {
	p := encoded("", shape, t)
	if len(shape) == 0 && t.I == nil {
		name = number(float64(t.F[0]))
	}
	return f.fixed(name, p)
}

// number is what a constant that is one number is called.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 32) }

// num is the name of a number.
func (f *file) num(v float64) string {
	return f.tensor("", ir.Shape{}, &ir.Tensor[float32]{F: []float32{float32(v)}})
}

// ints is the name of a vector of whole numbers, such as a shape.
func (f *file) ints(list ...int) string {
	p := &proto.Tensor{Type: proto.Int64, Dims: []int64{int64(len(list))}, HasRaw: true}
	var names []string
	for _, v := range list {
		p.Raw = binary.LittleEndian.AppendUint64(p.Raw, uint64(v))
		names = append(names, strconv.Itoa(v))
	}
	return f.fixed("["+strings.Join(names, ",")+"]", p)
}

// table is the name of whole numbers of a shape.
func (f *file) table(shape, list []int) string {
	p := &proto.Tensor{Type: proto.Int64, HasRaw: true}
	for _, d := range shape {
		p.Dims = append(p.Dims, int64(d))
	}
	for _, v := range list {
		p.Raw = binary.LittleEndian.AppendUint64(p.Raw, uint64(v))
	}
	return f.fixed("places", p)
}

// index is the name of one whole number.
func (f *file) index(v int) string {
	p := &proto.Tensor{Type: proto.Int64, HasRaw: true, Raw: binary.LittleEndian.AppendUint64(nil, uint64(v))}
	return f.fixed(strconv.Itoa(v)+"i", p)
}

// fixed is the name of a tensor, of which there is one node.
func (f *file) fixed(name string, p *proto.Tensor) string {
	key := fmt.Sprintf("%v %v %s", p.Type, p.Dims, p.Raw)
	if name, ok := f.stored[key]; ok {
		return name
	}
	name = f.unique(name)
	f.stored[key], f.element[name] = name, p.Type
	f.front = append(f.front, &proto.Node{Name: name, Op: "Constant", Outputs: []string{name}, Attributes: []*attribute{{Name: "value", Kind: proto.TensorA, Tensor: p}}})
	return name
}

// encoded is a tensor in the types of a file.
func encoded(name string, shape ir.Shape, t *ir.Tensor[float32]) *proto.Tensor {
	p := &proto.Tensor{Name: name, Type: proto.Float32, HasRaw: true}
	for _, d := range shape {
		p.Dims = append(p.Dims, int64(d))
	}
	if t.I != nil {
		p.Type = proto.Int32
		for _, i := range t.I {
			p.Raw = binary.LittleEndian.AppendUint32(p.Raw, uint32(i))
		}
		return p
	}
	p.Raw = make([]byte, 0, 4*len(t.F))
	for _, f := range t.F {
		p.Raw = binary.LittleEndian.AppendUint32(p.Raw, math.Float32bits(f))
	}
	return p
}

func permuted(shape ir.Shape, perm []int) ir.Shape {
	out := make(ir.Shape, len(perm))
	for i, a := range perm {
		out[i] = shape[a]
	}
	return out
}
