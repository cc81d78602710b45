package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

// recurrentCell is what all cells take.
type recurrentCell struct {
	Units                int       `arg:"units,required,min=1" doc:"size of the state and of the output"`
	Activation           spec.Call `arg:"activation,of=activation" doc:"function of the output"`
	UseBias              bool      `arg:"use_bias" doc:"whether a bias is added"`
	KernelInitializer    spec.Call `arg:"kernel_initializer,of=initializer" doc:"how the kernel of the inputs is filled"`
	RecurrentInitializer spec.Call `arg:"recurrent_initializer,of=initializer" doc:"how the kernel of the state is filled"`
	BiasInitializer      spec.Call `arg:"bias_initializer,of=initializer" doc:"how the bias is filled"`
	KernelRegularizer    spec.Call `arg:"kernel_regularizer,of=regularizer" doc:"penalty on the kernel of the inputs"`
	RecurrentRegularizer spec.Call `arg:"recurrent_regularizer,of=regularizer" doc:"penalty on the kernel of the state"`
	BiasRegularizer      spec.Call `arg:"bias_regularizer,of=regularizer" doc:"penalty on the bias"`
	KernelConstraint     spec.Call `arg:"kernel_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the kernel of the inputs to"`
	RecurrentConstraint  spec.Call `arg:"recurrent_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the kernel of the state to"`
	BiasConstraint       spec.Call `arg:"bias_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the bias to"`
	Dropout              float64   `arg:"dropout,min=0,below=1" doc:"fraction of the inputs to drop while training, the same ones at every step" train:"only"`
	RecurrentDropout     float64   `arg:"recurrent_dropout,min=0,below=1" doc:"fraction of the state to drop while training, the same one at every step" train:"only"`
	Seed                 *int64    `arg:"seed" doc:"a number that makes this layer drop other values than one without" train:"only"`
}

func defaultCell() recurrentCell {
	return recurrentCell{
		Activation: call("tanh"), UseBias: true,
		KernelInitializer: call("glorot_uniform"), RecurrentInitializer: call("orthogonal"), BiasInitializer: call("zeros"),
	}
}

func (r *recurrentCell) output() int { return 0 }

// kernels are the weights of so many gates, whose columns lie side by side, without
// a bias. As in Keras, each gate drops values of its own where values of the state
// are dropped; SimpleRNN has one gate and no axis for it.
func (r *recurrentCell) kernels(c *Context, features, gates int) weights {
	c.Constrain(r)
	w := weights{
		kernel:          c.Param("kernel", ir.Shape{features, gates * r.Units}, r.KernelInitializer, r.KernelRegularizer),
		recurrentKernel: c.Param("recurrent_kernel", ir.Shape{r.Units, gates * r.Units}, r.RecurrentInitializer, r.RecurrentRegularizer),
	}
	of, states := ofRow(c, features), ofRow(c, r.Units)
	if gates > 1 && r.RecurrentDropout > 0 {
		of, states = ofRow(c, gates, features), ofRow(c, gates, r.Units)
	}
	w.dropout = kept(c, "dropout", r.Dropout, r.Seed, of)
	w.recurrentDropout = kept(c, "recurrent_dropout", r.RecurrentDropout, r.Seed, states)
	return w
}

// project implements cell.
func (r *recurrentCell) project(c *Context, w weights, x *ir.Value) *ir.Value {
	y := r.product(c, x, w.kernel, w.dropout)
	if w.bias == nil {
		return y
	}
	return op.MapOf(c.B, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "bias", c.Named(y, "dot"), w.bias)
}

// product is x·w, of x as dropout has left it: [n, units] or [n, steps, units].
func (r *recurrentCell) product(c *Context, x, w, dropout *ir.Value) *ir.Value {
	if !x.Valid() || !w.Valid() || dropout == nil {
		return op.MatMul(c.B, x, w)
	}
	all := len(ofRow(c)) // the axis of gates
	if len(dropout.Shape) == all+1 {
		return op.MatMul(c.B, dropped(c, x, dropout), w)
	}
	var gates []*ir.Value
	for g := range dropout.Shape[all] {
		at := op.ReshapeTo(c.B, op.SliceAxis(c.B, dropout, all, g, 1), ofRow(c, dropout.Shape[all+1]))
		gates = append(gates, op.MatMul(c.B, dropped(c, x, at), r.gate(c, w, g)))
	}
	return op.Concatenate(c.B, -1, gates...)
}

// dropped is x times a factor [n, features].
func dropped(c *Context, x, factor *ir.Value) *ir.Value {
	if len(x.Shape) > len(factor.Shape) {
		factor = op.ReshapeTo(c.B, factor, slices.Insert(slices.Clone(factor.Shape), 1, 1))
	}
	return op.Binary(c.B, "mul", x, factor)
}

// gate is what belongs to gate g of the last axis of x, on which the gates lie side
// by side.
func (r *recurrentCell) gate(c *Context, x *ir.Value, g int) *ir.Value {
	return op.SliceAxis(c.B, x, -1, g*r.Units, r.Units)
}

// gated is an activation within a cell, which gives as many values as it takes.
func gated(c *Context, x *ir.Value, call spec.Call) *ir.Value {
	y := c.activate(x, call)
	if x.Valid() && y.Valid() && !y.Shape.Equal(x.Shape) {
		c.report(diag.List{diag.Errorf(call.Pos, "layer %s: %s gives %d values of %d, and the state of %s keeps its size; put the function after the layer", diag.Quote(c.Name), call.Name, y.Shape[len(y.Shape)-1], x.Shape[len(x.Shape)-1], c.Kind)})
		return c.poison()
	}
	return y
}
