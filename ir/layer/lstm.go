package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name: "LSTM",
	Doc:  "Long short-term memory: a recurrent layer with a state that gates write, keep and read.",
	More: true,
	New:  func() Config { return &LSTM{lstmCell: defaultLSTMCell()} },
})

// LSTM is long short-term memory (Hochreiter and Schmidhuber, 1997) over the steps
// of a sequence: [n, steps, features] to [n, units], or to [n, steps, units] with
// return_sequences. With σ for recurrent_activation and φ for activation,
//
//	i, f, o = σ(x·W + h·U + b)    each with columns of its own
//	c = f·c + i·φ(x·W + h·U + b)
//	h = o·φ(c)
//
// The columns of the kernels and the bias are those of i, f, c and o, in this
// order. Source: Keras 3, layers/rnn/lstm.py.
type LSTM struct {
	lstmCell
	sequential
}

// Build implements [Config].
func (l *LSTM) Build(c *Context, in []*ir.Value) *ir.Value {
	return recurrent(c, &l.lstmCell, &l.sequential, in)
}

func (l *LSTM) parts() (cell, *sequential, diag.List) { return &l.lstmCell, &l.sequential, nil }

// Results implements [Several].
func (l *LSTM) Results() []string { return l.results(&l.lstmCell) }

type lstmCell struct {
	recurrentCell
	RecurrentActivation spec.Call `arg:"recurrent_activation,of=activation" doc:"function of the gates"`
	UnitForgetBias      bool      `arg:"unit_forget_bias" doc:"whether the bias of the forget gate begins with 1 (Jozefowicz et al., 2015)" train:"only"`
}

func defaultLSTMCell() lstmCell {
	return lstmCell{recurrentCell: defaultCell(), RecurrentActivation: call("sigmoid"), UnitForgetBias: true}
}

func (k *lstmCell) states() []state { return []state{{"state_h", k.Units}, {"state_c", k.Units}} }

func (k *lstmCell) weights(c *Context, features int) weights {
	w := k.kernels(c, features, 4)
	if k.UseBias {
		w.bias = k.bias(c)
	}
	return w
}

// bias is that of all gates.
func (k *lstmCell) bias(c *Context) *ir.Value {
	v := c.Param("bias", ir.Shape{4 * k.Units}, k.BiasInitializer, k.BiasRegularizer)
	p, ok := v.Op.(*op.Param)
	switch {
	case !ok || !k.UnitForgetBias:
	case p.Init.Scaled():
		return c.ErrorAt("bias_initializer", "with unit_forget_bias the parts of the bias are filled one by one, and %s depends on their size; write unit_forget_bias: false, or another initializer", p.Init.Kind)
	default:
		p.Init.OnesFrom, p.Init.OnesTo = k.Units, 2*k.Units
	}
	return v
}

func (k *lstmCell) step(c *Context, w weights, x *ir.Value, states []*ir.Value) []*ir.Value {
	z := c.Named(op.Binary(c.B, "add", x, k.product(c, states[0], w.recurrentKernel, w.recurrentDropout)), "gates")
	gate := func(g int) *ir.Value { return gated(c, k.gate(c, z, g), k.RecurrentActivation) }
	sum := scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), scalar.Call("mul", scalar.Arg(2), scalar.Arg(3)))
	carry := c.Named(op.MapOf(c.B, sum, "carry", gate(1), states[1], gate(0), gated(c, k.gate(c, z, 2), k.Activation)), "carry")
	return []*ir.Value{op.Binary(c.B, "mul", gate(3), gated(c, carry, k.Activation)), carry}
}
