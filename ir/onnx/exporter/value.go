package exporter

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/op"
)

// value is the name of a value as it is in the graph: written first, where it is not yet.
func (e *exporter) value(v *ir.Value) string {
	v = e.of(v)
	if name, ok := e.last[v]; ok {
		return name
	}
	if e.free(v) {
		name := e.constant(v, nil, nil)
		e.last[v] = name
		return name
	}
	if _, ok := e.first[v]; !ok {
		e.write(v)
	}
	if _, ok := e.last[v]; !ok {
		first, ok := e.first[v]
		if !ok { // refused
			return ""
		}
		e.last[v] = e.like("Transpose", []string{first}, e.called(v, "channels_last"), intsOf("perm", toLast(len(v.Shape))...))
	}
	return e.last[v]
}

// channelsFirst is the name of a value of at least three axes with the last one after the
// first.
func (e *exporter) channelsFirst(v *ir.Value) string {
	v = e.of(v)
	rank := len(v.Shape)
	if name, ok := e.first[v]; ok {
		return name
	}
	if e.free(v) {
		e.first[v] = e.constant(v, toFirst(rank), nil)
		return e.first[v]
	}
	if t, ok := v.Op.(*op.Transpose); ok && slices.Equal(t.Perm, toLast(rank)) {
		if x := e.value(v.Args[0]); x != "" {
			e.first[v] = x
		}
		return e.first[v]
	}
	x := e.value(v)
	if name, ok := e.first[v]; ok || x == "" {
		return name
	}
	e.first[v] = e.like("Transpose", []string{x}, inner(title(v), "channels_first"), intsOf("perm", toFirst(rank)...))
	return e.first[v]
}

// isFirst reports that a value has been written with its channels first, or can be read
// like that at no cost.
func (e *exporter) isFirst(v *ir.Value) bool {
	v = e.of(v)
	if len(v.Shape) < 3 {
		return false
	}
	if t, ok := v.Op.(*op.Transpose); ok && slices.Equal(t.Perm, toLast(len(v.Shape))) {
		return true
	}
	if !e.free(v) && e.last[v] == "" {
		e.written(v)
	}
	_, ok := e.first[v]
	return ok
}

// written makes sure that a value is there in one order or the other.
func (e *exporter) written(v *ir.Value) {
	v = e.of(v)
	if _, ok := e.first[v]; ok || e.last[v] != "" || e.free(v) {
		return
	}
	e.write(v)
}

// called is the name for a value in its own order: that of the output which it is, or a
// new one. What else it is says what it is called where the name means the other order.
func (e *exporter) called(v *ir.Value, other string) string {
	if e.kept[v.Name] == v {
		delete(e.kept, v.Name)
		delete(e.taken, v.Name)
		return v.Name
	}
	if e.first[v] != "" {
		return inner(title(v), other)
	}
	return title(v)
}

// set says that a value has been written, by a node of that kind.
func (e *exporter) set(v *ir.Value, kind string, inputs []string, attributes ...*attribute) {
	e.setTyped(proto.Float32, v, kind, inputs, attributes...)
}

func (e *exporter) setTyped(t proto.Type, v *ir.Value, kind string, inputs []string, attributes ...*attribute) {
	if slices.Contains(inputs[:min(1, len(inputs))], "") { // refused
		return
	}
	e.last[v] = e.typed(t, kind, inputs, e.called(v, ""), attributes...)
}

// setLike is set of a node whose result has the type of its first operand.
func (e *exporter) setLike(v *ir.Value, kind string, inputs []string, attributes ...*attribute) {
	e.setTyped(e.element[inputs[0]], v, kind, inputs, attributes...)
}

// setFirst says that a value has been written with its channels first.
func (e *exporter) setFirst(v *ir.Value, kind string, inputs []string, attributes ...*attribute) {
	if inputs[0] == "" {
		return
	}
	e.first[v] = e.node(kind, inputs, e.calledFirst(v), attributes...)
}

// calledFirst is the name for a value with its channels first: that of an output is kept
// for the other order.
func (e *exporter) calledFirst(v *ir.Value) string {
	if e.kept[v.Name] == v {
		return inner(v.Name, "channels_first")
	}
	return title(v)
}

// toFirst and toLast are the permutations between both orders.
func toFirst(rank int) []int {
	perm := []int{0, rank - 1}
	for i := 1; i < rank-1; i++ {
		perm = append(perm, i)
	}
	return perm
}

func toLast(rank int) []int {
	perm := []int{0}
	for i := 2; i < rank; i++ {
		perm = append(perm, i)
	}
	return append(perm, 1)
}

// write writes the nodes of a value that is not free, once: one that is refused has no
// name, and is asked for again by all that read it.
func (e *exporter) write(v *ir.Value) {
	if e.tried[v] {
		return
	}
	e.tried[v] = true
	if p := (patterns{e}); p.softmax(v) || p.layerNormalization(v) {
		return
	}
	switch k := v.Op.(type) {
	case *op.Contract:
		products{e}.contract(v, k, nil)
	case *op.Map:
		mapping{e}.mapped(v, k)
	case *op.Reduce:
		reducing{e}.reduce(v, k)
	case *op.Window:
		reducing{e}.window(v, k)
	case *op.Reshape:
		arranging{e}.reshape(v, k)
	case *op.Transpose:
		arranging{e}.transpose(v, k)
	case *op.Broadcast:
		arranging{e}.broadcast(v, k)
	case *op.Slice:
		arranging{e}.slice(v, k)
	case *op.Concat:
		arranging{e}.concat(v, k)
	case *op.Pad:
		arranging{e}.pad(v, k)
	case *op.Gather:
		lookups{e}.gather(v, k)
	case *op.MultiHot:
		lookups{e}.multiHot(v, k)
	case *op.Integer:
		lookups{e}.integer(v, k)
	case *op.ScatterAdd:
		lookups{e}.scatterAdd(v, k)
	case *op.Scan:
		loops{e}.packed(v, k)
	case *op.Random:
		e.errorf(v, "it draws random numbers, and what ONNX draws is not the same; take the layer out of what predicts")
	default:
		e.errorf(v, "it needs the primitive %s, which has no operator in ONNX", k.Name())
	}
}
