package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

// convLSTM is what ConvLSTM1D and its kind take besides their window. With σ for
// recurrent_activation, φ for activation and ∗ for a convolution, that of the state
// with strides 1, no dilation and same padding,
//
//	i, f, o = σ(x∗W + b + h∗U)    each with filters of its own
//	c = f·c + i·φ(x∗W + b + h∗U)
//	h = o·φ(c)
//
// The filters of the kernels and the bias are those of i, f, c and o, in this order.
// Source: Keras 3, layers/rnn/conv_lstm.py; Shi et al., 2015.
type convLSTM struct {
	imageFormat
	Activation           spec.Call `arg:"activation,of=activation" doc:"function of the output"`
	RecurrentActivation  spec.Call `arg:"recurrent_activation,of=activation" doc:"function of the gates"`
	UseBias              bool      `arg:"use_bias" doc:"whether a bias is added"`
	KernelInitializer    spec.Call `arg:"kernel_initializer,of=initializer" doc:"how the kernel of the inputs is filled"`
	RecurrentInitializer spec.Call `arg:"recurrent_initializer,of=initializer" doc:"how the kernel of the state is filled"`
	BiasInitializer      spec.Call `arg:"bias_initializer,of=initializer" doc:"how the bias is filled"`
	UnitForgetBias       bool      `arg:"unit_forget_bias" doc:"whether the bias of the forget gate begins with 1 (Jozefowicz et al., 2015)" train:"only"`
	KernelRegularizer    spec.Call `arg:"kernel_regularizer,of=regularizer" doc:"penalty on the kernel of the inputs"`
	RecurrentRegularizer spec.Call `arg:"recurrent_regularizer,of=regularizer" doc:"penalty on the kernel of the state"`
	BiasRegularizer      spec.Call `arg:"bias_regularizer,of=regularizer" doc:"penalty on the bias"`
	KernelConstraint     spec.Call `arg:"kernel_constraint,of=constraint" doc:"what a step of training holds the kernel of the inputs to"`
	RecurrentConstraint  spec.Call `arg:"recurrent_constraint,of=constraint" doc:"what a step of training holds the kernel of the state to"`
	BiasConstraint       spec.Call `arg:"bias_constraint,of=constraint" doc:"what a step of training holds the bias to"`
	Dropout              float64   `arg:"dropout,min=0,below=1" doc:"fraction of the inputs to drop while training, the same ones at every step" train:"only"`
	RecurrentDropout     float64   `arg:"recurrent_dropout,min=0,below=1" doc:"fraction of the state to drop while training, the same one at every step" train:"only"`
	Seed                 *int64    `arg:"seed" doc:"a number that makes this layer drop other values than one without" train:"only"`
	sequential
}

func defaultConvLSTM() convLSTM {
	return convLSTM{
		imageFormat: lastAxis, Activation: call("tanh"), RecurrentActivation: call("sigmoid"), UseBias: true, UnitForgetBias: true,
		KernelInitializer: call("glorot_uniform"), RecurrentInitializer: call("orthogonal"), BiasInitializer: call("zeros"),
	}
}

// lasts reports a layer that goes on where the batch before has ended.
func (l *convLSTM) lasts() bool { return l.Stateful }

// Results implements [Several].
func (l *convLSTM) Results() []string {
	if !l.ReturnState {
		return nil
	}
	return convolvedStates
}

var convolvedStates = []string{"state_h", "state_c"}

// convolving is a layer of the kind that is built: how its windows lie over a step of
// the input and over the state, and its weights.
type convolving struct {
	overImages
	state                                          window
	onInput, onState                               framed
	kernel, recurrent, bias, dropped, droppedState *ir.Value // nil: none
}

// overImages is a layer of the kind with the number of axes that it goes over.
type overImages struct {
	*convLSTM
	filters int
	input   window
}

// held implements [oneWay].
func (overImages) held() []string { return convolvedStates }

// settings implements [oneWay].
func (l overImages) settings() *sequential { return &l.sequential }

// build goes over the steps of x [n, steps, space…, channels], from states that are
// given or 0: [n, space…, filters], or [n, steps, space…, filters]. Sequences that lie
// beside one another have an axis more, see [Net.Beside]: [n, steps, beside, space…, channels].
func (l overImages) build(c *Context, in []*ir.Value) *ir.Value {
	y, finals, ok := l.run(c, in[0], in[1:])
	if !ok {
		y, finals = c.poison(), []*ir.Value{c.poison(), c.poison()}
	}
	if l.GoBackwards && l.ReturnSequences {
		y = op.Flip(c.B, c.Named(y, "steps"), 1)
	}
	for i, name := range l.Results() {
		c.Result(name, finals[i])
	}
	return y
}

// run implements [oneWay].
func (l overImages) run(c *Context, x *ir.Value, given []*ir.Value) (y *ir.Value, finals []*ir.Value, ok bool) {
	w, space := l.input, len(l.input.size)
	if !c.floats(x) {
		return nil, nil, false
	}
	switch {
	case len(x.Shape) != len(ofRow(c))+space+2:
		if c.Beside > 0 {
			c.Errorf("%s takes steps of %s, but every step of TimeDistributed is %v", c.Kind, order(space, l.imageFormat), slices.Delete(slices.Clone(x.Shape), 2, 3))
		} else {
			c.Errorf("%s takes steps of %s, but %s has the shape %s", c.Kind, order(space, l.imageFormat), from(x), Flow(x.Shape.Row()))
		}
		return nil, nil, false
	case !w.strided(c):
		return nil, nil, false
	}
	mask := c.Masks[x] // [n, steps], from a layer that makes images of steps
	if mask == nil || len(mask.Shape) != len(ofRow(c))+1 {
		mask = stepMask(c, x)
	}
	if l.first() {
		x = op.TransposeTo(c.B, x, axisLast(len(x.Shape), len(ofRow(c))+1)...)
	}
	first := *x // a step of it
	first.Shape = append(ir.Shape{ir.Batch}, x.Shape[len(ofRow(c))+1:]...)
	k := &convolving{overImages: l, state: window{w.what, w.size, ones(space), ones(space), "same"}}
	if k.onInput, ok = w.frame(c, &first); !ok {
		return nil, nil, false
	}
	image := append(append(ir.Shape{ir.Batch}, k.onInput.out...), l.filters)
	if k.onState, ok = k.state.frame(c, &ir.Value{Type: ir.Type{Shape: image}, Op: x.Op, Name: x.Name, Layer: x.Layer}); !ok {
		return nil, nil, false
	}
	held := ofRow(c, image[1:]...)
	begin, ok := k.begin(c, given, held)
	if !ok {
		return nil, nil, false
	}
	k.weights(c, ofRow(c, first.Shape[1:]...), held)
	if len(given) > 0 { // it is handed on and leaves no step out, as in [sequential.run]
		mask = nil
	}
	y, finals = k.over(c, x, begin, mask, k.carries(c, given))
	return y, finals, y.Valid()
}

// axisLast is the order of so many axes with one of them after the others.
func axisLast(rank, axis int) []int {
	var perm []int
	for i := range rank {
		if i != axis {
			perm = append(perm, i)
		}
	}
	return append(perm, axis)
}

// ones is a list of so many.
func ones(n int) []int { return slices.Repeat([]int{1}, n) }

// carries reports that the states are those that the batch before has left.
func (k *convolving) carries(c *Context, given []*ir.Value) bool {
	return k.Stateful && c.Carry != nil && len(given) == 0
}

// begin gives the states before the first step.
func (k *convolving) begin(c *Context, given []*ir.Value, held ir.Shape) ([]*ir.Value, bool) {
	switch {
	case k.carries(c, given):
		var begin []*ir.Value
		for _, name := range convolvedStates {
			begin = append(begin, c.Carry.begin(c, name, held))
		}
		return begin, true
	case len(given) == 0:
		zero := op.BroadcastTo(c.B, op.Scalar(c.B, 0), held)
		return []*ir.Value{zero, zero}, true
	}
	if len(given) != len(convolvedStates) {
		c.Errorf("%s begins with state_h, state_c, but inputs names %d after the sequence", c.Kind, len(given))
		return nil, false
	}
	begin := make([]*ir.Value, len(given))
	for i, x := range given {
		if !c.floats(x) {
			return nil, false
		}
		want := held
		if k.first() {
			want = append(ir.Shape{held[0], held[len(held)-1]}, held[1:len(held)-1]...)
		}
		if !x.Shape.Equal(want) {
			c.Errorf("%s begins with %s %v, but %s gives %v", c.Kind, convolvedStates[i], want, from(x), x.Shape)
			return nil, false
		}
		if begin[i] = x; k.first() {
			begin[i] = op.TransposeTo(c.B, x, axisLast(len(x.Shape), 1)...)
		}
	}
	return begin, true
}

// weights are the parameters, and what dropout keeps in a training call, of every
// value for each gate, the same at all steps.
func (k *convolving) weights(c *Context, x, h ir.Shape) {
	c.Constrain(k.convLSTM)
	of := func(channels int) ir.Shape {
		return append(ir.Shape(slices.Clone(k.input.size)), channels, 4*k.filters)
	}
	k.kernel = c.Param("kernel", of(x[len(x)-1]), k.KernelInitializer, k.KernelRegularizer)
	k.recurrent = c.Param("recurrent_kernel", of(k.filters), k.RecurrentInitializer, k.RecurrentRegularizer)
	if k.UseBias {
		bias := lstmCell{recurrentCell: recurrentCell{Units: k.filters, BiasInitializer: k.BiasInitializer, BiasRegularizer: k.BiasRegularizer}, UnitForgetBias: k.UnitForgetBias}
		k.bias = bias.bias(c)
	}
	gates := func(s ir.Shape) ir.Shape { return append(ir.Shape{ir.Batch, 4}, s[1:]...) }
	k.dropped = kept(c, "dropout", k.Dropout, k.Seed, gates(x))
	k.droppedState = kept(c, "recurrent_dropout", k.RecurrentDropout, k.Seed, gates(h))
}

// captures gives the places of what every step needs.
func (k *convolving) captures() []**ir.Value {
	list := []**ir.Value{&k.kernel, &k.recurrent, &k.bias, &k.dropped, &k.droppedState}
	return slices.DeleteFunc(list, func(v **ir.Value) bool { return *v == nil })
}

// over goes over the steps, but for those that the mask leaves out, from states that the
// batch before has left where it carries them. It gives the outputs of all steps in the
// order of x, or the last, and the states at the end.
func (k *convolving) over(c *Context, x *ir.Value, begin []*ir.Value, mask *ir.Value, carries bool) (y *ir.Value, finals []*ir.Value) {
	var captures []*ir.Value
	for _, v := range k.captures() {
		captures = append(captures, *v)
	}
	all := k.ReturnSequences || carries && mask != nil // as in [sequential.run]
	finals, outputs := op.Recur(c.B, op.Recurrence{
		Length: x.Shape[1], Reverse: k.GoBackwards, Train: c.Training, Mask: mask, Initial: begin, Steps: []*ir.Value{x}, Captures: captures,
		Body: func(b *ir.Builder, carried, steps, captures []*ir.Value) (next, outputs []*ir.Value) {
			inside := *k
			for i, v := range inside.captures() {
				*v = captures[i]
			}
			next = inside.step(inBody(c, b), steps[0], carried[0], carried[1])
			if all {
				outputs = next[:1]
			}
			return next, outputs
		},
	})
	if finals == nil {
		return c.poison(), nil
	}
	if carries {
		for i, name := range convolvedStates {
			c.Carry.leave(c, name, finals[i])
		}
	}
	last := x.Shape[1] - 1
	if k.GoBackwards {
		last = 0
	}
	switch y = finals[0]; {
	case k.ReturnSequences:
		y = outputs[0]
	case all:
		y = op.ReshapeTo(c.B, op.SliceAxis(c.B, outputs[0], 1, last, 1), y.Shape)
	}
	if k.ZeroOutputForMask && mask != nil {
		y = k.zeroed(c, y, mask)
	}
	for i := range finals {
		if k.ReturnState {
			finals[i] = k.placed(c, finals[i], len(ofRow(c)))
		}
	}
	at := len(ofRow(c))
	if k.ReturnSequences {
		at++
	}
	return k.placed(c, y, at), finals
}

// placed puts the channels of a result where the format has them, at some axis if not at
// the last.
func (k *convolving) placed(c *Context, y *ir.Value, at int) *ir.Value {
	if !k.first() || !y.Valid() {
		return y
	}
	perm := make([]int, len(y.Shape)-1)
	for i := range perm {
		perm[i] = i
	}
	return op.TransposeTo(c.B, y, slices.Insert(perm, at, len(perm))...)
}

// zeroed is y with 0 for the steps that the mask passes over.
func (k *convolving) zeroed(c *Context, y, mask *ir.Value) *ir.Value {
	shape := slices.Clone(mask.Shape)
	if !k.ReturnSequences {
		last := mask.Shape[1] - 1
		if k.GoBackwards {
			last = 0
		}
		mask, shape = op.SliceAxis(c.B, mask, 1, last, 1), slices.Delete(shape, 1, 2)
	}
	for len(shape) < len(y.Shape) {
		shape = append(shape, 1)
	}
	return op.Select(c.B, op.ReshapeTo(c.B, mask, shape), c.Named(y, "held"), op.Scalar(c.B, 0))
}

// step gives the states after a step.
func (k *convolving) step(c *Context, x, h, carry *ir.Value) []*ir.Value {
	of := k.convolved(c, x, k.kernel, k.dropped, k.input, k.onInput)
	recurrent := k.convolved(c, h, k.recurrent, k.droppedState, k.state, k.onState)
	sum := scalar.Call("add", scalar.Arg(0), scalar.Arg(1))
	args := []*ir.Value{of, recurrent}
	if k.bias != nil {
		sum = scalar.Call("add", sum, scalar.Arg(2))
		args = append(args, k.bias)
	}
	z := c.Named(op.MapOf(c.B, sum, "gates", args...), "gates")
	gate := func(g int, f spec.Call) *ir.Value { return gated(c, k.part(c, z, g), f) }
	carried := scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), scalar.Call("mul", scalar.Arg(2), scalar.Arg(3)))
	carry = c.Named(op.MapOf(c.B, carried, "carry", gate(1, k.RecurrentActivation), carry, gate(0, k.RecurrentActivation), gate(2, k.Activation)), "carry")
	return []*ir.Value{op.Binary(c.B, "mul", gate(3, k.RecurrentActivation), gated(c, carry, k.Activation)), carry}
}

// part is what belongs to gate g of the last axis.
func (k *convolving) part(c *Context, x *ir.Value, g int) *ir.Value {
	return op.SliceAxis(c.B, x, -1, g*k.filters, k.filters)
}

// convolved is the convolution of all gates, each with values of x of its own where
// some are dropped.
func (k *convolving) convolved(c *Context, x, kernel, dropped *ir.Value, w window, f framed) *ir.Value {
	if dropped == nil || !x.Valid() || !dropped.Valid() {
		return convolve(c.B, x, kernel, w, f, 1)
	}
	var gates []*ir.Value
	for g := range 4 {
		factor := op.ReshapeTo(c.B, op.SliceAxis(c.B, dropped, 1, g, 1), x.Shape)
		gates = append(gates, convolve(c.B, op.Binary(c.B, "mul", x, factor), k.part(c, kernel, g), w, f, 1))
	}
	return op.Concatenate(c.B, -1, gates...)
}
