package sequence

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/arithmetic"
	"github.com/nngen-go/nngen/ir/onnx/node"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var recurrentRows = map[string]node.Row{
	"LSTM": {Least: 3, Most: 8, IDs: true, Graph: func(n *node.Node) []*node.Value { return recurrentOver(n, &lstm{}, 4, 2) }},
	"GRU":  {Least: 3, Most: 6, IDs: true, Graph: func(n *node.Node) []*node.Value { return recurrentOver(n, &gru{}, 3, 1) }},
	"RNN":  {Least: 3, Most: 6, IDs: true, Graph: func(n *node.Node) []*node.Value { return recurrentOver(n, &rnn{}, 1, 1) }},
}

// cell is one step of a recurrent operator of one direction.
type cell interface {
	// activations are the defaults.
	activations() []string
	// step gives the states after a step: x is the projection [.., gates·hidden].
	step(s *stepping, x *ir.Value, states []*ir.Value) []*ir.Value
}

// stepping is what a cell has in every step.
type stepping struct {
	b             *ir.Builder
	hidden        int
	functions     []scalar.Expr
	recurrent     *ir.Value // [hidden, gates·hidden]
	bias, peep    *ir.Value // of the recurrent product [gates·hidden]; [3·hidden]; or nil
	linear, input bool      // linear_before_reset, input_forget
}

// gate is part i of x, of hidden elements each.
func (s *stepping) gate(x *ir.Value, i int) *ir.Value {
	return op.SliceAxis(s.b, x, -1, i*s.hidden, s.hidden)
}

// times is the product of a state and columns of the recurrent weights, from gate i on.
func (s *stepping) times(h *ir.Value, from, gates int) *ir.Value {
	w := s.recurrent
	if whole := w.Shape[len(w.Shape)-1]; gates*s.hidden < whole {
		w = op.SliceAxis(s.b, w, -1, from*s.hidden, gates*s.hidden)
	}
	letters, weights := "n", "io"
	if len(h.Shape) == 3 {
		letters = "nb"
	}
	if node.Front(w) == 1 {
		weights = "nio"
	}
	return op.Einsum(s.b, letters+"i,"+weights+"->"+letters+"o", h, w)
}

func (s *stepping) add(x, y *ir.Value) *ir.Value {
	if y == nil {
		return x
	}
	return op.MapOf(s.b, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "sum", x, y)
}

// apply is activation i.
func (s *stepping) apply(i int, x *ir.Value) *ir.Value {
	return op.MapOf(s.b, s.functions[i], "gate", x)
}

// lstm has the gates input, output, forget, cell. Source: ONNX 1.22, LSTM.
type lstm struct{}

func (*lstm) activations() []string { return []string{"Sigmoid", "Tanh", "Tanh"} }

func (*lstm) step(s *stepping, x *ir.Value, states []*ir.Value) []*ir.Value {
	h, c := states[0], states[1]
	z := s.add(s.add(x, s.times(h, 0, 4)), s.bias)
	peeped := func(gate, of int, c *ir.Value) *ir.Value {
		v := s.gate(z, gate)
		if s.peep == nil {
			return v
		}
		return op.MapOf(s.b, scalar.Call("add", scalar.Arg(0), scalar.Call("mul", scalar.Arg(1), scalar.Arg(2))), "peephole", v, s.gate(s.peep, of), c)
	}
	i := s.apply(0, peeped(0, 0, c))
	f := s.apply(0, peeped(2, 2, c))
	if s.input {
		f = op.MapOf(s.b, scalar.Call("sub", scalar.Num(1), scalar.Arg(0)), "forget", i)
	}
	candidate := s.apply(1, s.gate(z, 3))
	next := op.MapOf(s.b, scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), scalar.Call("mul", scalar.Arg(2), scalar.Arg(3))), "cell", f, c, i, candidate)
	o := s.apply(0, peeped(1, 1, next))
	return []*ir.Value{op.MapOf(s.b, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "output", o, s.apply(2, next)), next}
}

// gru has the gates update, reset, hidden. Source: ONNX 1.22, GRU.
type gru struct{}

func (*gru) activations() []string { return []string{"Sigmoid", "Tanh"} }

func (*gru) step(s *stepping, x *ir.Value, states []*ir.Value) []*ir.Value {
	h := states[0]
	part := func(v *ir.Value, i int) *ir.Value {
		if v == nil {
			return nil
		}
		return s.gate(v, i)
	}
	both := s.times(h, 0, 2)
	z := s.apply(0, s.add(s.add(s.gate(x, 0), s.gate(both, 0)), part(s.bias, 0)))
	r := s.apply(0, s.add(s.add(s.gate(x, 1), s.gate(both, 1)), part(s.bias, 1)))
	var inner *ir.Value
	if s.linear {
		inner = op.MapOf(s.b, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "reset", r, s.add(s.times(h, 2, 1), part(s.bias, 2)))
	} else {
		inner = s.add(s.times(op.MapOf(s.b, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "reset", r, h), 2, 1), part(s.bias, 2))
	}
	candidate := s.apply(1, s.add(s.gate(x, 2), inner))
	e := scalar.Call("add", scalar.Call("mul", scalar.Call("sub", scalar.Num(1), scalar.Arg(0)), scalar.Arg(1)), scalar.Call("mul", scalar.Arg(0), scalar.Arg(2)))
	return []*ir.Value{op.MapOf(s.b, e, "state", z, candidate, h)}
}

// rnn is f(x·W + h·R). Source: ONNX 1.22, RNN.
type rnn struct{}

func (*rnn) activations() []string { return []string{"Tanh"} }

func (*rnn) step(s *stepping, x *ir.Value, states []*ir.Value) []*ir.Value {
	return []*ir.Value{s.apply(0, s.add(s.add(x, s.times(states[0], 0, 1)), s.bias))}
}

// gateFunctions are the activations of recurrent operators.
var gateFunctions = map[string]func(alpha, beta float64) scalar.Expr{
	"sigmoid": func(_, _ float64) scalar.Expr { return scalar.Call("sigmoid", scalar.Arg(0)) },
	"tanh":    func(_, _ float64) scalar.Expr { return scalar.Call("tanh", scalar.Arg(0)) },
	"relu":    func(_, _ float64) scalar.Expr { return scalar.Call("max", scalar.Arg(0), scalar.Num(0)) },
	"affine": func(alpha, beta float64) scalar.Expr {
		return scalar.Call("add", scalar.Call("mul", scalar.Num(alpha), scalar.Arg(0)), scalar.Num(beta))
	},
	"leakyrelu": func(alpha, _ float64) scalar.Expr {
		return op.LeakyReluExpr(alpha)
	},
	"thresholdedrelu": func(alpha, _ float64) scalar.Expr {
		return scalar.Call("select", scalar.Call("gt", scalar.Arg(0), scalar.Num(alpha)), scalar.Arg(0), scalar.Num(0))
	},
	"scaledtanh": func(alpha, beta float64) scalar.Expr {
		return scalar.Call("mul", scalar.Num(alpha), scalar.Call("tanh", scalar.Call("mul", scalar.Num(beta), scalar.Arg(0))))
	},
	"hardsigmoid": func(alpha, beta float64) scalar.Expr {
		return arithmetic.Clipped(scalar.Call("add", scalar.Call("mul", scalar.Num(alpha), scalar.Arg(0)), scalar.Num(beta)), 0, 1)
	},
	"elu": func(alpha, _ float64) scalar.Expr { return op.EluExpr(alpha) },
	"softsign": func(_, _ float64) scalar.Expr {
		return scalar.Call("div", scalar.Arg(0), scalar.Call("add", scalar.Num(1), scalar.Call("abs", scalar.Arg(0))))
	},
	"softplus": func(_, _ float64) scalar.Expr { return op.Scalars["softplus"].Expr },
}

// gateDefaults are alpha and beta of those that have them.
var gateDefaults = map[string][2]float64{"affine": {1, 0}, "leakyrelu": {float64(float32(0.01))}, "thresholdedrelu": {1}, "scaledtanh": {1, 1}, "hardsigmoid": {float64(float32(0.2)), 0.5}, "elu": {1}}

// functionsOf are the activations of every direction, a list each.
func functionsOf(n *node.Node, k cell, directions int) [][]scalar.Expr {
	names := slices.Repeat(k.activations(), directions)
	if a := n.Attribute("activations"); a != nil {
		if len(a.Strings) != len(names) {
			n.Errorf("%d activations, not %d", len(a.Strings), len(names))
			return nil
		}
		for i, s := range a.Strings {
			names[i] = string(s)
		}
	}
	given := map[string][]float32{}
	for _, name := range []string{"activation_alpha", "activation_beta"} {
		if a := n.Attribute(name); a != nil {
			given[name] = a.Floats
		}
	}
	// Values are given in the order of the activations that take some.
	next := func(list string, otherwise float64) float64 {
		if len(given[list]) == 0 {
			return otherwise
		}
		v := given[list][0]
		given[list] = given[list][1:]
		return float64(v)
	}
	var all []scalar.Expr
	for _, name := range names {
		f, ok := gateFunctions[strings.ToLower(name)]
		if !ok {
			n.Errorf("the activation %s is not supported", name)
			return nil
		}
		alpha, beta := 0.0, 0.0
		if d, has := gateDefaults[strings.ToLower(name)]; has {
			alpha = next("activation_alpha", d[0])
			if d[1] != 0 || strings.EqualFold(name, "affine") {
				beta = next("activation_beta", d[1])
			}
		}
		all = append(all, f(alpha, beta))
	}
	return slices.Collect(slices.Chunk(all, len(k.activations())))
}

// recurrentOver runs a cell over the steps, in one direction or both. States are h, and c
// of an LSTM.
func recurrentOver(n *node.Node, k cell, gates, states int) []*node.Value {
	x, w := n.In[0], n.In[1]
	directions, backwards := 1, n.Text("direction", "forward") == "reverse"
	if n.Text("direction", "forward") == "bidirectional" {
		directions = 2
	}
	batchFirst := n.Int("layout", 0) != 0
	if x.Rank() != 3 || w.Rank() != 3 || n.In[2].Rank() != 3 || w.Shape[0] != directions || w.Shape[2] != x.Shape[2] || w.Shape[1]%gates != 0 {
		return n.Errorf("shapes %v in %d directions", n.Shapes(), directions)
	}
	if n.Attribute("clip") != nil {
		return n.Errorf("clip is not supported")
	}
	hidden := w.Shape[1] / gates
	steps, batch := x.Shape[0], x.Shape[1]
	if batchFirst {
		steps, batch = batch, steps
	}
	if lens := n.Operand(4); lens != nil {
		if lens.Known == nil || slices.ContainsFunc(lens.Known.I, func(l int64) bool { return l != int64(steps) }) {
			return n.Errorf("sequence_lens %s are not supported where they are not all %d, the steps there are", lens.Name, steps)
		}
	}
	functions := functionsOf(n, k, directions)
	in := node.Rowed(n, n.X(0))
	if batchFirst {
		in = n.Turned(in, []int{1, 0, 2})
	}
	if n.Failed || !in.Valid() {
		return n.Errorf("its operands are not valid")
	}
	lead := []int{batch}
	if batch == 1 {
		lead = nil
	}
	in = op.ReshapeTo(n.B, in, append(append(ir.Shape{ir.Batch, steps}, lead...), x.Shape[2]))
	var ys []*ir.Value
	finals := make([][]*ir.Value, states)
	for d := range directions {
		s := &stepping{hidden: hidden, functions: functions[d], linear: n.Int("linear_before_reset", 0) != 0, input: n.Int("input_forget", 0) != 0}
		y, last := oneDirection(n, k, s, in, d, gates, states, backwards || d == 1, lead)
		if n.Failed || y == nil {
			return n.Errorf("its operands are not valid")
		}
		ys = append(ys, op.ReshapeTo(n.B, y, ir.Shape{ir.Batch, steps, 1, batch, hidden}))
		for i, f := range last {
			finals[i] = append(finals[i], op.ReshapeTo(n.B, f, ir.Shape{ir.Batch, 1, batch, hidden}))
		}
	}
	y := ys[0]
	if directions == 2 {
		y = op.Concatenate(n.B, 2, ys...)
	}
	if batchFirst {
		y = n.Turned(y, []int{2, 0, 1, 3})
	}
	out := node.One(n.Computed(y, x.Type))
	for _, f := range finals {
		v := f[0]
		if directions == 2 {
			v = op.Concatenate(n.B, 1, f...)
		}
		if batchFirst {
			v = n.Turned(v, []int{1, 0, 2})
		}
		out = append(out, n.Computed(v, x.Type))
	}
	return out
}

// matrixOf is direction d of weights [directions, out, in] as [in, out].
func matrixOf(n *node.Node, v *node.Value, d int) *ir.Value {
	var m *ir.Value
	if v.Known != nil {
		m = n.Constant(v, []int{0, 2, 1})
	} else {
		m = n.Turned(n.Plain(v), []int{0, 2, 1})
	}
	if !m.Valid() {
		n.Failed = true
		return m
	}
	lead := append(ir.Shape{}, m.Shape[:node.Front(m)]...)
	return op.ReshapeTo(n.B, op.SliceAxis(n.B, m, node.Front(m), d, 1), append(lead, v.Shape[2], v.Shape[1]))
}

// vectorOf is so many elements from a place on of direction d of [directions, n], for
// states of so many axes of a batch; nil where the operand is left out.
func vectorOf(n *node.Node, i, d, from, size, batch int) *ir.Value {
	v := n.Operand(i)
	if v == nil {
		return nil
	}
	x := n.Plain(v)
	if !x.Valid() || v.Rank() != 2 || from+size > v.Shape[1] {
		n.Errorf("operand %d of shape %v", i, v.Shape)
		return nil
	}
	f := node.Front(x)
	lead := append(ir.Shape{}, x.Shape[:f]...)
	if x = op.SliceAxis(n.B, op.SliceAxis(n.B, x, f, d, 1), f+1, from, size); f == 1 && batch > 0 {
		lead = append(lead, slices.Repeat([]int{1}, batch)...)
	}
	return op.ReshapeTo(n.B, x, append(lead, size))
}

// oneDirection runs the cell one way over in, [rows, steps, batch?, features].
func oneDirection(n *node.Node, k cell, s *stepping, in *ir.Value, d, gates, states int, reverse bool, lead []int) (*ir.Value, []*ir.Value) {
	w, r := matrixOf(n, n.In[1], d), matrixOf(n, n.In[2], d)
	size := gates * s.hidden
	bias, recurrent := vectorOf(n, 3, d, 0, size, len(lead)), vectorOf(n, 3, d, size, size, len(lead))
	if states == 2 {
		s.peep = vectorOf(n, 7, d, 0, 3*s.hidden, len(lead))
	}
	if n.Failed || !w.Valid() || !r.Valid() {
		return nil, nil
	}
	letters, weights := "nt", "io"
	if lead != nil {
		letters = "ntb"
	}
	if node.Front(w) == 1 {
		weights = "nio"
	}
	projected := op.Einsum(n.B, letters+"i,"+weights+"->"+letters+"o", in, w)
	s.b = n.B
	if bias != nil && node.Front(bias) == 1 {
		bias = op.ReshapeTo(n.B, bias, append(append(ir.Shape{ir.Batch}, slices.Repeat([]int{1}, len(projected.Shape)-2)...), size))
	}
	projected = s.add(projected, bias)
	shape := append(append(ir.Shape{ir.Batch}, lead...), s.hidden)
	var begin []*ir.Value
	for i := range states {
		v := n.Operand(5 + i)
		if v == nil {
			begin = append(begin, op.BroadcastTo(n.B, op.Scalar(n.B, 0), shape))
			continue
		}
		x := node.Rowed(n, n.Plain(v))
		if !x.Valid() {
			return nil, nil
		}
		axis := 1
		if n.Int("layout", 0) != 0 {
			axis = 2
		}
		begin = append(begin, op.ReshapeTo(n.B, op.SliceAxis(n.B, x, axis, d, 1), shape))
	}
	captures := []*ir.Value{r}
	for _, v := range []*ir.Value{recurrent, s.peep} {
		if v != nil {
			captures = append(captures, v)
		}
	}
	peeps := s.peep != nil
	finals, outputs := op.Recur(n.B, op.Recurrence{
		Length: in.Shape[1], Reverse: reverse, Initial: begin, Steps: []*ir.Value{projected}, Captures: captures,
		Body: func(b *ir.Builder, carried, steps, captures []*ir.Value) (next, outputs []*ir.Value) {
			inner := *s
			inner.b, inner.recurrent = b, captures[0]
			rest := captures[1:]
			if recurrent != nil {
				inner.bias, rest = rest[0], rest[1:]
			}
			if peeps {
				inner.peep = rest[0]
			}
			next = k.step(&inner, steps[0], carried)
			return next, next[:1]
		},
	})
	if finals == nil {
		n.Failed = true
		return nil, nil
	}
	return outputs[0], finals
}
