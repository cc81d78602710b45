package exporter

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
)

// file is what is written: nodes and constants, and the names that they have.
type file struct {
	nodes        *[]*proto.Node // of the graph, or of the body of a loop
	front        []*proto.Node  // what all of them may read
	initializers []*proto.Tensor
	taken        map[string]bool
	element      map[string]proto.Type
	stored       map[string]string // names of constants, by what they are
}

// unique is a name that nothing has.
func (f *file) unique(name string) string {
	base := name
	for i := 2; f.taken[name]; i++ {
		name = fmt.Sprintf("%s_%d", base, i)
	}
	f.taken[name] = true
	return name
}

// title is what a value is called: by its own name, or by what it is in its layer.
func title(v *ir.Value) string {
	switch {
	case v.Name != "":
		return v.Name
	case v.Layer != "":
		return v.Layer + "/" + v.Op.Name()
	}
	return v.Op.Name()
}

// append adds a node of the given result, which is given back. Node and result have one
// name.
func (f *file) append(kind string, inputs []string, out string, attributes ...*attribute) string {
	for len(inputs) > 0 && inputs[len(inputs)-1] == "" {
		inputs = inputs[:len(inputs)-1]
	}
	*f.nodes = append(*f.nodes, &proto.Node{Name: out, Op: kind, Inputs: inputs, Outputs: []string{out}, Attributes: attributes})
	return out
}

// node is append of a result of numbers that has a new name.
func (f *file) node(kind string, inputs []string, name string, attributes ...*attribute) string {
	return f.typed(proto.Float32, kind, inputs, name, attributes...)
}

// typed is node of a result of another type.
func (f *file) typed(t proto.Type, kind string, inputs []string, name string, attributes ...*attribute) string {
	out := f.unique(name)
	f.element[out] = t
	return f.append(kind, inputs, out, attributes...)
}

// like is node of a result of the type of its first operand.
func (f *file) like(kind string, inputs []string, name string, attributes ...*attribute) string {
	return f.typed(f.element[inputs[0]], kind, inputs, name, attributes...)
}

// inner is the name of something within what has a name.
func inner(name, what string) string {
	if name == "" {
		return what
	}
	return name + "/" + strings.ToLower(what)
}

// reshaped is what has a name in another shape.
func (f *file) reshaped(x string, shape []int, name string) string {
	return f.like("Reshape", []string{x, f.ints(shape...)}, name)
}

// attribute is short for what nodes have.
type attribute = proto.Attribute

func intOf(name string, v int) *attribute {
	return &proto.Attribute{Name: name, Kind: proto.Int, Int: int64(v)}
}

func floatOf(name string, v float64) *attribute {
	return &proto.Attribute{Name: name, Kind: proto.Float, Float: float32(v)}
}

func stringOf(name, v string) *attribute {
	return &proto.Attribute{Name: name, Kind: proto.String, String: []byte(v)}
}

func intsOf(name string, list ...int) *attribute {
	a := &proto.Attribute{Name: name, Kind: proto.Ints}
	for _, v := range list {
		a.Ints = append(a.Ints, int64(v))
	}
	return a
}

func stringsOf(name string, list ...string) *attribute {
	a := &proto.Attribute{Name: name, Kind: proto.Strings}
	for _, v := range list {
		a.Strings = append(a.Strings, []byte(v))
	}
	return a
}

func floatsOf(name string, list []float32) *attribute {
	return &attribute{Name: name, Kind: proto.Floats, Floats: list}
}
