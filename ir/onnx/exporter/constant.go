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

// of is the value itself, or the one outside that an operand of a loop's body stands for.
func (e *exporter) of(v *ir.Value) *ir.Value {
	for {
		outside, ok := e.same[v]
		if !ok {
			return v
		}
		v = outside
	}
}

// free reports a value that neither inputs nor the number of rows make different.
func (e *exporter) free(v *ir.Value) bool {
	v = e.of(v)
	if _, ok := e.known[v]; ok {
		return true
	}
	switch v.Op.(type) {
	case *op.Input, *op.Random, *op.Scan:
		return false
	}
	if v.Shape.Batched() {
		return false
	}
	return !slices.ContainsFunc(v.Args, func(a *ir.Value) bool { return !e.free(a) })
}

// learned reports that parameters are in a value that is free.
func (e *exporter) learned(v *ir.Value) bool {
	v = e.of(v)
	if _, ok := v.Op.(*op.Param); ok {
		return true
	}
	return slices.ContainsFunc(v.Args, e.learned)
}

// compute is what a free value holds.
func (e *exporter) compute(v *ir.Value) *ir.Tensor[float32] {
	v = e.of(v)
	if t, ok := e.known[v]; ok {
		return t
	}
	var t *ir.Tensor[float32]
	if p, ok := v.Op.(*op.Param); ok {
		t = &ir.Tensor[float32]{Shape: p.Shape, F: e.options.Weights[p.Segment]}
		if len(t.F) != p.Shape.Elements() {
			e.errorf(v, "there are no weights for %s", p.Segment)
			t.F = make([]float32, p.Shape.Elements())
		}
	} else {
		args := make([]*ir.Tensor[float32], len(v.Args))
		for i, a := range v.Args {
			args[i] = e.compute(a)
		}
		t = op.Eval(&ir.Context[float32]{Rows: 1}, v, args)
	}
	e.known[v] = t
	return t
}

// constant is the name of a free value with its axes in another order and then of another
// shape; nil leaves either as it is.
func (e *exporter) constant(v *ir.Value, perm []int, shape ir.Shape) string {
	v = e.of(v)
	t := e.compute(v)
	if perm != nil {
		t = op.Eval(&ir.Context[float32]{Rows: 1}, &ir.Value{Op: &op.Transpose{Perm: perm}, Type: ir.Type{Shape: permuted(t.Shape, perm), DType: v.DType}}, []*ir.Tensor[float32]{t})
	}
	if shape == nil {
		shape = t.Shape
	}
	if !e.learned(v) {
		return e.tensor(title(v), shape, t)
	}
	key := fmt.Sprintf("%p %v %v", v, perm, shape)
	if name, ok := e.stored[key]; ok {
		return name
	}
	name := title(v)
	if p, ok := v.Op.(*op.Param); ok {
		name = p.Segment
	}
	name = e.unique(name)
	e.stored[key], e.element[name] = name, proto.Float32
	e.initializers = append(e.initializers, encoded(name, shape, t))
	return name
}

// weights adds numbers that have been made of weights.
func (e *exporter) weights(name string, shape ir.Shape, data []float32) string {
	name = e.unique(name)
	e.element[name] = proto.Float32
	e.initializers = append(e.initializers, encoded(name, shape, &ir.Tensor[float32]{F: data}))
	return name
}

// tensor is the name of fixed numbers. They are not weights, but a node Constant.
func (e *exporter) tensor(name string, shape ir.Shape, t *ir.Tensor[float32]) string {
	p := encoded("", shape, t)
	if len(shape) == 0 && t.I == nil {
		name = number(float64(t.F[0]))
	}
	return e.fixed(name, p)
}

// number is what a constant that is one number is called.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 32) }

// num is the name of a number.
func (e *exporter) num(v float64) string {
	return e.tensor("", ir.Shape{}, &ir.Tensor[float32]{F: []float32{float32(v)}})
}

// ints is the name of a vector of whole numbers, such as a shape.
func (e *exporter) ints(list ...int) string {
	p := &proto.Tensor{Type: proto.Int64, Dims: []int64{int64(len(list))}, HasRaw: true}
	var names []string
	for _, v := range list {
		p.Raw = binary.LittleEndian.AppendUint64(p.Raw, uint64(v))
		names = append(names, strconv.Itoa(v))
	}
	return e.fixed("["+strings.Join(names, ",")+"]", p)
}

// table is the name of whole numbers of a shape.
func (e *exporter) table(shape, list []int) string {
	p := &proto.Tensor{Type: proto.Int64, HasRaw: true}
	for _, d := range shape {
		p.Dims = append(p.Dims, int64(d))
	}
	for _, v := range list {
		p.Raw = binary.LittleEndian.AppendUint64(p.Raw, uint64(v))
	}
	return e.fixed("places", p)
}

// index is the name of one whole number.
func (e *exporter) index(v int) string {
	p := &proto.Tensor{Type: proto.Int64, HasRaw: true, Raw: binary.LittleEndian.AppendUint64(nil, uint64(v))}
	return e.fixed(strconv.Itoa(v)+"i", p)
}

// fixed is the name of a tensor, of which there is one node.
func (e *exporter) fixed(name string, p *proto.Tensor) string {
	key := fmt.Sprintf("%v %v %s", p.Type, p.Dims, p.Raw)
	if name, ok := e.stored[key]; ok {
		return name
	}
	name = e.unique(name)
	e.stored[key], e.element[name] = name, p.Type
	e.front = append(e.front, &proto.Node{Name: name, Op: "Constant", Outputs: []string{name}, Attributes: []*attribute{{Name: "value", Kind: proto.TensorA, Tensor: p}}})
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
