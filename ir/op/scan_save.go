package op

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/scalar"
)

// save has a scan stack those values of its body that the gradient needs and that
// cost a product or a function to compute again. What follows from others by a few
// sums and products is computed again where it is needed.
func (s *Scan) save(b *ir.Builder) {
	all := func(n int) []*ir.Value { return slices.Repeat([]*ir.Value{s.Body.Outputs[0]}, n) }
	scratch := *b
	r := s.reversed(&scratch, seeds{stacked: all(s.outputs()), sums: all(s.Sums)})
	if r == nil {
		return // the mistake is found where the gradient is built
	}
	needed := map[*ir.Value]bool{}
	for _, v := range r.builder.Graph.Values[r.step:] {
		for _, a := range v.Args {
			needed[a] = true
		}
	}
	for _, g := range r.grads {
		needed[g] = true
	}
	there := map[*ir.Value]bool{}
	for _, v := range slices.Concat(s.Body.Inputs, s.Body.Outputs[s.Carried:len(s.Body.Outputs)-s.Sums]) {
		there[v] = true
	}
	var saved []*ir.Value
	for _, v := range s.Body.Values {
		if there[v] {
			continue
		}
		there[v] = cheap(v.Op) && !slices.ContainsFunc(v.Args, func(a *ir.Value) bool { return !there[a] })
		if needed[r.copies[v]] && !there[v] && v.Shape.Batched() && v.DType == ir.F32 {
			there[v] = true
			saved = append(saved, v)
		}
	}
	at := len(s.Body.Outputs) - s.Sums
	s.Body.Outputs = slices.Insert(slices.Clone(s.Body.Outputs), at, saved...)
}

// cheap reports an operation that costs no more than reading its result.
func cheap(o ir.Op) bool {
	switch o := o.(type) {
	case *Const, *Slice, *Reshape, *Transpose, *Broadcast, *Concat, *Pad:
		return true
	case *Map:
		return plainArithmetic(o.Expr)
	}
	return false
}

// plainArithmetic reports an expression without functions that take long.
func plainArithmetic(e scalar.Expr) bool {
	a, ok := e.(scalar.Apply)
	if !ok {
		return true
	}
	switch a.Fn {
	case "add", "sub", "mul", "neg", "max", "min", "abs", "sign", "select", "eq", "lt", "le", "gt", "ge":
		return !slices.ContainsFunc(a.Args, func(x scalar.Expr) bool { return !plainArithmetic(x) })
	}
	return false
}
