package exporter

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/op"
)

// lookups writes what goes by ids.
type lookups struct{ *exporter }

// gather looks rows of a table up. With axes that both share, an id is the place on the
// axis after them.
func (e lookups) gather(v *ir.Value, k *op.Gather) {
	table, ids := e.value(v.Args[0]), e.value(v.Args[1])
	if table == "" || ids == "" {
		return
	}
	if k.BatchDims == 0 {
		e.set(v, "Gather", []string{table, ids}, intOf("axis", 0))
		return
	}
	if b := k.BatchDims; len(v.Args[0].Shape) == b+1 && len(v.Args[1].Shape) == b+1 {
		e.set(v, "GatherElements", []string{table, ids}, intOf("axis", b))
		return
	}
	places := e.like("Unsqueeze", []string{e.wide(ids, title(v)), e.ints(len(v.Args[1].Shape))}, inner(title(v), "places"))
	e.set(v, "GatherND", []string{table, places}, intOf("batch_dims", k.BatchDims))
}

// wide are ids as int64, which some operators insist on.
func (e lookups) wide(ids, name string) string {
	if e.element[ids] == proto.Int64 {
		return ids
	}
	return e.typed(proto.Int64, "Cast", []string{ids}, inner(name, "ids"), intOf("to", int(proto.Int64)))
}

// multiHot is a OneHot of every id, of which those of a row are put together. Ids of rows
// of different lengths are filled up with one that no column is of.
func (e lookups) multiHot(v *ir.Value, k *op.MultiHot) {
	ids := v.Args[0]
	x := e.value(ids)
	if x == "" {
		return
	}
	values := e.tensor("0,1", ir.Shape{2}, &ir.Tensor[float32]{F: []float32{0, 1}})
	in := []string{e.wide(x, title(v)), e.index(k.Limit), values}
	if len(ids.Shape) == 1 {
		e.set(v, "OneHot", in, intOf("axis", -1))
		return
	}
	if ids.Shape.Ragged() {
		e.notes = append(e.notes, fmt.Sprintf("input %s: rows are filled up to one length with the id %d, which counts for nothing", diag.Quote(x), k.Limit))
	}
	each := e.node("OneHot", in, inner(title(v), "onehot"), intOf("axis", -1))
	kind := "ReduceSum"
	if k.Set {
		kind = "ReduceMax"
	}
	e.set(v, kind, []string{each, e.ints(1)}, intOf("keepdims", 0))
}

// integer is the whole part of what is above 0, up to a limit, and 0 elsewhere.
func (e lookups) integer(v *ir.Value, k *op.Integer) {
	x := e.value(v.Args[0])
	if x == "" {
		return
	}
	above := e.typed(proto.Bool, "Greater", []string{x, e.num(0)}, inner(title(v), "greater"))
	below := e.node("Min", []string{x, e.num(float64(k.Limit - 1))}, inner(title(v), "min"))
	bounded := e.node("Where", []string{above, below, e.num(0)}, inner(title(v), "where"))
	e.setTyped(proto.Int64, v, "Cast", []string{bounded}, intOf("to", int(proto.Int64)))
}

// scatterAdd adds rows to those of a table of zeros that ids name.
func (e lookups) scatterAdd(v *ir.Value, k *op.ScatterAdd) {
	if k.BatchDims != 0 && !(k.BatchDims == 1 && k.Shape.Batched()) {
		e.errorf(v, "it adds to the rows of several tables, after %d axes that they share; ONNX has that of one", k.BatchDims)
		return
	}
	ids, updates := e.value(v.Args[0]), e.value(v.Args[1])
	if ids == "" || updates == "" {
		return
	}
	name := title(v)
	ids = e.wide(ids, name)
	zeros := e.node("Expand", []string{e.num(0), arranging(e).whole(v, nil, k.Shape)}, inner(name, "zeros"))
	places := e.like("Unsqueeze", []string{ids, e.ints(len(v.Args[0].Shape))}, inner(name, "places"))
	if k.BatchDims == 1 {
		places = e.rowed(places, len(v.Args[0].Shape)+1, name)
	}
	e.set(v, "ScatterND", []string{zeros, places, updates}, stringOf("reduction", "add"))
}

// rowed puts the number of the row before every place.
func (e lookups) rowed(places string, rank int, name string) string {
	count := e.like("Squeeze", []string{e.rowCount()}, inner(name, "rows"))
	numbers := e.typed(proto.Int64, "Range", []string{e.index(0), count, e.index(1)}, inner(name, "range"))
	column := e.reshaped(numbers, append([]int{-1}, slices.Repeat([]int{1}, rank-1)...), inner(name, "column"))
	shape := e.typed(proto.Int64, "Shape", []string{places}, inner(name, "places_shape"))
	column = e.like("Expand", []string{column, shape}, inner(name, "rows"))
	return e.like("Concat", []string{column, places}, inner(name, "row_places"), intOf("axis", -1))
}
