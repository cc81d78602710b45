package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
)

// WindowGrad is the gradient of a Window by what it reads: every element of dy
// goes to the first maximum of its window (Max), to all of its points (Sum) or
// evenly to them (Mean). Operands: x, dy.
type WindowGrad struct{ Window Window }

// Name is "windowgrad".
func (*WindowGrad) Name() string { return "windowgrad" }

func (w *WindowGrad) String() string { return "windowgrad[" + w.Window.attributes() + "]" }

// Infer is the shape of x; dy must be of the window's shape.
func (w *WindowGrad) Infer(args []ir.Type) (ir.Type, error) {
	if err := operands("windowgrad", args, 2); err != nil {
		return ir.Type{}, err
	}
	y, err := w.Window.Infer(args[:1])
	if err != nil {
		return ir.Type{}, err
	}
	if args[1].DType != ir.F32 || !args[1].Shape.Equal(y.Shape) {
		return ir.Type{}, fmt.Errorf("windowgrad of %v: the window's result is %v", args[1], y)
	}
	return args[0], nil
}
