package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name: "GRU",
	Doc:  "Gated recurrent units: a recurrent layer whose state gates update and reset.",
	More: true,
	New:  func() Config { return &GRU{gruCell: defaultGRUCell()} },
})

// GRU is gated recurrent units (Cho et al., 2014) over the steps of a sequence:
// [n, steps, features] to [n, units], or to [n, steps, units] with
// return_sequences. With σ for recurrent_activation and φ for activation,
//
//	z, r = σ(x·W + h·U + b)    each with columns of its own
//	g = φ(x·W + b + r·(h·U + b'))    with reset_after
//	g = φ(x·W + b + (r·h)·U)         without
//	h = z·h + (1-z)·g
//
// The columns of the kernels and the bias are those of z, r and g, in this order;
// with reset_after the bias has a second row, b'. Source: Keras 3,
// layers/rnn/gru.py.
type GRU struct {
	gruCell
	sequential
}

// Build implements [Config].
func (l *GRU) Build(c *Context, in []*ir.Value) *ir.Value {
	return recurrent(c, &l.gruCell, &l.sequential, in)
}

func (l *GRU) parts() (cell, *sequential, diag.List) { return &l.gruCell, &l.sequential, nil }

// Results implements [Several].
func (l *GRU) Results() []string { return l.results(&l.gruCell) }

type gruCell struct {
	recurrentCell
	RecurrentActivation spec.Call `arg:"recurrent_activation,of=activation" doc:"function of the gates"`
	ResetAfter          bool      `arg:"reset_after" doc:"whether the state is reset after its product with the kernel, or before"`
}

func defaultGRUCell() gruCell {
	return gruCell{recurrentCell: defaultCell(), RecurrentActivation: call("sigmoid"), ResetAfter: true}
}

func (k *gruCell) states() []state { return []state{{"state_h", k.Units}} }

func (k *gruCell) weights(c *Context, features int) weights {
	w := k.kernels(c, features, 3)
	width := 3 * k.Units
	switch {
	case !k.UseBias:
	case k.ResetAfter:
		both := c.Param("bias", ir.Shape{2, width}, k.BiasInitializer, k.BiasRegularizer)
		row := func(i int) *ir.Value {
			return op.ReshapeTo(c.B, op.SliceAxis(c.B, both, 0, i, 1), ir.Shape{width})
		}
		w.bias, w.recurrentBias = row(0), row(1)
	default:
		w.bias = c.Param("bias", ir.Shape{width}, k.BiasInitializer, k.BiasRegularizer)
	}
	return w
}

func (k *gruCell) step(c *Context, w weights, x *ir.Value, states []*ir.Value) []*ir.Value {
	h, kernel, dropout := states[0], w.recurrentKernel, w.recurrentDropout
	if !k.ResetAfter {
		kernel = op.SliceAxis(c.B, kernel, -1, 0, 2*k.Units)
		if dropout != nil {
			dropout = op.SliceAxis(c.B, dropout, len(ofRow(c)), 0, 2)
		}
	}
	inner := k.product(c, h, kernel, dropout)
	if w.recurrentBias != nil {
		inner = op.MapOf(c.B, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "bias", c.Named(inner, "inner_dot"), w.recurrentBias)
	}
	c.Named(inner, "inner")
	gate := func(g int) *ir.Value {
		return gated(c, op.Binary(c.B, "add", k.gate(c, x, g), k.gate(c, inner, g)), k.RecurrentActivation)
	}
	update, reset := gate(0), gate(1)
	var candidate *ir.Value
	if k.ResetAfter {
		candidate = op.Binary(c.B, "mul", reset, k.gate(c, inner, 2))
	} else {
		if w.recurrentDropout != nil {
			h = dropped(c, h, op.ReshapeTo(c.B, op.SliceAxis(c.B, w.recurrentDropout, len(ofRow(c)), 2, 1), h.Shape))
		}
		candidate = op.MatMul(c.B, op.Binary(c.B, "mul", reset, h), k.gate(c, w.recurrentKernel, 2))
	}
	candidate = gated(c, op.Binary(c.B, "add", k.gate(c, x, 2), candidate), k.Activation)
	z := scalar.Arg(0)
	mixed := scalar.Call("add", scalar.Call("mul", z, scalar.Arg(1)), scalar.Call("mul", scalar.Call("sub", scalar.Num(1), z), scalar.Arg(2)))
	return []*ir.Value{op.MapOf(c.B, mixed, "mix", update, states[0], candidate)}
}
