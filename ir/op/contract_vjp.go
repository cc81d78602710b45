package op

import (
	"github.com/nngen-go/nngen/ir"
)

// VJP swaps roles: the gradient by lhs is the contraction of dy and rhs that is
// indexed by Out and Rhs and stored by Lhs, and the same for rhs. An epilogue
// first turns dy into the gradient of the sum.
func (k *Contract) VJP(b *ir.Builder, v, dy *ir.Value) []*ir.Value {
	lhs, rhs, extras := v.Args[0], v.Args[1], v.Args[2:]
	out := make([]*ir.Value, len(v.Args))
	if k.Epilogue != nil {
		bare := *k
		bare.Epilogue, bare.Word = nil, ""
		dy = beneath(b, k.Epilogue, k.Word, func() *ir.Value { return b.Apply(&bare, lhs, rhs) }, extras, v, dy, out[2:])
		if dy == nil {
			return out
		}
	}
	out[0] = b.Apply(&Contract{Axes: k.Axes, Lhs: k.Out, Rhs: k.Rhs, Out: k.Lhs, Shape: lhs.Shape}, dy, rhs)
	out[1] = b.Apply(&Contract{Axes: k.Axes, Lhs: k.Lhs, Rhs: k.Out, Out: k.Rhs, Shape: rhs.Shape}, lhs, dy)
	return out
}
