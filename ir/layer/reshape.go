package layer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

var _ = register(Info{
	Name: "Reshape",
	Doc:  "Gives the values of a row another shape.",
	New:  func() Config { return &Reshape{} },
})

// Reshape gives the values of a row another shape, in the same order: [n, …] to
// [n, target_shape…]. Source: Keras 3, layers/reshaping/reshape.py.
type Reshape struct {
	TargetShape []int `arg:"target_shape,required,min=-1" doc:"shape of a row; one extent may be -1 and follows from the others"`
}

// Build implements [Config].
func (r *Reshape) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.oneLength(x) {
		return c.poison()
	}
	written := strings.ReplaceAll(fmt.Sprint(r.TargetShape), " ", ", ")
	target := slices.Clone(r.TargetShape)
	if c.Streaming.takes(x) {
		target[0] = 1
	}
	total, known, open := x.Shape.Elements(), 1, -1
	shape := ir.Shape{ir.Batch}
	for i, d := range target {
		switch {
		case d == -1 && open >= 0:
			return c.ErrorAt("target_shape", "target_shape %s has more than one -1", written)
		case d == -1:
			open = i
		case d == 0:
			return c.ErrorAt("target_shape", "target_shape %s: an extent of 0 leaves no values", written)
		case d > ir.MaxElements/known:
			return c.ErrorAt("target_shape", "target_shape %s has more than %d values", written, ir.MaxElements)
		default:
			known *= d
		}
		shape = append(shape, d)
	}
	if open >= 0 {
		if total%known != 0 {
			return c.ErrorAt("target_shape", "target_shape %s does not fit: %s gives %v, %d values a row, which %d does not divide", written, from(x), x.Shape, total, known)
		}
		shape[open+1] = total / known
		known = total
	}
	if known != total {
		return c.ErrorAt("target_shape", "target_shape %s holds %d values a row, but %s gives %v, %d values", written, known, from(x), x.Shape, total)
	}
	return c.B.Apply(&op.Reshape{Shape: shape}, x)
}

// Stepwise implements [Stepper].
func (r *Reshape) Stepwise(x ir.Shape) bool {
	rest, open := 1, false
	for _, d := range r.TargetShape[1:] {
		if d == -1 {
			open = true
		} else {
			rest *= d
		}
	}
	first, same := r.TargetShape[0], rest == x[2:].Elements()
	return first == -1 && same || first == x[1] && (open || same)
}
