package conformance

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/ir/onnx/backend"
	"github.com/nngen-go/nngen/ir/onnx/proto"
)

// kind is a class of tests, by what the file asks for.
type kind struct {
	name string
	// counted kinds are numbers and whole numbers of types that processors have, in
	// graphs whose shapes can be known when they are built.
	counted bool
	asks    func(a *asked) bool
}

// kindList are the kinds; a test is of the last that it asks for.
var kindList = []kind{
	{"float32", true, func(*asked) bool { return true }},
	{"float32, with shapes, axes or scales as inputs, or training", true, func(a *asked) bool { return a.known || a.ops["ai.onnx.preview.training"] }},
	{"int32, int64, bool", true, func(a *asked) bool { return !a.types[proto.Float32] }},
	{"other integers", true, func(a *asked) bool {
		return a.anyOf(proto.Int8, proto.Uint8, proto.Int16, proto.Uint16, proto.Uint32, proto.Uint64)
	}},
	{"float16, bfloat16", true, func(a *asked) bool { return a.anyOf(proto.Float16, proto.Bfloat16) }},
	{"float64", true, func(a *asked) bool { return a.types[proto.Float64] }},
	{"numbers of 8 bits and less, integers of 4 and less", false, func(a *asked) bool {
		return a.anyOf(proto.Float8E4M3FN, proto.Float8E4M3FNUZ, proto.Float8E5M2, proto.Float8E5M2FNUZ, proto.Float8E8M0, proto.Float4E2M1, proto.Uint4, proto.Int4, proto.Uint2, proto.Int2)
	}},
	{"loops", false, func(a *asked) bool { return a.ops["Loop"] || a.ops["Scan"] }},
	{"shapes that depend on data", false, func(a *asked) bool {
		return a.ops["NonZero"] || a.ops["Unique"] || a.ops["Compress"] || a.ops["NonMaxSuppression"]
	}},
	{"sequences, optional values", false, func(a *asked) bool { return a.composed }},
	{"strings", false, func(a *asked) bool { return a.types[proto.StringType] }},
	{"images to decode", false, func(a *asked) bool { return a.ops["ImageDecoder"] }},
	{"ai.onnx.ml", false, func(a *asked) bool { return a.ops["ai.onnx.ml"] }},
}

// lastCounted is the name of the last kind that counts.
func lastCounted() string {
	name := ""
	for _, k := range kindList {
		if k.counted {
			name = k.name
		}
	}
	return name
}

// asked is what a file asks for.
type asked struct {
	types    map[proto.Type]bool
	ops      map[string]bool // operators and domains
	composed bool            // sequences and optional values
	known    bool
}

func (a *asked) anyOf(types ...proto.Type) bool {
	return slices.ContainsFunc(types, func(t proto.Type) bool { return a.types[t] })
}

// kindOf is the kind of a test, and whether it counts.
func kindOf(t *testing.T, f *fate) (name string, counted bool) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(f.Dir, "model.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := proto.DecodeModel(data)
	if err != nil {
		t.Fatal(err)
	}
	a := &asked{types: map[proto.Type]bool{}, ops: map[string]bool{}}
	if c, err := backend.Open(os.DirFS(f.Dir)); err == nil {
		a.known = c.Settles()
	}
	a.graph(m.Graph)
	for _, x := range m.Functions {
		a.nodes(x.Nodes)
	}
	for _, k := range kindList {
		if k.asks(a) {
			name, counted = k.name, k.counted
		}
	}
	return name, counted
}

func (a *asked) graph(g *proto.Graph) {
	for _, v := range slices.Concat(g.Inputs, g.Outputs) {
		a.types[v.Element] = true
		a.composed = a.composed || v.Kind == "sequence" || v.Kind == "optional"
	}
	for _, t := range g.Initializers {
		a.types[t.Type] = true
	}
	a.nodes(g.Nodes)
}

func (a *asked) nodes(nodes []*proto.Node) {
	for _, n := range nodes {
		a.ops[n.Op], a.ops[n.Domain] = true, true
		for _, at := range n.Attributes {
			if at.Tensor != nil {
				a.types[at.Tensor.Type] = true
			}
			if at.Name == "to" && n.Op == "Cast" {
				a.types[proto.Type(at.Int)] = true
			}
			for _, g := range at.Graphs {
				a.graph(g)
			}
			if at.Graph != nil {
				a.graph(at.Graph)
			}
		}
	}
}
