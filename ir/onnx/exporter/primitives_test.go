package exporter_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/onnx/exporter"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// chain draws primitives, one after another.
type chain struct {
	*rand.Rand
	b *ir.Builder
	x *ir.Value
}

func (c *chain) between(low, high int) int { return low + c.IntN(high-low+1) }

// axis is one of the axes after the first; there is one at least.
func (c *chain) axis() int { return c.between(1, len(c.x.Shape)-1) }

func (c *chain) constant(shape ir.Shape) *ir.Value {
	data := make([]float64, shape.Elements())
	for i := range data {
		data[i] = float64(float32(c.NormFloat64()))
	}
	return op.ConstOf(c.b, shape, data)
}

// begins reports that nothing has been rounded, so that a step falls on the same side
// everywhere.
func (c *chain) begins() bool {
	_, ok := c.x.Op.(*op.Input)
	return ok
}

// primitives append one to the chain each.
var primitives = []func(c *chain){
	func(c *chain) { // parts of every axis, backwards too
		s := &op.Slice{Starts: []int{0}, Sizes: []int{ir.Batch}, Steps: []int{1}}
		for _, d := range c.x.Shape[1:] {
			size := c.between(1, d)
			step := 1
			if size > 1 {
				step = c.between(1, (d-1)/(size-1))
			}
			start := c.between(0, d-1-(size-1)*step)
			if c.IntN(2) == 0 {
				start, step = start+(size-1)*step, -step
			}
			s.Starts, s.Sizes, s.Steps = append(s.Starts, start), append(s.Sizes, size), append(s.Steps, step)
		}
		c.x = c.b.Apply(s, c.x)
	},
	func(c *chain) { // something around and between
		p := &op.Pad{Before: []int{0}, After: []int{0}, Interior: []int{0}, Value: float64(c.IntN(3))}
		for range c.x.Shape[1:] {
			p.Before, p.After, p.Interior = append(p.Before, c.IntN(2)), append(p.After, c.IntN(2)), append(p.Interior, c.IntN(3)/2)
		}
		if c.IntN(2) == 0 {
			p.Interior = nil
		}
		c.x = c.b.Apply(p, c.x)
	},
	func(c *chain) {
		perm := []int{0}
		for _, a := range c.Perm(len(c.x.Shape) - 1) {
			perm = append(perm, a+1)
		}
		c.x = op.TransposeTo(c.b, c.x, perm...)
	},
	func(c *chain) { // two axes as one, or one as two
		s, a := slices.Clone(c.x.Shape), c.axis()
		switch {
		case a+1 < len(s):
			s[a] *= s[a+1]
			s = slices.Delete(s, a+1, a+2)
		case len(s) < 5:
			s = slices.Insert(s, a, 1)
		}
		c.x = op.ReshapeTo(c.b, c.x, s)
	},
	func(c *chain) {
		y := op.MapOf(c.b, scalar.Call("neg", scalar.Arg(0)), "", c.x)
		c.x = op.Concatenate(c.b, c.axis(), c.x, y, c.x)
	},
	func(c *chain) { // a number of every axis, or several
		var axes []int
		for a := range c.x.Shape[1:] {
			if c.IntN(2) == 0 {
				axes = append(axes, a+1)
			}
		}
		keep := len(axes) > len(c.x.Shape)-2 || c.IntN(2) == 0
		r := &op.Reduce{Kind: []loop.Reduction{loop.Sum, loop.Max}[c.IntN(2)], Axes: axes, KeepDims: keep}
		if r.Kind == loop.Sum {
			r.Mean = c.IntN(2) == 0
		}
		args := []*ir.Value{c.x}
		if c.IntN(3) == 0 {
			r.Expr = scalar.Call("mul", scalar.Arg(0), scalar.Call("add", scalar.Arg(1), scalar.Num(1)))
			args = append(args, c.constant(c.x.Shape[len(c.x.Shape)-1:]))
		}
		if c.IntN(3) == 0 {
			r.Finish = scalar.Call("abs", scalar.Arg(0))
		}
		c.x = c.b.Apply(r, args...)
	},
	func(c *chain) { // stretched against what has other axes
		shape := ir.Shape{}
		for _, d := range c.x.Shape[c.between(1, len(c.x.Shape)):] {
			if c.IntN(3) == 0 {
				d = 1
			}
			shape = append(shape, d)
		}
		fn := []string{"add", "sub", "mul", "max", "min"}[c.IntN(5)]
		c.x = op.Binary(c.b, fn, c.x, c.constant(shape))
	},
	func(c *chain) {
		call, x := scalar.Call, scalar.Expr(scalar.Arg(0))
		c.x = op.MapOf(c.b, []scalar.Expr{
			call("select", call("gt", x, scalar.Num(0.5)), call("tanh", x), call("floor", x)),
			call("mul", call("le", x, scalar.Num(0)), call("sub", scalar.Num(1), call("eq", x, scalar.Num(0)))),
			call("min", call("max", x, scalar.Num(-0.5)), scalar.Num(1)), call("sign", x), call("div", scalar.Num(1), call("add", scalar.Num(2), call("abs", x))),
			call("select", call("max", call("lt", x, scalar.Num(-1)), call("ge", x, scalar.Num(1))), x, call("erf", x)), call("sigmoid", call("sqrt", call("abs", x))),
			call("select", call("floor", x), x, scalar.Num(3)), op.Scalars["selu"].Expr, op.CeluExpr(0.7), op.LeakyReluExpr(0.3), op.EluExpr(2),
		}[c.IntN(12)], "", c.x)
	},
	func(c *chain) { // what an operand only stretches
		x, y := c.x, c.constant(c.x.Shape[len(c.x.Shape)-1:])
		switch c.IntN(3) {
		case 0:
			c.x = op.MapOf(c.b, scalar.Num(3), "", x)
		case 1:
			c.x = op.MapOf(c.b, scalar.Call("abs", scalar.Arg(1)), "", x, y)
		default:
			sum := op.Sum(c.b, x, true, len(x.Shape)-1)
			c.x = op.MapOf(c.b, scalar.Call("add", scalar.Arg(0), scalar.Num(1)), "", sum, x)
		}
	},
	func(c *chain) { // a product over any axis
		a := c.axis()
		k := &op.Contract{}
		for i, d := range c.x.Shape {
			k.Axes = append(k.Axes, op.Axis{Name: string(rune('a' + i)), Extent: d})
			k.Lhs, k.Out, k.Shape = append(k.Lhs, op.At(i)), append(k.Out, op.At(i)), append(k.Shape, d)
		}
		out := c.between(1, 4)
		k.Axes = append(k.Axes, op.Axis{Name: "o", Extent: out})
		k.Out[a], k.Shape[a] = op.At(len(c.x.Shape)), out
		k.Rhs = []op.Index{op.At(a), op.At(len(c.x.Shape))}
		w := c.constant(ir.Shape{c.x.Shape[a], out})
		if c.x = c.b.Apply(k, c.x, w); c.IntN(2) == 0 {
			c.x = op.Binary(c.b, "add", c.x, c.constant(c.x.Shape[len(c.x.Shape)-1:]))
		}
	},
	func(c *chain) { // a window, where there is a place for it
		rank := len(c.x.Shape)
		if rank < 3 || rank > 5 {
			return
		}
		w := &op.Window{Reduce: []loop.Reduction{loop.Sum, loop.Max}[c.IntN(2)]}
		w.Mean = w.Reduce == loop.Sum && c.IntN(2) == 0
		for _, d := range c.x.Shape[1 : rank-1] {
			size := c.between(1, min(d, 3))
			pad := c.IntN(size)
			w.Sizes, w.Strides, w.Dilations = append(w.Sizes, size), append(w.Strides, c.between(1, 2)), append(w.Dilations, 1)
			w.Before, w.After = append(w.Before, pad), append(w.After, c.IntN(size))
		}
		if y, err := w.Infer([]ir.Type{c.x.Type}); err == nil && y.Shape.Check() == nil {
			c.x = c.b.Apply(w, c.x)
		}
	},
	func(c *chain) { // places that the graph computes
		if !c.begins() {
			return
		}
		d := c.x.Shape[len(c.x.Shape)-1]
		at := op.Integers(c.b, op.Sum(c.b, op.Unary(c.b, "abs", c.x), true, len(c.x.Shape)-1), d)
		hot := op.MapOf(c.b, scalar.Call("eq", scalar.Arg(0), scalar.Arg(1)), "", at, op.ConstOf(c.b, ir.Shape{d}, numbered(d)))
		c.x = op.Binary(c.b, "add", c.x, hot)
	},
	func(c *chain) { // the largest
		if !c.begins() {
			return
		}
		a := c.axis()
		c.x = op.Binary(c.b, "add", c.x, op.ArgMax(c.b, c.x, true, a))
	},
	func(c *chain) {
		s := slices.Clone(c.x.Shape)
		a := c.axis()
		if s[a] == 1 {
			s[a] = c.between(2, 3)
			c.x = op.BroadcastTo(c.b, c.x, s)
		}
	},
	func(c *chain) { c.x = op.Softmax(c.b, c.x, c.axis()) },
	func(c *chain) { c.x = op.LogSoftmax(c.b, c.x, c.axis()) },
}

func numbered(n int) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = float64(i)
	}
	return list
}

// TestPrimitives writes graphs of primitives that are drawn, and reads them again.
func TestPrimitives(t *testing.T) {
	python := newChecked(t)
	var results tally
	const graphs = 600
	for seed := range uint64(graphs) {
		c := &chain{rand.New(rand.NewPCG(seed, 3)), ir.NewBuilder("predict"), nil}
		shape := ir.Shape{ir.Batch}
		for range c.between(1, 3) {
			shape = append(shape, c.between(1, 5))
		}
		in := op.InputOf(c.b, op.Input{Port: "x", Of: ir.Type{Shape: shape}})
		for c.x = in; c.IntN(6) > 0 && c.x.Shape.Elements() < 2000; {
			primitives[c.IntN(len(primitives))](c)
		}
		if err := c.b.Errors.Err(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		c.b.Graph.Outputs = []*ir.Value{c.x}
		n := &network{name: fmt.Sprintf("seed %d", seed), graph: c.b.Graph, outputs: []string{"y"}, rows: c.between(1, 4), feed: map[string]*ir.Tensor[float32]{}}
		n.feed["x"] = drawn(c.Rand, in, n.rows, 0)
		results.add(t, n, python)
	}
	python.run(t)
	results.hold(t, tally{same: 585, close: 15}) // reading computes what is known of constants in double precision
}

// TestRefused has everything that ONNX cannot say in one error.
func TestRefused(t *testing.T) {
	b := ir.NewBuilder("predict")
	x := op.InputOf(b, op.Input{Port: "x", Of: ir.Type{Shape: ir.Shape{ir.Batch, 4, 2}}})
	b.At("noise", diag.Pos{File: "a.yaml", Line: 3, Col: 5})
	y := op.Binary(b, "add", x, op.Uniform(b, "noise", ir.Shape{ir.Batch, 4, 2}))
	for range 60 { // what reads it twice asks for it once
		y = op.Binary(b, "mul", y, op.Unary(b, "tanh", y))
	}
	b.At("picked", diag.Pos{File: "a.yaml", Line: 4, Col: 5})
	w := &op.Window{Reduce: loop.Max, Sizes: []int{2}, Strides: []int{2}, Dilations: []int{1}, Before: []int{0}, After: []int{0}}
	z := b.Apply(w, x, y)
	b.At("dense", diag.Pos{File: "a.yaml", Line: 5, Col: 5})
	p := op.MatMul(b, x, op.ParamOf(b, op.Param{Segment: "dense/kernel", Shape: ir.Shape{2, 3}}))
	if err := b.Errors.Err(); err != nil {
		t.Fatal(err)
	}
	b.Graph.Outputs = []*ir.Value{y, z, p}
	_, err := exporter.Export(b.Graph, exporter.Options{Outputs: []string{"y", "z", "p"}})
	if err == nil {
		t.Fatal("exported")
	}
	for _, want := range []string{
		`a.yaml:3:5: layer "noise": it draws random numbers`,
		`a.yaml:4:5: layer "picked": it takes what lies where another value is largest`,
		`a.yaml:5:5: layer "dense": there are no weights for dense/kernel`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nexpected %s", err, want)
		}
	}
}

// TestCropped writes a convolution that leaves positions out, which Conv would compute.
func TestCropped(t *testing.T) {
	b := ir.NewBuilder("predict")
	x := op.InputOf(b, op.Input{Port: "x", Of: ir.Type{Shape: ir.Shape{ir.Batch, 9, 2}}})
	k := &op.Contract{
		Axes: []op.Axis{{Name: "n", Extent: ir.Batch}, {Name: "x", Extent: 3}, {Name: "o", Extent: 4}, {Name: "k", Extent: 3}, {Name: "c", Extent: 2}},
		Lhs:  []op.Index{op.At(0), {Terms: []op.Term{{Axis: 1, Coef: 1}, {Axis: 3, Coef: 1}}, Offset: -1}, op.At(4)},
		Rhs:  []op.Index{op.At(3), op.At(4), op.At(2)}, Out: []op.Index{op.At(0), op.At(1), op.At(2)}, Shape: ir.Shape{ir.Batch, 3, 4},
	}
	r := rand.New(rand.NewPCG(1, 1))
	c := &chain{r, b, x}
	b.Graph.Outputs = []*ir.Value{b.Apply(k, x, c.constant(ir.Shape{3, 2, 4}))}
	n := &network{name: "cropped", graph: b.Graph, outputs: []string{"y"}, rows: 2, feed: map[string]*ir.Tensor[float32]{"x": drawn(r, x, 2, 0)}}
	var results tally
	results.add(t, n, nil)
	if results.same+results.close != 1 {
		t.Errorf("%+v", results)
	}
}
