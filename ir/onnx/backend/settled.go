package backend

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// The fields of ModelProto, GraphProto and TensorProto that follow (onnx/onnx.proto).
const (
	modelGraph       = 7
	graphInitializer = 5
	tensorName       = 8
)

// Settled is the file of the model, in which an initializer gives what is known of its
// inputs: as somebody writes it whose shapes and axes are constants.
func (c *Case) Settled() ([]byte, error) {
	var initializers []byte
	for i, v := range c.inputs {
		if c.Options.Known[v.Name] == nil {
			continue
		}
		tensor, err := fs.ReadFile(c.dir, fmt.Sprintf("test_data_set_0/input_%d.pb", i))
		if err != nil {
			return nil, err
		}
		tensor = protowire.AppendTag(tensor, tensorName, protowire.BytesType)
		tensor = protowire.AppendString(tensor, v.Name)
		initializers = protowire.AppendTag(initializers, graphInitializer, protowire.BytesType)
		initializers = protowire.AppendBytes(initializers, tensor)
	}
	if initializers == nil {
		return c.data, nil
	}
	var out []byte
	for rest := c.data; len(rest) > 0; {
		number, kind, tag := protowire.ConsumeTag(rest)
		size := protowire.ConsumeFieldValue(number, kind, rest[max(tag, 0):])
		if tag < 0 || size < 0 {
			return nil, fmt.Errorf("model.onnx: %w", protowire.ParseError(min(tag, size)))
		}
		if number != modelGraph || kind != protowire.BytesType {
			out = append(out, rest[:tag+size]...)
		} else {
			graph, _ := protowire.ConsumeBytes(rest[tag:])
			out = protowire.AppendTag(out, number, kind)
			out = protowire.AppendBytes(out, append(graph[:len(graph):len(graph)], initializers...))
		}
		rest = rest[tag+size:]
	}
	return out, nil
}

// Files are those of the folder, with the model that [Case.Settled] gives.
func (c *Case) Files() (fs.FS, error) {
	model, err := c.Settled()
	return settled{c.dir, model}, err
}

type settled struct {
	fs.FS
	model []byte
}

// ReadFile implements [fs.ReadFileFS].
func (s settled) ReadFile(name string) ([]byte, error) {
	if name == "model.onnx" {
		return s.model, nil
	}
	return fs.ReadFile(s.FS, name)
}

// Bind are the extents that the folder gives, as name=value.
func (c *Case) Bind() (list []string) {
	for _, name := range slices.Sorted(maps.Keys(c.Options.Bind)) {
		list = append(list, fmt.Sprintf("%s=%d", name, c.Options.Bind[name]))
	}
	return list
}
