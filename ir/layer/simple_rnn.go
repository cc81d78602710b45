package layer

import (
	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name: "SimpleRNN",
	Doc:  "A recurrent layer whose output is fed back as its state.",
	More: true,
	New:  func() Config { return &SimpleRNN{simpleRNNCell: simpleRNNCell{defaultCell()}} },
})

// SimpleRNN is h = activation(x·kernel + bias + h·recurrent_kernel) over the steps
// of a sequence: [n, steps, features] to [n, units], or to [n, steps, units] with
// return_sequences. Source: Keras 3, layers/rnn/simple_rnn.py.
type SimpleRNN struct {
	simpleRNNCell
	sequential
}

// Build implements [Config].
func (l *SimpleRNN) Build(c *Context, in []*ir.Value) *ir.Value {
	return recurrent(c, &l.simpleRNNCell, &l.sequential, in)
}

func (l *SimpleRNN) parts() (cell, *sequential, diag.List) {
	return &l.simpleRNNCell, &l.sequential, nil
}

// Results implements [Several].
func (l *SimpleRNN) Results() []string { return l.results(&l.simpleRNNCell) }

type simpleRNNCell struct{ recurrentCell }

func (k *simpleRNNCell) states() []state { return []state{{"state_h", k.Units}} }

func (k *simpleRNNCell) weights(c *Context, features int) weights {
	w := k.kernels(c, features, 1)
	if k.UseBias {
		w.bias = c.Param("bias", ir.Shape{k.Units}, k.BiasInitializer, k.BiasRegularizer)
	}
	return w
}

func (k *simpleRNNCell) step(c *Context, w weights, x *ir.Value, states []*ir.Value) []*ir.Value {
	recurrent := k.product(c, states[0], w.recurrentKernel, w.recurrentDropout)
	return []*ir.Value{gated(c, op.Binary(c.B, "add", x, recurrent), k.Activation)}
}
