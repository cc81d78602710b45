// Package writeback puts tensors back into the bytes of an ONNX file, where they stand as
// initializers or as the values of Constant nodes. Every other byte stays as it is: the
// nodes, metadata and unknown fields that the file has.
package writeback

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/proto"
)

// Field numbers of onnx/onnx.proto of ONNX 1.22.
const (
	modelGraph       protowire.Number = 7
	graphNode        protowire.Number = 1
	graphInitializer protowire.Number = 5
	nodeOutput       protowire.Number = 2
	nodeOp           protowire.Number = 4
	nodeAttribute    protowire.Number = 5
	attributeName    protowire.Number = 1
	attributeFloat   protowire.Number = 2
	attributeTensor  protowire.Number = 5
	attributeFloats  protowire.Number = 7
)

// Result is a file with other tensors.
type Result struct {
	Model []byte
	// Data are the files beside the model that hold some of its tensors, by the
	// location that the model gives: those that have changed.
	Data map[string][]byte
	// Rounded are the tensors with a value that their type, of fewer bits than float32,
	// does not hold exactly.
	Rounded map[string]proto.Type
}

// Put replaces the tensors of those names, elements in the order of the file. The model
// must be one that ir/onnx reads; files is its folder, where data beside it is read
// from, and may be nil. An element whose value as float32 stays the same keeps its bits.
func Put(model []byte, tensors map[string][]float32, files fs.FS) (*Result, error) {
	w := &writer{tensors: tensors, files: files, found: map[string]bool{}, Result: Result{Data: map[string][]byte{}, Rounded: map[string]proto.Type{}}}
	var err error
	if w.Model, err = w.model(model); err != nil {
		return nil, err
	}
	var missing []error
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		if !w.found[name] {
			missing = append(missing, fmt.Errorf("there is no tensor %s to put values into", diag.Quote(name)))
		}
	}
	return &w.Result, errors.Join(missing...)
}

// Without is the model with tensors of those names empty: what it says besides.
func Without(model []byte, names []string) ([]byte, error) {
	w := &writer{tensors: map[string][]float32{}, found: map[string]bool{}, empties: true}
	for _, name := range names {
		w.tensors[name] = nil
	}
	return w.model(model)
}

type writer struct {
	Result
	empties bool // tensors have no elements
	tensors map[string][]float32
	files   fs.FS
	found   map[string]bool
}

func (w *writer) model(message []byte) ([]byte, error) {
	return edit(message, func(f field) ([]byte, error) {
		if f.number != modelGraph {
			return f.value, nil
		}
		return edit(f.value, w.graph)
	})
}

// graph edits a field of the graph.
func (w *writer) graph(f field) ([]byte, error) {
	switch f.number {
	case graphInitializer:
		t, err := proto.DecodeTensor(f.value)
		if err != nil {
			return nil, err
		}
		return w.named(t.Name, f.value)
	case graphNode:
		return w.node(f.value)
	}
	return f.value, nil
}

// named edits a tensor if it is one of the wanted.
func (w *writer) named(name string, message []byte) ([]byte, error) {
	values, ok := w.tensors[name]
	if !ok {
		return message, nil
	}
	w.found[name] = true
	if w.empties {
		return edit(message, func(f field) ([]byte, error) {
			if f.number == tensorRaw || f.kind == protowire.BytesType && slices.Contains(slices.Collect(maps.Values(lists)), f.number) {
				return nil, nil
			}
			return f.value, nil
		})
	}
	out, err := w.tensor(name, message, values)
	if err != nil {
		return nil, fmt.Errorf("tensor %s: %w", diag.Quote(name), err)
	}
	return out, nil
}

// node edits the value of a Constant.
func (w *writer) node(message []byte) ([]byte, error) {
	var op, output string
	_, err := edit(message, func(f field) ([]byte, error) {
		switch f.number {
		case nodeOp:
			op = string(f.value)
		case nodeOutput:
			output = string(f.value)
		}
		return f.value, nil
	})
	values, ok := w.tensors[output]
	if err != nil || op != "Constant" || !ok {
		return message, err
	}
	return edit(message, func(f field) ([]byte, error) {
		if f.number != nodeAttribute {
			return f.value, nil
		}
		name := ""
		if _, err := edit(f.value, func(f field) ([]byte, error) {
			if f.number == attributeName {
				name = string(f.value)
			}
			return f.value, nil
		}); err != nil {
			return nil, err
		}
		list := elements{kind: proto.Float32, values: values}
		return edit(f.value, func(f field) ([]byte, error) {
			switch {
			case name == "value" && f.number == attributeTensor:
				return w.named(output, f.value)
			case name == "value_float" && f.number == attributeFloat, name == "value_floats" && f.number == attributeFloats:
				if w.found[output] = true; w.empties {
					return make([]byte, len(f.value)), nil
				}
				return list.replace(f)
			}
			return f.value, nil
		})
	})
}

// lists are the fields of a TensorProto with elements of each type.
var lists = map[proto.Type]protowire.Number{proto.Float32: 4, proto.Float16: 5, proto.Bfloat16: 5, proto.Float64: 10}

// tensorRaw is the field of a TensorProto with elements as little-endian bytes.
const tensorRaw protowire.Number = 9

// tensor edits a TensorProto.
func (w *writer) tensor(name string, message []byte, values []float32) ([]byte, error) {
	t, err := proto.DecodeTensor(message)
	if err != nil {
		return nil, err
	}
	size := int64(1)
	for _, d := range t.Dims {
		if d < 0 || d > 0 && size > 1<<40/d {
			return nil, fmt.Errorf("shape %v", t.Dims)
		}
		size *= d
	}
	if int(size) != len(values) {
		return nil, fmt.Errorf("%d values for shape %v", len(values), t.Dims)
	}
	switch t.Type {
	case proto.Float16, proto.Bfloat16, proto.Float32, proto.Float64:
	default:
		return nil, fmt.Errorf("elements of %v", t.Type)
	}
	list := elements{kind: t.Type, values: values}
	defer func() {
		if list.rounded {
			w.Rounded[name] = t.Type
		}
	}()
	if t.External != nil {
		return message, w.external(t, &list)
	}
	out, err := edit(message, func(f field) ([]byte, error) {
		switch {
		case f.number == tensorRaw && len(f.value) != len(values)*t.Type.Size():
			return nil, fmt.Errorf("%d bytes for %d elements of %v", len(f.value), len(values), t.Type)
		case f.number == tensorRaw:
			list.next = len(values)
			return list.raw(f.value), nil
		case f.number == lists[t.Type] && !t.HasRaw:
			return list.replace(f)
		}
		return f.value, nil
	})
	if err == nil && list.next != len(values) {
		err = fmt.Errorf("%d elements for shape %v", list.next, t.Dims)
	}
	return out, err
}

// external edits the data of a tensor in a file beside the model.
func (w *writer) external(t *proto.Tensor, list *elements) error {
	location := t.External["location"]
	name := path.Clean(strings.ReplaceAll(location, `\`, "/"))
	data, ok := w.Data[location]
	if !ok {
		if w.files == nil || !fs.ValidPath(name) || name == "." {
			return fmt.Errorf("its data is in the file %q, which is not in the folder of the model", location)
		}
		var err error
		if data, err = fs.ReadFile(w.files, name); err != nil {
			return fmt.Errorf("its data: %w", err)
		}
	}
	offset := 0
	if s := t.External["offset"]; s != "" {
		var err error
		if offset, err = strconv.Atoi(s); err != nil || offset < 0 {
			return fmt.Errorf("its data begins at %q of %s", s, name)
		}
	}
	size := len(list.values) * t.Type.Size()
	if offset > len(data) || len(data)-offset < size {
		return fmt.Errorf("its data is %d bytes from %d on of %s, which has %d", size, offset, name, len(data))
	}
	copy(data[offset:], list.raw(data[offset:][:size]))
	w.Data[location] = data
	return nil
}
