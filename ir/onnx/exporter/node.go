package exporter

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
)

// unique is a name that nothing has.
func (e *exporter) unique(name string) string {
	base := name
	for i := 2; e.taken[name]; i++ {
		name = fmt.Sprintf("%s_%d", base, i)
	}
	e.taken[name] = true
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
func (e *exporter) append(kind string, inputs []string, out string, attributes ...*attribute) string {
	for len(inputs) > 0 && inputs[len(inputs)-1] == "" {
		inputs = inputs[:len(inputs)-1]
	}
	*e.nodes = append(*e.nodes, &proto.Node{Name: out, Op: kind, Inputs: inputs, Outputs: []string{out}, Attributes: attributes})
	return out
}

// node is append of a result of numbers that has a new name.
func (e *exporter) node(kind string, inputs []string, name string, attributes ...*attribute) string {
	return e.typed(proto.Float32, kind, inputs, name, attributes...)
}

// typed is node of a result of another type.
func (e *exporter) typed(t proto.Type, kind string, inputs []string, name string, attributes ...*attribute) string {
	out := e.unique(name)
	e.element[out] = t
	return e.append(kind, inputs, out, attributes...)
}

// like is node of a result of the type of its first operand.
func (e *exporter) like(kind string, inputs []string, name string, attributes ...*attribute) string {
	return e.typed(e.element[inputs[0]], kind, inputs, name, attributes...)
}

// inner is the name of something within what has a name.
func inner(name, what string) string {
	if name == "" {
		return what
	}
	return name + "/" + strings.ToLower(what)
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
