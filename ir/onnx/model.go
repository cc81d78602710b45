package onnx

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/classifier"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
)

// Model is an ONNX file whose inputs and outputs are settled.
type Model struct {
	File            string // for messages
	Inputs, Outputs []Port
	// Classes are the names of those that the output tells apart; nil where the file names
	// none. Classifier says that the output is their probabilities.
	Classes    []string
	Classifier bool
	proto      *proto.Model
	known      map[string]*tensor.Tensor // the initializers
	order      []*proto.Node
	file       node.File
}

// Port is an input or an output of a model.
type Port struct {
	Name  string
	Type  proto.Type
	Shape []int
	// Batch says that the first extent is symbolic: it is 1 in Shape.
	Batch bool
	// Drawn says of what the file would have drawn random numbers, which callers do; empty:
	// it is an input of the file.
	Drawn string
	// Empty says that an output is declared without elements.
	Empty bool
}

// Options say what a file leaves open.
type Options struct {
	// Bind gives symbolic extents by name.
	Bind map[string]int
	// Known gives inputs whose values are known when the model is built, such as shapes.
	Known map[string]*tensor.Tensor
	// Files is the folder of the model, for data beside it; may be nil.
	Files fs.FS
}

// Read decodes an ONNX file and settles the shapes of its inputs. The error is a
// diag.List of all that is wrong.
func Read(file string, data []byte, o Options) (*Model, error) {
	p, err := proto.DecodeModel(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return Load(file, p, o)
}

// Load is Read of a file that is decoded already.
func Load(name string, p *proto.Model, o Options) (*Model, error) {
	m := &Model{File: name, proto: p, known: map[string]*tensor.Tensor{}}
	m.file = node.File{Name: name, Operators: domains, Functions: p.Functions, Opsets: map[string]int64{}}
	r := reader{m, o, nil}
	r.classes()
	r.opsets()
	r.initializers()
	r.inputs()
	r.sort()
	m.file.Tensors = node.NewTensors(m.known)
	if len(r.errs) > 0 { // which may follow from operators that are not there
		s := node.NewScope(&m.file, p.Graph, nil, node.Settings{})
		s.Unknown()
		r.errs = append(s.Errs, r.errs...)
	}
	r.errs.Sort()
	if err := r.errs.Err(); err != nil {
		return nil, err
	}
	m.draws()
	return m, nil
}

// reader collects what is wrong with a model.
type reader struct {
	*Model
	options Options
	errs    diag.List
}

func (r *reader) errorf(format string, args ...any) {
	r.errs.Add(diag.Pos{File: r.File}, format, args...)
}

// classes reads those of a classifier, or those that the metadata name.
func (r *reader) classes() {
	if r.Classes = classifier.Reduce(r.proto); r.Classes != nil {
		r.Classifier = true
		return
	}
	var names []string
	if json.Unmarshal([]byte(r.proto.Metadata["classes"]), &names) == nil && len(r.proto.Graph.Outputs) == 1 {
		r.Classes = names
	}
}

func (r *reader) opsets() {
	for _, o := range r.proto.Opsets {
		r.file.Opsets[node.DomainOf(o.Domain)] = max(r.file.Opsets[node.DomainOf(o.Domain)], o.Version)
	}
	if r.file.Opsets[""] == 0 { // as the first files were written, before versions
		r.file.Opsets[""] = 1
	}
}

func (r *reader) initializers() {
	if n := r.proto.Graph.Sparse; n > 0 {
		r.errorf("%d sparse initializers are not supported", n)
	}
	for i, t := range r.proto.Graph.Initializers {
		known, err := tensor.ReadWeight(t, r.options.Files)
		if err != nil {
			r.errorf("initializer %s: %v", diag.Quote(cmp.Or(t.Name, fmt.Sprint(i))), err)
			continue
		}
		r.known[t.Name] = known
	}
	maps.Copy(r.known, r.options.Known)
}

// inputs settles the inputs that no initializer gives.
func (r *reader) inputs() {
	g := r.proto.Graph
	seen := map[string]bool{}
	for _, v := range g.Inputs {
		if _, given := r.known[v.Name]; given {
			continue
		}
		if seen[v.Name] {
			r.errorf("input %s is declared twice", diag.Quote(v.Name))
			continue
		}
		seen[v.Name] = true
		if v.Kind != "tensor" {
			r.errorf("input %s is a %s; only tensors are supported", diag.Quote(v.Name), cmp.Or(v.Kind, "value of no declared type"))
			continue
		}
		if !v.Shaped {
			r.errorf("input %s has no declared shape", diag.Quote(v.Name))
			continue
		}
		port := Port{Name: v.Name, Type: v.Element}
		for i, d := range v.Dims {
			extent, ok := r.extent(d)
			if extent == 0 && i == 0 && len(v.Dims) > 1 { // how some write a batch
				ok = false
			}
			if !ok && i == 0 {
				extent, ok, port.Batch = 1, true, true
			}
			if !ok {
				r.errorf("input %s: extent %d is %s; say what it is with --bind %s=…", diag.Quote(v.Name), i, diag.Quote(cmp.Or(d.Param, "open")), cmp.Or(d.Param, "name"))
				extent = 1
			}
			port.Shape = append(port.Shape, extent)
		}
		if slices.Contains(port.Shape, 0) { // nothing has to be given
			r.known[v.Name] = tensor.New(v.Element, port.Shape)
			continue
		}
		r.Inputs = append(r.Inputs, port)
	}
	for _, v := range g.Outputs {
		port := Port{Name: v.Name, Type: v.Element}
		if len(v.Dims) > 0 {
			_, fixed := r.extent(v.Dims[0])
			port.Batch = !fixed
		}
		port.Empty = slices.ContainsFunc(v.Dims, func(d proto.Dim) bool { n, fixed := r.extent(d); return fixed && n == 0 })
		r.Outputs = append(r.Outputs, port)
	}
	if len(g.Outputs) == 0 {
		r.errorf("the graph has no outputs")
	}
}

// Doubles reports that the file asks for float64 somewhere, which is computed in float32.
func (m *Model) Doubles() bool {
	for _, p := range slices.Concat(m.Inputs, m.Outputs) {
		if p.Type == proto.Float64 {
			return true
		}
	}
	for _, t := range m.proto.Graph.Initializers {
		if t.Type == proto.Float64 {
			return true
		}
	}
	return slices.ContainsFunc(m.proto.Graph.Nodes, func(n *proto.Node) bool {
		return n.Op == "Cast" && slices.ContainsFunc(n.Attributes, func(a *proto.Attribute) bool {
			return a.Name == "to" && proto.Type(a.Int) == proto.Float64
		})
	})
}

// extent is the number that an extent is, written or bound.
func (r *reader) extent(d proto.Dim) (int, bool) {
	if d.Value >= 0 && d.Value <= tensor.MaxElements {
		return int(d.Value), true
	}
	n, ok := r.options.Bind[d.Param]
	return n, ok && d.Param != ""
}

// sort orders the nodes so that each follows what it reads: files need not.
func (r *reader) sort() {
	g := r.proto.Graph
	maker := map[string]int{}
	for i, n := range g.Nodes {
		for _, out := range n.Outputs {
			if out == "" {
				continue
			}
			if _, twice := maker[out]; twice {
				r.errorf("%s: its result %s is that of another node too", node.NameOf(i, n), diag.Quote(out))
			}
			maker[out] = i
		}
	}
	state := make([]byte, len(g.Nodes)) // 1: on the way, 2: placed
	type visit struct{ node, next int }
	for start := range g.Nodes {
		if state[start] != 0 {
			continue
		}
		state[start] = 1
		for stack := []visit{{start, 0}}; len(stack) > 0; {
			top := &stack[len(stack)-1]
			reads := node.Operands(g.Nodes[top.node])
			if top.next == len(reads) {
				state[top.node] = 2
				r.order = append(r.order, g.Nodes[top.node])
				stack = stack[:len(stack)-1]
				continue
			}
			i, made := maker[reads[top.next]]
			top.next++
			switch {
			case !made || state[i] == 2:
			case state[i] == 1:
				r.errorf("%s reads what it makes itself", node.NameOf(i, g.Nodes[i]))
				return
			default:
				state[i] = 1
				stack = append(stack, visit{i, 0})
			}
		}
	}
}

// Zeros is what an input holds if all of it is 0.
func Zeros(p Port) *tensor.Tensor { return tensor.New(p.Type, p.Shape) }
