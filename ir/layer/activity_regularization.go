package layer

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name:  "ActivityRegularization",
	Doc:   "Hands its input on, and adds a penalty on it to the loss.",
	Masks: true,
	Steps: true,
	New:   func() Config { return &ActivityRegularization{} },
})

// ActivityRegularization adds (l1·Σ|x| + l2·Σx²)/rows to the loss. Source: Keras 3,
// layers/regularization/activity_regularization.py; layers/layer.py, Layer.__call__.
type ActivityRegularization struct {
	L1 float64 `arg:"l1,min=0" doc:"factor of the sum of absolute values" train:"only"`
	L2 float64 `arg:"l2,min=0" doc:"factor of the sum of squares" train:"only"`
}

// Build implements [Config].
func (a *ActivityRegularization) Build(c *Context, in []*ir.Value) *ir.Value {
	if !c.floats(in[0]) {
		return c.poison()
	}
	c.Regularize(in[0], Regularized{Name: "l1_l2", Regularizer: &l1l2{a.L1, a.L2}, Pos: c.Args.Pos})
	return in[0]
}

// Regularized is the regularizer of what a layer gives; the zero value is none.
type Regularized struct {
	Name        string
	Regularizer Regularizer
	Pos         diag.Pos
}

// Regularize adds the penalty on y, a result of the layer, to the loss.
func (c *Context) Regularize(y *ir.Value, r Regularized) {
	if r.Regularizer == nil || !y.Valid() {
		return
	}
	if _, matrix := r.Regularizer.(*orthogonalRegularizer); matrix {
		c.errorPos(r.Pos, "activity_regularizer: %s is a penalty on a matrix of weights; write l1, l2 or l1_l2", r.Name)
		return
	}
	if y.DType != ir.F32 || y.Shape.Ragged() {
		c.errorPos(r.Pos, "activity_regularizer is a penalty on numbers, but the layer gives %v", y.Type)
		return
	}
	c.Activities = append(c.Activities, Penalty{y, r.Regularizer, r.Pos})
}

// TakeActivity takes the argument activity_regularizer, which all layers have, out of
// those of a layer.
func TakeActivity(args spec.Args, title string) (rest spec.Args, r Regularized, errs diag.List) {
	i := slices.IndexFunc(args.List, func(a spec.Arg) bool { return a.Name == "activity_regularizer" })
	if i < 0 {
		return args, r, nil
	}
	a := args.List[i]
	args.List = slices.Delete(slices.Clone(args.List), i, i+1)
	if a.Value.Kind == spec.Null {
		return args, r, nil
	}
	call, errs := spec.CallOf(a.Value, title, a.Name)
	if len(errs) > 0 {
		return args, r, errs
	}
	e, settings, errs := regularizers.Resolve(call)
	if len(errs) == 0 {
		r = Regularized{e.Name, settings, call.Pos}
	}
	return args, r, errs
}
