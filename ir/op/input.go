package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
)

// Kind says who fills an input.
type Kind uint8

const (
	Feature  Kind = iota // an input port of the model
	Target               // a target port
	Weight               // [n]: the per-sample weights
	InvTotal             // []: 1/Total, of the rows of the logical batch
	Share                // []: n/Total, which scales regularisation so that micro-batches sum to one
	State                // [n,…]: what a step of a sequence has left for the next; Index is that of the state
	Bound                // an operand of the Scan whose body this is
)

func (k Kind) String() string {
	return [...]string{"feature", "target", "weight", "inv_total", "share", "state", "bound"}[k]
}

// Input is a value that the caller feeds under the name Port. It has no operands.
type Input struct {
	Port  string
	Kind  Kind
	Index int // of the port
	Of    ir.Type
	Limit int // ids and whole numbers are below it; 0: any
	Least int // and at least this, which is 0 for ids
}

// InputOf appends an input to the graph.
func InputOf(b *ir.Builder, in Input) *ir.Value {
	v := b.Apply(&in)
	if v.Valid() {
		b.Graph.Inputs = append(b.Graph.Inputs, v)
		b.Named(v, in.Port)
	}
	return v
}

// Name is "input".
func (*Input) Name() string { return "input" }

func (in *Input) String() string {
	limit := ""
	if in.Limit > 0 {
		limit = fmt.Sprintf(" limit=%d", in.Limit)
	}
	if in.Least < 0 {
		limit += fmt.Sprintf(" least=%d", in.Least)
	}
	return fmt.Sprintf("input[%q %v %d%s]", in.Port, in.Kind, in.Index, limit)
}

// Infer is the declared type.
func (in *Input) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("input", args, 0); err != nil {
		return ir.Type{}, err
	}
	if in.Of.Shape.Ragged() && (in.Of.DType != ir.I32 || len(in.Of.Shape) != 2) {
		return ir.Type{}, fmt.Errorf("input %q: only ids [n,*] are ragged, not %v", in.Port, in.Of)
	}
	switch in.Kind {
	case Weight:
		if !in.Of.Shape.Equal(ir.Shape{ir.Batch}) {
			return ir.Type{}, fmt.Errorf("input %q: sample weights are [n], not %v", in.Port, in.Of.Shape)
		}
	case InvTotal, Share:
		if len(in.Of.Shape) != 0 {
			return ir.Type{}, fmt.Errorf("input %q: %v is a scalar, not %v", in.Port, in.Kind, in.Of.Shape)
		}
	}
	return in.Of, nil
}

// Eval32 is the rule in single precision.
func (in *Input) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalInput(c, in, v, args)
}

// Eval64 is the rule in double precision.
func (in *Input) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalInput(c, in, v, args)
}

// The context holds the inputs by port.
func evalInput[F ir.Float](c *ir.Context[F], in *Input, _ *ir.Value, _ []*ir.Tensor[F]) *ir.Tensor[F] {
	return c.Feed[in.Port]
}

// VJP hands nothing on: an input has no operands.
func (*Input) VJP(*ir.Builder, *ir.Value, *ir.Value) []*ir.Value { return nil }

// Lower reads what the caller has filled in.
func (in *Input) Lower(l Lowering, v *ir.Value) {
	class := loop.Input
	switch in.Kind {
	case Target:
		class = loop.Target
	case State:
		class = loop.State
	case Weight:
		class = loop.Weight
	case InvTotal, Share:
		class = loop.Scalar
	}
	leaf(l, v, &loop.Buffer{Name: in.Port, Class: class, Port: in.Index})
}
