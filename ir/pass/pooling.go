package pass

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// underPooling moves a map v of the gradient by a pooled activation, such as
// the gradient of the relu in front of a max pooling, to the other side of the
// pooling, where there are fewer elements and where it can be the epilogue of
// what computes them: a maximum is one of the elements that it was taken from,
// so that what is a factor of the gradient there is the same factor here. It
// reports whether v has become the gradient of the pooling.
func (f *fuser) underPooling(v *ir.Value) bool {
	m := v.Op.(*op.Map)
	at := slices.IndexFunc(v.Args, func(a *ir.Value) bool { _, ok := a.Op.(*op.WindowGrad); return ok })
	if at < 0 || len(v.Args) > 2 || !additive(m.Expr, at) {
		return false
	}
	grad := v.Args[at]
	w := grad.Op.(*op.WindowGrad)
	x, dy := grad.Args[0], grad.Args[1]
	if w.Window.Reduce != loop.Max || !f.only(grad, v) || slices.ContainsFunc(v.Args, func(a *ir.Value) bool { return a != x && a != grad }) {
		return false
	}
	pooled := f.pooled(x, &w.Window)
	if pooled == nil {
		return false
	}
	args := make([]*ir.Value, len(v.Args))
	for i, a := range v.Args {
		args[i] = pooled
		if a == grad {
			args[i] = dy
		}
	}
	o := &op.Map{Expr: m.Expr, Word: m.Word}
	t, err := infer(o, args)
	if err != nil || !t.Shape.Equal(dy.Shape) {
		return false
	}
	// The two change places.
	v.Layer, grad.Layer, v.Pos, grad.Pos = grad.Layer, v.Layer, grad.Pos, v.Pos
	f.replace(grad, o, args)
	grad.Type, grad.Name, grad.GradOf = t, pooled.Name, pooled
	f.replace(v, w, []*ir.Value{x, grad})
	f.become(grad)
	return true
}

// pooled is the result of a window over x, where that is computed.
func (f *fuser) pooled(x *ir.Value, w *op.Window) *ir.Value {
	for _, u := range f.users[x] {
		if o, ok := u.Op.(*op.Window); ok && len(u.Args) == 1 && o.String() == w.String() {
			return u
		}
	}
	return nil
}

// pastPooling lets a sum over all of an image read what the gradient of a
// pooling spreads over it, for the sums are the same.
func (f *fuser) pastPooling(v *ir.Value) {
	r := v.Op.(*op.Reduce)
	if r.Kind != loop.Sum || r.Mean || r.Expr != nil || len(v.Args) != 1 {
		return
	}
	w, ok := v.Args[0].Op.(*op.WindowGrad)
	if !ok || w.Window.Reduce == loop.Sum && !w.Window.Mean {
		return
	}
	for i := range w.Window.Sizes {
		if !slices.Contains(r.Axes, 1+i) {
			return
		}
	}
	f.replace(v, r, []*ir.Value{v.Args[0].Args[1]})
}

// additive reports whether e of a sum in the place of Arg(i) is the sum of e of
// its parts.
func additive(e scalar.Expr, i int) bool {
	free := func(e scalar.Expr) bool { return !scalar.UsesArg(e, i) }
	switch e := e.(type) {
	case scalar.Arg:
		return int(e) == i
	case scalar.Num:
		return e == 0
	case scalar.Apply:
		a := e.Args
		switch e.Fn {
		case "add", "sub":
			return additive(a[0], i) && additive(a[1], i)
		case "neg":
			return additive(a[0], i)
		case "mul":
			return free(a[0]) && additive(a[1], i) || additive(a[0], i) && free(a[1])
		case "div":
			return additive(a[0], i) && free(a[1])
		case "select":
			return free(a[0]) && additive(a[1], i) && additive(a[2], i)
		}
	}
	return false
}
