package layer

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

var ctcEntry = Entry[Loss]{
	Name: "ctc", Aliases: []string{"CTC"},
	Doc: "-log p of all ways in which the steps can spell the target, a sequence of class numbers of which 0 is the blank (Graves et al., 2006)",
	New: func() Loss { return &ctc{} },
}

// ctc is the loss of logits [n, steps, classes] and labels [n, max_length], which end
// where the rest is 0. Source: Keras 3, losses/losses.py, ctc.
type ctc struct {
	MaxLength *int `arg:"max_length,min=1" doc:"how many labels a target has room for, the last ones 0 where there are fewer; as many as the output has steps where left out"`
	reduced
}

// What is as good as impossible: beginning or ending elsewhere than at an end of the
// labels, as in tf.nn.ctc_loss (ops/ctc_ops.py, ctc_state_log_probs, log(1e-307)), so
// that labels that do not fit into the steps have a large loss, and a gradient; and
// what is never possible, whose exponential is 0.
const (
	ctcUnlikely = -706.8936235
	ctcNever    = -1e30
)

func (l *ctc) Target(output ir.Shape) (ir.Type, int, error) {
	if len(output) != 3 || output[2] < 2 {
		return ir.Type{}, 0, fmt.Errorf("needs logits of at least two classes for every step, [n, steps, classes] with 0 as the blank, not %v", output)
	}
	labels := output[1]
	if l.MaxLength != nil {
		labels = *l.MaxLength
	}
	if labels > output[1] {
		return ir.Type{}, 0, fmt.Errorf("has max_length: %d, but the output has %d steps, and every label takes one at least", labels, output[1])
	}
	return ir.Type{Shape: ir.Shape{ir.Batch, labels}, DType: ir.I32}, output[2], nil
}

// PerSample goes forward through the labels with a blank before, between and after
// them: a state for each, in whose order a path may stay, go on by one, or leave a blank
// out between labels that differ. Section 4.1 of A. Graves, S. Fernández, F. Gomez,
// J. Schmidhuber, "Connectionist temporal classification", 2006, with logarithms of
// the α there; its gradient, which they have from a second way back, follows. A mask
// of the output says which steps there are.
func (l *ctc) PerSample(n *Net, logits, target *ir.Value) *ir.Value {
	if !logits.Valid() || !target.Valid() {
		return logits
	}
	if _, probabilities := n.Logits[logits]; probabilities {
		return n.B.Errorf("compile: ctc takes logits, of which it takes the softmax itself, but the output has an activation that gives probabilities; take it out")
	}
	b, steps, labels := n.B, logits.Shape[1], target.Shape[1]
	states := 2*labels + 1
	emitted := l.emissions(n, logits, target)
	number := op.MapOf(b, scalar.Arg(0), "labels", target)
	begin := slices.Repeat([]float64{ctcUnlikely}, states)
	begin[0] = 0
	first := op.BroadcastTo(b, op.ConstOf(b, ir.Shape{states}, begin), ir.Shape{ir.Batch, states})
	finals, _ := op.Recur(b, op.Recurrence{
		Length: steps, Train: n.Training, Mask: n.Counted, Initial: []*ir.Value{first}, Steps: []*ir.Value{emitted}, Captures: []*ir.Value{l.skips(n, number)},
		Body: func(b *ir.Builder, carried, steps, captures []*ir.Value) (next, outputs []*ir.Value) {
			return []*ir.Value{ctcStep(b, carried[0], steps[0], captures[0])}, nil
		},
	})
	n.Counted = nil
	if finals == nil {
		return Poison(b)
	}
	// A label is the place before the blank after it.
	places := make([]float64, states)
	for i := range places {
		places[i] = float64((i + 1) / 2)
	}
	some := scalar.Call("select", scalar.Call("eq", scalar.Arg(0), scalar.Num(0)), scalar.Num(0), scalar.Num(1))
	length := op.Sum(b, op.MapOf(b, some, "label", number), true, 1)
	end := scalar.Call("select", scalar.Call("eq", scalar.Arg(1), scalar.Arg(2)), scalar.Arg(0), scalar.Call("add", scalar.Arg(0), scalar.Num(ctcUnlikely)))
	ends := op.MapOf(b, end, "end", finals[0], op.ConstOf(b, ir.Shape{states}, places), length)
	return rows(n, op.MapOf(b, scalar.Call("neg", scalar.Arg(0)), "ctc", op.LogSumExp(b, ends, false, 1)))
}

// emissions are the logarithms of the probabilities of what the states stand for at
// every step, [n, steps, states].
func (l *ctc) emissions(n *Net, logits, target *ir.Value) *ir.Value {
	b, steps, labels := n.B, logits.Shape[1], target.Shape[1]
	p := op.Binary(b, "sub", logits, op.LogSumExp(b, logits, true, 2))
	blank := op.SliceAxis(b, p, 2, 0, 1)
	spelled := op.TransposeTo(b, op.GatherAlong(b, op.TransposeTo(b, p, 0, 2, 1), target, 1), 0, 2, 1)
	each := ir.Shape{ir.Batch, steps, labels, 1}
	pairs := op.Concatenate(b, 3, op.BroadcastTo(b, op.ReshapeTo(b, blank, ir.Shape{ir.Batch, steps, 1, 1}), each), op.ReshapeTo(b, spelled, each))
	return op.Concatenate(b, 2, op.ReshapeTo(b, pairs, ir.Shape{ir.Batch, steps, 2 * labels}), blank)
}

// skips are 0 where a state may follow the one before its predecessor: a label that
// differs from the one before it.
func (l *ctc) skips(n *Net, number *ir.Value) *ir.Value {
	b, labels := n.B, number.Shape[1]
	never := op.BroadcastTo(b, op.Scalar(b, ctcNever), ir.Shape{ir.Batch, 1})
	after := []*ir.Value{never} // the first label
	if labels > 1 {
		differs := scalar.Call("select", scalar.Call("eq", scalar.Arg(0), scalar.Arg(1)), scalar.Num(ctcNever), scalar.Num(0))
		after = append(after, op.MapOf(b, differs, "differs", op.SliceAxis(b, number, 1, 1, labels-1), op.SliceAxis(b, number, 1, 0, labels-1)))
	}
	each := ir.Shape{ir.Batch, labels, 1}
	blanks := op.BroadcastTo(b, op.Scalar(b, ctcNever), each)
	pairs := op.Concatenate(b, 2, blanks, op.ReshapeTo(b, op.Concatenate(b, 1, after...), each))
	return op.Concatenate(b, 1, op.ReshapeTo(b, pairs, ir.Shape{ir.Batch, 2 * labels}), never)
}

// ctcStep is log(α(s) + α(s-1) + α(s-2)) + log p(s), the last α where it is not skipped.
// The maximum that is taken off has no gradient, as in a softmax.
func ctcStep(b *ir.Builder, alpha, emitted, skips *ir.Value) *ir.Value {
	if !alpha.Valid() {
		return alpha
	}
	states := alpha.Shape[1]
	moved := func(by int) *ir.Value {
		return op.Concatenate(b, 1, op.BroadcastTo(b, op.Scalar(b, ctcNever), ir.Shape{ir.Batch, by}), op.SliceAxis(b, alpha, 1, 0, states-by))
	}
	one, two := moved(1), op.Binary(b, "add", moved(2), skips)
	x, y, z := scalar.Arg(0), scalar.Arg(1), scalar.Arg(2)
	top := op.MapOf(b, scalar.Call("max", scalar.Call("max", x, y), z), "max", alpha, one, two)
	top = op.MaxStop(b, op.ReshapeTo(b, top, ir.Shape{ir.Batch, states, 1}), false, 2)
	term := func(v scalar.Expr) scalar.Expr { return scalar.Call("exp", scalar.Call("sub", v, scalar.Arg(3))) }
	sum := scalar.Call("log", scalar.Call("add", scalar.Call("add", term(x), term(y)), term(z)))
	return op.MapOf(b, scalar.Call("add", scalar.Call("add", scalar.Arg(3), sum), scalar.Arg(4)), "ctc", alpha, one, two, top, emitted)
}
