package op

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
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

// Eval32 is the rule in single precision.
func (w *WindowGrad) Eval32(c *ir.Context[float32], v *ir.Value, args []*ir.Tensor[float32]) *ir.Tensor[float32] {
	return evalWindowGrad(c, w, v, args)
}

// Eval64 is the rule in double precision.
func (w *WindowGrad) Eval64(c *ir.Context[float64], v *ir.Value, args []*ir.Tensor[float64]) *ir.Tensor[float64] {
	return evalWindowGrad(c, w, v, args)
}

func evalWindowGrad[F ir.Float](c *ir.Context[F], w *WindowGrad, _ *ir.Value, args []*ir.Tensor[F]) *ir.Tensor[F] {
	x, dy := args[0], args[1]
	out := c.New(x.Shape)
	eachWindow(&w.Window, x.Shape, dy.Shape, func(o int, taps []int) {
		g := dy.F[o]
		if w.Window.Reduce == loop.Max {
			out.F[first(x.F, taps)] += g
			return
		}
		if w.Window.Mean {
			g /= F(len(taps))
		}
		for _, t := range taps {
			out.F[t] += g
		}
	})
	return out
}

// VJP by dy is the window again: sums, means, or what lies at the maxima.
func (w *WindowGrad) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	if w.Window.Reduce == loop.Max {
		return []*ir.Value{nil, b.Apply(&w.Window, v.Args[0], dy)}
	}
	return []*ir.Value{nil, b.Apply(&w.Window, dy)}
}
