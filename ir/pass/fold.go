package pass

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// maxFolded is how many elements a constant computed here may have: a constant
// takes room in the program, computing it takes little.
const maxFolded = 4096

// fold computes what is constant, writes constant scalars into expressions, and
// drops what changes nothing: maps of a value to itself, chains of scales and
// shifts, reshapes of reshapes, zeros around the image of a convolution.
func fold(g *ir.Graph) error {
	replaced, stepwise := ir.Replacement{}, beforeRounding(g)
	for _, v := range g.Values {
		replaced.In(v.Args)
		if c := constant(v); c != nil {
			v.Op, v.Args = c, nil
			continue
		}
		unstretch(v)
		inline(v)
		if !stepwise[v] {
			affineChain(v)
		}
		reshapeChain(v)
		unpad(v)
		joinPads(v)
		if same := identity(v); same != nil {
			if same.Name == "" {
				same.Name, same.GradOf = v.Name, v.GradOf
			}
			replaced[v] = same
		}
	}
	g.Replace(replaced)
	return nil
}

// constant is the value of v where all its operands are constants.
func constant(v *ir.Value) *op.Const {
	if len(v.Args) == 0 || v.DType != ir.F32 || v.Shape.Batched() || v.Shape.Elements() > maxFolded {
		return nil
	}
	args := make([]*ir.Tensor[float64], len(v.Args))
	for i, a := range v.Args {
		c, ok := a.Op.(*op.Const)
		if !ok || c.DType != ir.F32 || readsRows(v.Op) {
			return nil
		}
		args[i] = &ir.Tensor[float64]{Shape: c.Shape, F: c.Data}
	}
	t := v.Op.Eval64(&ir.Context[float64]{Rows: 1}, v, args)
	return &op.Const{Shape: v.Shape, Data: t.F}
}

// readsRows reports whether an operation may depend on the row count although
// no operand has a batch axis.
func readsRows(o ir.Op) bool {
	for _, e := range expressions(o) {
		if e != nil && usesRows(e) {
			return true
		}
	}
	return false
}

func usesRows(e scalar.Expr) bool {
	switch e := e.(type) {
	case scalar.Rows:
		return true
	case scalar.Apply:
		return slices.ContainsFunc(e.Args, usesRows)
	}
	return false
}

// expressions are the scalar expressions of an operation.
func expressions(o ir.Op) []scalar.Expr {
	switch o := o.(type) {
	case *op.Map:
		return []scalar.Expr{o.Expr}
	case *op.Reduce:
		return []scalar.Expr{o.Expr, o.Finish}
	case *op.Contract:
		return []scalar.Expr{o.Epilogue}
	case *op.GatherSum:
		return []scalar.Expr{o.Epilogue}
	}
	return nil
}

// operandsOf splits the arguments of v into those before the operands of its
// expression and these; with returns the operation with another expression.
func operandsOf(v *ir.Value) (expr scalar.Expr, first, base int, with func(scalar.Expr) ir.Op) {
	switch o := v.Op.(type) {
	case *op.Map:
		return o.Expr, 0, 0, func(e scalar.Expr) ir.Op { return &op.Map{Expr: e, Word: o.Word} }
	case *op.Reduce:
		return o.Expr, 0, 0, func(e scalar.Expr) ir.Op { c := *o; c.Expr = e; return &c }
	case *op.Contract:
		return o.Epilogue, 2, 1, func(e scalar.Expr) ir.Op { c := *o; c.Epilogue = e; return &c }
	case *op.GatherSum:
		return o.Epilogue, 2, 1, func(e scalar.Expr) ir.Op { c := *o; c.Epilogue = e; return &c }
	}
	return nil, 0, 0, nil
}

// inline writes constant scalars into the expression of v and drops operands
// that the expression does not read, where the type of v stays what it is.
func inline(v *ir.Value) {
	expr, first, base, with := operandsOf(v)
	if expr == nil {
		return
	}
	for i := len(v.Args) - 1; i >= first; i-- {
		arg := base + i - first
		e := expr
		if c, ok := v.Args[i].Op.(*op.Const); ok && len(c.Data) == 1 && c.DType == ir.F32 {
			e = substitute(e, arg, scalar.Num(c.Data[0]))
		}
		if scalar.UsesArg(e, arg) {
			continue
		}
		// The operands after the dropped one move up.
		moved := make([]scalar.Expr, base+len(v.Args)-first)
		for j := range moved {
			moved[j] = scalar.Arg(j)
			if j > arg {
				moved[j] = scalar.Arg(j - 1)
			}
		}
		e = scalar.Substitute(e, moved)
		args := slices.Delete(slices.Clone(v.Args), i, i+1)
		o := with(e)
		if t, err := infer(o, args); err == nil && t.Shape.Equal(v.Shape) && t.DType == v.DType {
			v.Op, v.Args, expr = o, args, e
		}
	}
}

// unstretch lets an expression read the operand of a broadcast: it stretches its
// operands itself.
func unstretch(v *ir.Value) {
	expr, first, _, _ := operandsOf(v)
	if expr == nil {
		return
	}
	for i := first; i < len(v.Args); i++ {
		if _, ok := v.Args[i].Op.(*op.Broadcast); !ok {
			continue
		}
		x := v.Args[i].Args[0]
		if _, ok := x.Op.(*op.Reshape); ok && !x.Shape.Batched() && x.Shape.Elements() == 1 {
			x = x.Args[0] // a scalar
		}
		args := slices.Clone(v.Args)
		args[i] = x
		if t, err := infer(v.Op, args); err == nil && t.Shape.Equal(v.Shape) {
			v.Args = args
		}
	}
}

// substitute replaces one operand of an expression.
func substitute(e scalar.Expr, arg int, by scalar.Expr) scalar.Expr {
	args := make([]scalar.Expr, max(arity(e), arg+1))
	for i := range args {
		args[i] = scalar.Arg(i)
	}
	args[arg] = by
	return scalar.Substitute(e, args)
}

// arity is one more than the greatest operand that an expression reads.
func arity(e scalar.Expr) int {
	switch e := e.(type) {
	case scalar.Arg:
		return int(e) + 1
	case scalar.Apply:
		n := 0
		for _, a := range e.Args {
			n = max(n, arity(a))
		}
		return n
	}
	return 0
}

// affineChain makes one scale and shift of two that follow each other, as
// Rescaling layers do.
func affineChain(v *ir.Value) {
	outer, ok := v.Op.(*op.Map)
	if !ok || len(v.Args) != 1 {
		return
	}
	x := v.Args[0]
	inner, ok := x.Op.(*op.Map)
	if !ok || len(x.Args) != 1 || !x.Shape.Equal(v.Shape) {
		return
	}
	a, b, ok := affine(outer.Expr)
	c, d, ok2 := affine(inner.Expr)
	if !ok || !ok2 {
		return
	}
	e := scalar.Call("add", scalar.Call("mul", scalar.Arg(0), scalar.Num(a*c)), scalar.Num(a*d+b))
	if scalar.UsesArg(e, 0) {
		v.Op, v.Args = &op.Map{Expr: e, Word: outer.Word}, x.Args
	}
}

// affine reads an expression as scale·Arg(0) + shift.
func affine(e scalar.Expr) (scale, shift float64, ok bool) {
	switch e := e.(type) {
	case scalar.Arg:
		return 1, 0, e == 0
	case scalar.Num:
		return 0, float64(e), true
	case scalar.Apply:
		if e.Fn == "neg" {
			a, b, ok := affine(e.Args[0])
			return -a, -b, ok
		}
		if len(e.Args) != 2 {
			return 0, 0, false
		}
		a, b, ok := affine(e.Args[0])
		c, d, ok2 := affine(e.Args[1])
		if !ok || !ok2 {
			return 0, 0, false
		}
		switch {
		case e.Fn == "add":
			return a + c, b + d, true
		case e.Fn == "sub":
			return a - c, b - d, true
		case e.Fn == "mul" && a == 0:
			return b * c, b * d, true
		case e.Fn == "mul" && c == 0:
			return a * d, b * d, true
		case e.Fn == "div" && c == 0 && d != 0:
			return a / d, b / d, true
		}
	}
	return 0, 0, false
}

// reshapeChain lets a reshape look through another, and a transposition through
// another.
func reshapeChain(v *ir.Value) {
	if len(v.Args) != 1 || len(v.Args[0].Args) != 1 {
		return
	}
	x := v.Args[0]
	switch o := v.Op.(type) {
	case *op.Reshape:
		if _, ok := x.Op.(*op.Reshape); ok {
			v.Args = x.Args
		}
	case *op.Transpose:
		if inner, ok := x.Op.(*op.Transpose); ok {
			perm := make([]int, len(o.Perm))
			for i, p := range o.Perm {
				perm[i] = inner.Perm[p]
			}
			v.Op, v.Args = &op.Transpose{Perm: perm}, x.Args
		}
	}
}

// identity is the operand that v is equal to, or nil.
func identity(v *ir.Value) *ir.Value {
	if len(v.Args) != 1 || !v.Args[0].Shape.Equal(v.Shape) || v.Args[0].DType != v.DType {
		return nil
	}
	x := v.Args[0]
	switch o := v.Op.(type) {
	case *op.Map:
		if o.Expr == scalar.Expr(scalar.Arg(0)) {
			return x
		}
	case *op.Reshape, *op.Broadcast:
		return x
	case *op.Reduce:
		if len(o.Axes) == 0 && o.Kind == loop.Sum && o.Expr == nil && o.Finish == nil {
			return x
		}
	case *op.Transpose:
		if slices.IsSorted(o.Perm) {
			return x
		}
	}
	return nil
}

// joinPads makes one value of a sum of parts that lie side by side, each among zeros:
// the gradient of a value that has been cut into slices.
func joinPads(v *ir.Value) {
	m, ok := v.Op.(*op.Map)
	if !ok || len(v.Args) < 2 || !scalar.AddsUp(m.Expr, len(v.Args)) {
		return
	}
	axis := -1
	for _, a := range v.Args {
		p, ok := a.Op.(*op.Pad)
		if !ok || p.Value != 0 || p.Interior != nil || !a.Shape.Equal(v.Shape) {
			return
		}
		for i := range p.Before {
			if p.Before[i]+p.After[i] > 0 && axis != i {
				if axis >= 0 {
					return
				}
				axis = i
			}
		}
	}
	if axis < 0 {
		return
	}
	from := func(a *ir.Value) int { return a.Op.(*op.Pad).Before[axis] }
	parts := slices.Clone(v.Args)
	slices.SortStableFunc(parts, func(a, b *ir.Value) int { return from(a) - from(b) })
	end := 0
	for i, a := range parts {
		if from(a) != end {
			return
		}
		end += a.Args[0].Shape[axis]
		parts[i] = a.Args[0]
	}
	if end == v.Shape[axis] {
		v.Op, v.Args = &op.Concat{Axis: axis}, parts
	}
}

// unpad lets a contraction read what zeros were put around instead of the
// padded copy: it leaves out what lies outside of its operands anyway.
func unpad(v *ir.Value) {
	for side := range 2 {
		for {
			k, ok := v.Op.(*op.Contract)
			if !ok {
				return
			}
			x := v.Args[side]
			p, ok := x.Op.(*op.Pad)
			if !ok || p.Value != 0 || slices.ContainsFunc(p.Interior, func(n int) bool { return n != 0 }) {
				break
			}
			c := *k
			list := &c.Lhs
			if side == 1 {
				list = &c.Rhs
			}
			*list = slices.Clone(*list)
			for i := range *list {
				(*list)[i].Offset -= p.Before[i]
			}
			v.Op, v.Args = &c, slices.Clone(v.Args)
			v.Args[side] = x.Args[0]
		}
	}
}

// beforeRounding are the values from which only maps and moves lead to a floor. There
// the last bit decides on a whole unit: quantized numbers that are scaled anew lie halfway
// between two others every so often, or next to it as float32 has it. So these are
// computed step by step as they are written.
func beforeRounding(g *ir.Graph) map[*ir.Value]bool {
	before := map[*ir.Value]bool{}
	for _, v := range slices.Backward(g.Values) {
		reaches := before[v]
		switch o := v.Op.(type) {
		case *op.Map:
			reaches = reaches || floors(o.Expr)
		case *op.Reshape, *op.Transpose, *op.Broadcast:
		default:
			continue
		}
		for _, a := range v.Args {
			before[a] = before[a] || reaches
		}
	}
	return before
}

// floors reports an expression that takes the whole part of something.
func floors(e scalar.Expr) bool {
	a, ok := e.(scalar.Apply)
	return ok && (a.Fn == "floor" || slices.ContainsFunc(a.Args, floors))
}
