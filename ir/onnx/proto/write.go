package proto

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// MaxMessage is the size from which on readers of protocol buffers refuse a file.
const MaxMessage = math.MaxInt32

// Encode is the model as a file holds it: the fields in the order of their numbers,
// what is empty left out, so that the same model gives the same bytes. What this package
// reads over, and a file that readers would refuse for its size, is an error.
func (m *Model) Encode() ([]byte, error) {
	if err := m.partial(); err != nil {
		return nil, err
	}
	var size int
	for _, t := range m.Graph.Initializers {
		size += len(t.Raw)
	}
	if size > MaxMessage {
		return nil, tooLarge(size)
	}
	w := &writer{}
	w.int(1, m.IRVersion)
	w.string(2, m.Producer)
	w.string(3, m.Version)
	w.message(7, m.Graph.encode)
	for _, o := range m.Opsets {
		w.message(8, o.encode)
	}
	for _, key := range slices.Sorted(maps.Keys(m.Metadata)) {
		w.entry(14, key, m.Metadata[key])
	}
	for _, f := range m.Functions {
		w.message(25, f.encode)
	}
	if len(w.b) > MaxMessage {
		return nil, tooLarge(len(w.b))
	}
	return w.b, nil
}

// partial reports what has been read over, and would be missing.
func (m *Model) partial() error {
	switch g := m.Graph; {
	case m.Training > 0:
		return fmt.Errorf("the model has training_info, which is not written")
	case g.Sparse > 0:
		return fmt.Errorf("the model has sparse initializers, which are not written")
	default:
		for _, v := range slices.Concat(g.Inputs, g.Outputs, g.Values) {
			if v.Kind != "tensor" && v.Kind != "" {
				return fmt.Errorf("%q is a %s; the types of tensors alone are written", v.Name, v.Kind)
			}
		}
	}
	return nil
}

func tooLarge(size int) error {
	return fmt.Errorf("the file would have %d bytes; one message of protocol buffers has at most %d", size, MaxMessage)
}

// Encode is the tensor as the .pb files of ONNX's backend tests hold it.
func (t *Tensor) Encode() []byte {
	w := &writer{}
	t.encode(w)
	return w.b
}

// writer appends fields. As in proto3, a number that is 0 and a text that is empty are
// not written; what has to be there even so is written by the always methods.
type writer struct{ b []byte }

func (w *writer) alwaysInt(n protowire.Number, v int64) {
	w.b = protowire.AppendVarint(protowire.AppendTag(w.b, n, protowire.VarintType), uint64(v))
}

func (w *writer) int(n protowire.Number, v int64) {
	if v != 0 {
		w.alwaysInt(n, v)
	}
}

func (w *writer) alwaysBytes(n protowire.Number, v []byte) {
	w.b = protowire.AppendBytes(protowire.AppendTag(w.b, n, protowire.BytesType), v)
}

func (w *writer) string(n protowire.Number, v string) {
	if v != "" {
		w.alwaysString(n, v)
	}
}

func (w *writer) alwaysString(n protowire.Number, v string) {
	w.b = protowire.AppendString(protowire.AppendTag(w.b, n, protowire.BytesType), v)
}

func (w *writer) strings(n protowire.Number, list []string) {
	for _, v := range list {
		w.alwaysString(n, v)
	}
}

func (w *writer) float(n protowire.Number, v float32) {
	w.b = protowire.AppendFixed32(protowire.AppendTag(w.b, n, protowire.Fixed32Type), math.Float32bits(v))
}

func (w *writer) message(n protowire.Number, encode func(w *writer)) {
	inner := &writer{}
	encode(inner)
	w.alwaysBytes(n, inner.b)
}

// entry is a StringStringEntryProto.
func (w *writer) entry(n protowire.Number, key, value string) {
	w.message(n, func(w *writer) {
		w.string(1, key)
		w.string(2, value)
	})
}

// packed are numbers of one list as one field.
func packed[T any](w *writer, n protowire.Number, list []T, one func(b []byte, v T) []byte) {
	if len(list) == 0 {
		return
	}
	var b []byte
	for _, v := range list {
		b = one(b, v)
	}
	w.alwaysBytes(n, b)
}

func varint[T int32 | int64 | uint64](b []byte, v T) []byte {
	return protowire.AppendVarint(b, uint64(int64(v)))
}

func fixed32(b []byte, v float32) []byte { return protowire.AppendFixed32(b, math.Float32bits(v)) }

func fixed64(b []byte, v float64) []byte { return protowire.AppendFixed64(b, math.Float64bits(v)) }

func (o Opset) encode(w *writer) {
	w.string(1, o.Domain)
	w.alwaysInt(2, o.Version)
}

func (g *Graph) encode(w *writer) {
	for _, n := range g.Nodes {
		w.message(1, n.encode)
	}
	w.alwaysString(2, g.Name)
	for _, t := range g.Initializers {
		w.message(5, t.encode)
	}
	for _, list := range []struct {
		number protowire.Number
		values []*ValueInfo
	}{{11, g.Inputs}, {12, g.Outputs}, {13, g.Values}} {
		for _, v := range list.values {
			w.message(list.number, v.encode)
		}
	}
}

func (x *Node) encode(w *writer) {
	w.strings(1, x.Inputs)
	w.strings(2, x.Outputs)
	w.string(3, x.Name)
	w.string(4, x.Op)
	for _, a := range x.Attributes {
		w.message(5, a.encode)
	}
	w.string(7, x.Domain)
	w.string(8, x.Overload)
}

func (a *Attribute) encode(w *writer) {
	w.string(1, a.Name)
	switch a.Kind {
	case Float:
		w.float(2, a.Float)
	case Int:
		w.alwaysInt(3, a.Int)
	case String:
		w.alwaysBytes(4, a.String)
	case TensorA:
		w.message(5, a.Tensor.encode)
	case GraphA:
		w.message(6, a.Graph.encode)
	case Floats:
		for _, v := range a.Floats { // not packed: onnx.proto is proto2
			w.float(7, v)
		}
	case Ints:
		for _, v := range a.Ints {
			w.alwaysInt(8, v)
		}
	case Strings:
		for _, v := range a.Strings {
			w.alwaysBytes(9, v)
		}
	case Tensors:
		for _, t := range a.Tensors {
			w.message(10, t.encode)
		}
	case Graphs:
		for _, g := range a.Graphs {
			w.message(11, g.encode)
		}
	}
	w.int(20, int64(a.Kind))
	w.string(21, a.Ref)
}

func (v *ValueInfo) encode(w *writer) {
	w.string(1, v.Name)
	if v.Kind != "tensor" { // nothing is declared
		return
	}
	w.message(2, func(w *writer) {
		w.message(1, func(w *writer) {
			w.int(1, int64(v.Element))
			if !v.Shaped {
				return
			}
			w.message(2, func(w *writer) {
				for _, d := range v.Dims {
					w.message(1, d.encode)
				}
			})
		})
	})
}

func (d Dim) encode(w *writer) {
	if d.Param != "" {
		w.string(2, d.Param)
	} else if d.Value >= 0 {
		w.alwaysInt(1, d.Value)
	}
}

func (x *Function) encode(w *writer) {
	w.string(1, x.Name)
	w.strings(4, x.Inputs)
	w.strings(5, x.Outputs)
	w.strings(6, x.Attributes)
	for _, n := range x.Nodes {
		w.message(7, n.encode)
	}
	for _, o := range x.Opsets {
		w.message(9, o.encode)
	}
	w.string(10, x.Domain)
	for _, a := range x.Defaults {
		w.message(11, a.encode)
	}
	w.string(13, x.Overload)
}

func (t *Tensor) encode(w *writer) {
	packed(w, 1, t.Dims, varint)
	w.int(2, int64(t.Type))
	packed(w, 4, t.Floats, fixed32)
	packed(w, 5, t.Int32s, varint)
	for _, s := range t.Strings {
		w.alwaysBytes(6, s)
	}
	packed(w, 7, t.Int64s, varint)
	w.string(8, t.Name)
	if t.HasRaw {
		w.alwaysBytes(9, t.Raw)
	}
	packed(w, 10, t.Doubles, fixed64)
	packed(w, 11, t.Uint64s, varint)
	for _, key := range slices.Sorted(maps.Keys(t.External)) {
		w.entry(13, key, t.External[key])
	}
	if t.External != nil {
		w.alwaysInt(14, 1)
	}
}
