package op

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// Lower is one nest: the kept axes outside, the reduced axes inside.
func (r *Reduce) Lower(l Lowering, v *ir.Value) {
	types := make([]ir.Type, len(v.Args))
	for i, a := range v.Args {
		types[i] = a.Type
	}
	full, err := stretch(types)
	if err != nil {
		l.Errorf(v, "%v", err)
		return
	}
	expr := r.Expr
	if expr == nil {
		expr = scalar.Arg(0)
	}
	value, srcs := operandsOf(l, expr, v.Args, full)
	finish := r.Finish
	if r.Mean {
		mean := scalar.Call("div", scalar.Arg(0), r.count(full))
		if finish == nil {
			finish = mean
		} else {
			finish = scalar.Substitute(finish, []scalar.Expr{mean})
		}
	}
	to := l.Result(v)
	dst := loop.Access{Buf: to.Buf, Offset: to.Offset, Strides: make([]int, len(full))}
	all := loops(full)
	var kept, reduced []int
	next := 0
	for i := range full {
		switch inside := slices.Contains(r.Axes, i); {
		case inside:
			reduced = append(reduced, i)
			if r.KeepDims {
				next++
			}
		default:
			kept = append(kept, i)
			dst.Strides[i] = to.Strides[next]
			next++
		}
	}
	accesses := pointers(&dst, srcs)
	for _, a := range accesses {
		strides := make([]int, 0, len(full))
		for _, i := range slices.Concat(kept, reduced) {
			strides = append(strides, a.Strides[i])
		}
		a.Strides = strides
	}
	pick := func(list []int) []loop.Axis {
		var axes []loop.Axis
		for _, i := range list {
			axes = append(axes, all[i])
		}
		return axes
	}
	outer := collapse(pick(kept), accesses, 0)
	inner := collapse(pick(reduced), accesses, len(outer))
	l.Emit(v, &loop.Nest{
		Outer: outer,
		Body:  []loop.Stmt{{Inner: inner, Dst: dst, Reduce: r.Kind, Value: value, Srcs: srcs, Finish: finish, Word: r.Word}},
	})
}
