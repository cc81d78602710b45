// Package trainable decides which tensors of an ONNX graph training changes: a file does
// not say which of its constants are weights. It reads messages alone, and computes
// nothing.
package trainable

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/proto"
)

// Choice is what a description says of it.
type Choice struct {
	// Train are the tensors that training changes, Freeze those that it does not: names
	// of initializers and of the results of Constant nodes, in which * stands for any
	// text. Without Train they are the weights of the graph, see [Of].
	Train, Freeze []string
	// Frozen keeps all of them as they are.
	Frozen bool
}

// Set is which tensors of a graph train.
type Set struct {
	trains  map[string]bool
	learned map[string]bool
}

// read are the operands that operators have as weights.
var read = map[string][]int{
	"Conv": {1, 2}, "ConvTranspose": {1, 2}, "Gemm": {0, 1, 2}, "MatMul": {0, 1}, "Einsum": {0, 1}, "Gather": {0},
	"LSTM": {1, 2, 3, 7}, "GRU": {1, 2, 3}, "RNN": {1, 2, 3}, "PRelu": {1},
	"BatchNormalization": {1, 2}, "LayerNormalization": {1, 2}, "InstanceNormalization": {1, 2},
	"GroupNormalization": {1, 2}, "RMSNormalization": {1},
}

// Reads reports an operand that its operator has as a weight.
func Reads(n *proto.Node, i int) bool { return standard(n) && slices.Contains(read[n.Op], i) }

// fixed are the operands that are statistics, or scales of whole numbers.
var fixed = map[string][]int{
	"BatchNormalization": {3, 4}, "QuantizeLinear": {1, 2}, "DequantizeLinear": {1, 2}, "DynamicQuantizeLinear": {0},
}

// moves are the operators whose results are elements of their operands.
var moves = []string{
	"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Slice", "Split", "Concat", "Identity",
	"Gather", "GatherElements", "GatherND", "Cast", "CastLike",
}

// combines are those that a file computes weights with.
var combines = []string{
	"Add", "Sub", "Mul", "Div", "Sqrt", "Reciprocal", "Pow", "Neg", "Exp", "Tanh", "ReduceSum", "ReduceSumSquare", "ReduceL2", "Expand",
}

// Moves reports an operator whose results are elements of its operands.
func Moves(n *proto.Node) bool { return standard(n) && slices.Contains(moves, n.Op) }

func standard(n *proto.Node) bool { return n.Domain == "" || n.Domain == "ai.onnx" }

// Of finds the tensors that train; nodes are those of the graph, each after what it
// reads. Where the description does not say, these are the initializers of floating-point
// numbers. Not those without axes, which are constants of the computation such as an
// epsilon, and not the statistics of a BatchNormalization or the scales of quantised
// numbers. An initializer of one element, and the value of a Constant node, is a weight
// where an operator reads it as one.
func Of(g *proto.Graph, nodes []*proto.Node, c Choice) (*Set, error) {
	s := &Set{trains: map[string]bool{}, learned: map[string]bool{}}
	list := tensors(g)
	constants := s.uses(nodes, list)
	for name, t := range list {
		is := func(pattern string) bool { return matches(pattern, name) }
		trains := !constants[name] && t.rank > 0 && (t.initializer && t.size != 1 || s.learned[name])
		if c.Train != nil {
			trains = slices.ContainsFunc(c.Train, is)
		}
		s.trains[name] = trains && !c.Frozen && !slices.ContainsFunc(c.Freeze, is)
	}
	names := slices.Sorted(maps.Keys(list))
	for _, given := range slices.Concat(c.Train, c.Freeze) {
		if !slices.ContainsFunc(names, func(name string) bool { return matches(given, name) }) {
			if n, name := within(nodes, given); n != nil {
				return nil, fmt.Errorf("tensor %s is in a body of %s %s, where it stays as it is; make it an initializer of the graph, which bodies read too, for training to change it", diag.Quote(name), n.Op, diag.Quote(n.Outputs[0]))
			}
			return nil, fmt.Errorf("there is no tensor %s of floating-point numbers%s", diag.Quote(given), diag.DidYouMean(given, names))
		}
	}
	return s, nil
}

// within finds a tensor, of a name that matches, in the bodies that nodes hold.
func within(nodes []*proto.Node, pattern string) (holder *proto.Node, name string) {
	for _, n := range nodes {
		for _, a := range n.Attributes {
			for _, g := range append(a.Graphs[:len(a.Graphs):len(a.Graphs)], a.Graph) {
				if g == nil || len(n.Outputs) == 0 {
					continue
				}
				for _, name := range slices.Sorted(maps.Keys(tensors(g))) {
					if matches(pattern, name) {
						return n, name
					}
				}
				if _, name := within(g.Nodes, pattern); name != "" {
					return n, name
				}
			}
		}
	}
	return nil, ""
}

// uses notes which known values operators read as weights, and which as constants.
func (s *Set) uses(nodes []*proto.Node, list map[string]tensor) (constants map[string]bool) {
	known, maker := map[string]bool{}, map[string]string{}
	for name := range list {
		known[name] = true
	}
	for _, n := range nodes {
		all := !slices.ContainsFunc(n.Inputs, func(name string) bool { return name != "" && !known[name] })
		if Moves(n) && len(n.Inputs) > 0 {
			all = known[n.Inputs[0]] // the others are shapes and indices
		}
		for _, name := range n.Outputs {
			known[name], maker[name] = all, n.Op
		}
	}
	constants = map[string]bool{}
	for _, n := range slices.Backward(nodes) {
		if !standard(n) {
			continue
		}
		for i, name := range n.Inputs {
			if !known[name] {
				continue
			}
			made := len(n.Inputs) == 2 && slices.Contains(products, maker[n.Inputs[1-i]])
			if slices.Contains(read[n.Op], i) || n.Op == "Add" && made {
				s.learned[name] = true
			}
			if slices.Contains(fixed[n.Op], i) {
				constants[name] = true
			}
		}
		for _, list := range []map[string]bool{s.learned, constants} {
			if (Moves(n) || slices.Contains(combines, n.Op)) && slices.ContainsFunc(n.Outputs, func(name string) bool { return list[name] }) {
				for _, name := range n.Inputs {
					list[name] = list[name] || known[name]
				}
			}
		}
	}
	return constants
}

// products are the operators that a bias is added to.
var products = []string{"MatMul", "Gemm", "Conv", "ConvTranspose", "Einsum"}

// tensor is what decides of one: by its name in the graph.
type tensor struct {
	rank, size  int
	initializer bool
}

// tensors are those of floating-point numbers that a graph holds.
func tensors(g *proto.Graph) map[string]tensor {
	list := map[string]tensor{}
	add := func(name string, t *proto.Tensor, initializer bool) {
		switch t.Type {
		case proto.Float32, proto.Float64, proto.Float16, proto.Bfloat16:
			size := 1
			for _, d := range t.Dims {
				size *= int(min(max(d, 0), 2)) // none, one or more
			}
			list[name] = tensor{len(t.Dims), size, initializer}
		}
	}
	for _, t := range g.Initializers {
		add(t.Name, t, true)
	}
	for _, n := range g.Nodes {
		if n.Op != "Constant" || !standard(n) || len(n.Outputs) != 1 {
			continue
		}
		for _, a := range n.Attributes {
			switch {
			case a.Name == "value" && a.Tensor != nil:
				add(n.Outputs[0], a.Tensor, false)
			case a.Name == "value_floats":
				add(n.Outputs[0], &proto.Tensor{Type: proto.Float32, Dims: []int64{int64(len(a.Floats))}}, false)
			}
		}
	}
	return list
}

// Has reports whether training changes a tensor.
func (s *Set) Has(name string) bool { return s.trains[name] }

// Combines reports a node that weights come out of: what it makes of tensors that
// train has to be computed anew in every step.
func (s *Set) Combines(n *proto.Node) bool {
	return standard(n) && slices.Contains(combines, n.Op) && slices.ContainsFunc(n.Outputs, func(name string) bool { return s.learned[name] })
}

// matches reports whether a name is that of a pattern, in which * stands for any text.
func matches(pattern, name string) bool {
	first, rest, some := strings.Cut(pattern, "*")
	if !some {
		return pattern == name
	}
	name, ok := strings.CutPrefix(name, first)
	if !ok {
		return false
	}
	parts := strings.Split(rest, "*")
	last := len(parts) - 1
	for _, part := range parts[:last] {
		at := strings.Index(name, part)
		if at < 0 {
			return false
		}
		name = name[at+len(part):]
	}
	return strings.HasSuffix(name, parts[last])
}
