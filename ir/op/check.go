package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
)

// operands reports an operand count that is not want.
func operands(name string, args []ir.Type, want int) error {
	if len(args) != want {
		return fmt.Errorf("%s takes %d operands, got %d", name, want, len(args))
	}
	return nil
}

// numeric reports a ragged operand, or one that does not hold float32 values.
func numeric(name string, args []ir.Type) error {
	for i, a := range args {
		if a.DType != ir.F32 {
			return fmt.Errorf("%s: operand %d is %v, not f32", name, i, a)
		}
	}
	return dense(name, args)
}

// dense reports a ragged operand.
func dense(name string, args []ir.Type) error {
	for i, a := range args {
		if a.Shape.Ragged() {
			return fmt.Errorf("%s: operand %d is ragged: %v", name, i, a)
		}
	}
	return nil
}

// axis resolves a possibly negative axis of a tensor of the given rank.
func axis(a, rank int) (int, error) {
	if a < -rank || a >= rank {
		return 0, fmt.Errorf("axis %d of a tensor of rank %d", a, rank)
	}
	if a < 0 {
		a += rank
	}
	return a, nil
}

// stretch is the shape that all operands broadcast to.
func stretch(args []ir.Type) (ir.Shape, error) {
	out := ir.Shape{}
	for _, a := range args {
		var err error
		if out, err = ir.Broadcast(out, a.Shape); err != nil {
			return nil, err
		}
	}
	return out, nil
}
