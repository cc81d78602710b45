package exporter

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// cell is the body of a loop, read as one step of LSTM, GRU or SimpleRNN; see package
// layer, lstm.go, gru.go and simple_rnn.go.
type cell struct {
	*exporter
	scan    *op.Scan
	units   int
	kernel  *ir.Value // [units, gates·units]
	columns *ir.Value // of a GRU that resets before the product: the last of the kernel
	bias    *ir.Value // of the recurrent product; or nil
	// functions are those of the operator, in its order.
	functions []function
}

// function is an activation of a recurrent operator.
type function struct {
	name    string
	numbers []float64 // alpha, and beta
}

// functionsOfGates are the activations that recurrent operators have. Source: onnx 1.22,
// LSTM.
var functionsOfGates = []struct {
	pattern scalar.Expr
	name    string
	numbers []float64 // where they are not the pattern's
}{
	{op.Scalars["sigmoid"].Expr, "Sigmoid", nil},
	{op.Scalars["tanh"].Expr, "Tanh", nil},
	{op.Scalars["relu"].Expr, "Relu", nil},
	{op.Scalars["softplus"].Expr, "Softplus", nil},
	{op.Scalars["softsign"].Expr, "Softsign", nil},
	{op.Scalars["hard_sigmoid"].Expr, "HardSigmoid", []float64{1.0 / 6, 0.5}},
	{op.EluExpr(1), "Elu", []float64{1}},
	{scalar.Apply{Fn: "select", Args: []scalar.Expr{call("gt", a(0), scalar.Num(0)), a(0), call("mul", a(aNumber), a(0))}}, "LeakyRelu", nil},
}

// functionOf is v as an activation of another value; linear is Affine.
func functionOf(v *ir.Value) (function, *ir.Value, bool) {
	m, ok := v.Op.(*op.Map)
	if !ok || len(v.Args) != 1 {
		return function{"Affine", []float64{1, 0}}, v, true
	}
	for _, f := range functionsOfGates {
		bound := map[int]scalar.Expr{}
		if match(f.pattern, m.Expr, bound) && bound[0] == a(0) {
			out := function{f.name, f.numbers}
			if n, ok := bound[aNumber]; ok {
				out.numbers = []float64{value(n)}
			}
			return out, v.Args[0], true
		}
	}
	return function{}, nil, false
}

// activated takes an activation off v; the same number of it has to be the same one.
func (c *cell) activated(i int, v *ir.Value) *ir.Value {
	f, x, ok := functionOf(v)
	if !ok || i < len(c.functions) && !(c.functions[i].name == f.name && slices.Equal(c.functions[i].numbers, f.numbers)) {
		return nil
	}
	if i == len(c.functions) {
		c.functions = append(c.functions, f)
	}
	return x
}

// gate is the value of which v has the columns of gate i; nil where it has others.
func (c *cell) gate(i int, v *ir.Value) *ir.Value {
	if v == nil {
		return nil
	}
	s, ok := v.Op.(*op.Slice)
	if !ok || len(s.Starts) != 2 || s.Starts[1] != i*c.units || s.Sizes[1] != c.units || s.Steps[1] != 1 {
		return nil
	}
	return v.Args[0]
}

// product reports the product of a state and a kernel that does not change, which it
// gives.
func (c *cell) product(v, state *ir.Value) *ir.Value {
	k, ok := v.Op.(*op.Contract)
	if !ok || k.Epilogue != nil || v.Args[0] != state || !c.free(v.Args[1]) || !plainProduct(k, v.Args) {
		return nil
	}
	return v.Args[1]
}

// plainProduct reports rows times a matrix.
func plainProduct(k *op.Contract, args []*ir.Value) bool {
	n := len(k.Lhs)
	if len(k.Rhs) != 2 || len(k.Out) != n || len(k.Axes) != n+1 || !whole(k, args) {
		return false
	}
	for _, x := range slices.Concat(k.Lhs, k.Rhs, k.Out) {
		if !isPlain(x) {
			return false
		}
	}
	for i := range n - 1 {
		if !sameIndex(k.Lhs[i], k.Out[i]) {
			return false
		}
	}
	return sameIndex(k.Lhs[n-1], k.Rhs[0]) && sameIndex(k.Rhs[1], k.Out[n-1])
}

// lstm reads h = o·φ(c), c = f·c + i·φ(z) of four gates of one sum.
func (c *cell) lstm() bool {
	in, out := c.scan.Body.Inputs, c.scan.Body.Outputs
	sum := call("add", call("mul", a(0), a(1)), call("mul", a(2), a(3)))
	h, carry := operandsOf(out[0], call("mul", a(0), a(1))), operandsOf(out[1], sum)
	if h == nil || carry == nil || carry[1] != in[1] {
		return false
	}
	// The activations of the operator are those of the gates, of the candidate and of the
	// cell.
	z := c.gate(0, c.activated(0, carry[2]))
	if z == nil || c.gate(1, c.activated(0, carry[0])) != z || c.gate(3, c.activated(0, h[0])) != z || c.gate(2, c.activated(1, carry[3])) != z {
		return false
	}
	if c.activated(2, h[1]) != out[1] {
		return false
	}
	parts := operandsOf(z, call("add", a(0), a(1)))
	if parts == nil || parts[0] != in[2] {
		return false
	}
	c.kernel = c.product(parts[1], in[0])
	return c.kernel != nil
}

// gru reads h = z·h + (1-z)·φ(…).
func (c *cell) gru() bool {
	in := c.scan.Body.Inputs
	h, x := in[0], in[1]
	mix := operandsOf(c.scan.Body.Outputs[0], call("add", call("mul", a(0), a(1)), call("mul", call("sub", scalar.Num(1), a(0)), a(2))))
	if mix == nil || mix[1] != h {
		return false
	}
	sum := func(v *ir.Value) []*ir.Value {
		if v == nil {
			return nil
		}
		return operandsOf(v, call("add", a(0), a(1)))
	}
	update, candidate := sum(c.activated(0, mix[0])), sum(c.activated(1, mix[2]))
	if update == nil || candidate == nil || c.gate(0, update[0]) != x || c.gate(2, candidate[0]) != x {
		return false
	}
	product := c.gate(0, update[1])
	if product == nil {
		return false
	}
	isReset := func(v *ir.Value) bool {
		reset := sum(c.activated(0, v))
		return reset != nil && c.gate(1, reset[0]) == x && c.gate(1, reset[1]) == product
	}
	if times := operandsOf(candidate[1], call("mul", a(0), a(1))); times != nil { // reset after the product
		if !isReset(times[0]) || c.gate(2, times[1]) != product {
			return false
		}
		if parts := operandsOf(product, call("add", a(0), a(1))); parts != nil {
			if !c.free(parts[1]) || parts[1].Shape.Elements() != 3*c.units {
				return false
			}
			product, c.bias = parts[0], parts[1]
		}
		c.kernel = c.product(product, h)
		return c.kernel != nil && c.kernel.Shape[1] == 3*c.units
	}
	k, ok := candidate[1].Op.(*op.Contract)
	if !ok {
		return false
	}
	times := operandsOf(candidate[1].Args[0], call("mul", a(0), a(1)))
	if times == nil || times[1] != h || !isReset(times[0]) || !plainProduct(k, candidate[1].Args) || !c.free(candidate[1].Args[1]) {
		return false
	}
	c.kernel, c.columns = c.product(product, h), candidate[1].Args[1]
	return c.kernel != nil && c.kernel.Shape[1] == 2*c.units
}

// rnn reads h = φ(x + h·U).
func (c *cell) rnn() bool {
	in := c.scan.Body.Inputs
	x := c.activated(0, c.scan.Body.Outputs[0])
	if x == nil {
		return false
	}
	parts := operandsOf(x, call("add", a(0), a(1)))
	if parts == nil || parts[0] != in[1] {
		return false
	}
	c.kernel = c.product(parts[1], in[0])
	return c.kernel != nil
}

// recurrent writes the loop of a recurrent layer as the operator that it is; nil where it
// is none of them, such as one with a mask.
func (e loops) recurrent(v *ir.Value, k *op.Scan) *loopResults {
	in, out := k.Body.Inputs, k.Body.Outputs
	if k.Steps != 1 || k.Carried < 1 || k.Carried > 2 || len(in[0].Shape) != 2 {
		return nil
	}
	for _, o := range out[k.Carried:] {
		if o != out[0] {
			return nil
		}
	}
	for i, x := range in[k.Carried+1:] {
		e.same[x] = v.Args[k.Carried+1+i]
	}
	units := in[0].Shape[1]
	for _, try := range []struct {
		kind   string
		states int
		order  []int // of the gates in the operator
		is     func(c *cell) bool
	}{{"LSTM", 2, []int{0, 3, 1, 2}, (*cell).lstm}, {"GRU", 1, []int{0, 1, 2}, (*cell).gru}, {"RNN", 1, []int{0}, (*cell).rnn}} {
		c := &cell{exporter: e.exporter, scan: k, units: units}
		if k.Carried == try.states && in[k.Carried].Shape[1] == len(try.order)*units && try.is(c) {
			return c.operator(v, try.kind, try.order)
		}
	}
	return nil
}

// operator writes the node, if what every step takes is the product of an input and
// weights.
func (c *cell) operator(v *ir.Value, kind string, order []int) *loopResults {
	steps := c.of(v.Args[c.scan.Carried])
	x, bias := steps, (*ir.Value)(nil)
	if parts := operandsOf(steps, call("add", a(0), a(1))); parts != nil {
		x, bias = c.of(parts[0]), parts[1]
	}
	k, ok := x.Op.(*op.Contract)
	width := len(order) * c.units
	if !ok || len(x.Shape) != 3 || !plainProduct(k, x.Args) || !c.free(x.Args[1]) || k.Epilogue != nil || bias != nil && (!c.free(bias) || bias.Shape.Elements() != width) {
		return nil
	}
	var begin []string
	for _, s := range v.Args[:c.scan.Carried] {
		begin = append(begin, c.initial(s))
	}
	sequence := c.value(x.Args[0])
	if sequence == "" {
		return nil
	}
	name := inner(title(v), kind)
	sequence = c.node("Transpose", []string{sequence}, inner(title(v), "steps"), intsOf("perm", 1, 0, 2))
	recurrent := c.compute(c.kernel).F
	if c.columns != nil {
		recurrent = beside(recurrent, c.compute(c.columns).F, c.units)
	}
	inputs := []string{
		sequence,
		c.arranged(inner(name, "W"), c.compute(x.Args[1]).F, x.Args[1].Shape[0], order),
		c.arranged(inner(name, "R"), recurrent, c.units, order),
		"", "",
	}
	if bias != nil || c.bias != nil {
		inputs[3] = c.biases(inner(name, "B"), order, bias, c.bias)
	}
	inputs = append(inputs, begin...)
	for inputs[len(inputs)-1] == "" {
		inputs = inputs[:len(inputs)-1]
	}
	return loops{c.exporter}.recurrentNode(v, kind, inputs, c.scan.Carried, c.attributes(kind)...)
}

// initial is a state to begin with as the operator takes it; empty where it is 0, which
// is what it begins with otherwise.
func (c *cell) initial(s *ir.Value) string {
	s = c.of(s)
	if b, ok := s.Op.(*op.Broadcast); ok && c.free(s.Args[0]) && len(b.Shape) == 2 {
		if t := c.compute(s.Args[0]); !slices.ContainsFunc(t.F, func(f float32) bool { return f != 0 }) {
			return ""
		}
	}
	name := c.value(s)
	return c.node("Unsqueeze", []string{name, c.ints(0)}, inner(title(s), "direction"))
}

func (c *cell) attributes(kind string) []*attribute {
	list := []*attribute{intOf("hidden_size", c.units)}
	if c.scan.Reverse {
		list = append(list, stringOf("direction", "reverse"))
	}
	var names []string
	var alpha, beta []float32
	for _, f := range c.functions {
		names = append(names, f.name)
		for i, n := range f.numbers {
			if i == 0 {
				alpha = append(alpha, float32(n))
			} else {
				beta = append(beta, float32(n))
			}
		}
	}
	list = append(list, stringsOf("activations", names...))
	if alpha != nil {
		list = append(list, floatsOf("activation_alpha", alpha))
	}
	if beta != nil {
		list = append(list, floatsOf("activation_beta", beta))
	}
	if kind == "GRU" && c.columns == nil {
		list = append(list, intOf("linear_before_reset", 1))
	}
	return list
}

// arranged are weights [in, gates·units] as [1, gates·units, in], the gates in the order
// of the operator.
func (c *cell) arranged(name string, w []float32, in int, order []int) string {
	width := len(order) * c.units
	out := make([]float32, 0, len(w))
	for _, gate := range order {
		for u := range c.units {
			for i := range in {
				out = append(out, w[i*width+gate*c.units+u])
			}
		}
	}
	return c.weights(name, ir.Shape{1, width, in}, out)
}

// biases are those of both products one after the other, 0 where there is none.
func (c *cell) biases(name string, order []int, list ...*ir.Value) string {
	var out []float32
	for _, v := range list {
		b := make([]float32, len(order)*c.units)
		if v != nil {
			b = c.compute(v).F
		}
		for _, gate := range order {
			out = append(out, b[gate*c.units:(gate+1)*c.units]...)
		}
	}
	return c.weights(name, ir.Shape{1, len(out)}, out)
}

// beside are the columns of two matrices of so many rows, one after the other.
func beside(x, y []float32, rows int) []float32 {
	var out []float32
	for i := range rows {
		out = append(out, x[i*len(x)/rows:(i+1)*len(x)/rows]...)
		out = append(out, y[i*len(y)/rows:(i+1)*len(y)/rows]...)
	}
	return out
}
