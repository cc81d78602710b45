package pass

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
)

// maxFused is how many operations one expression may come to by fusion. Nothing
// is gained beyond: loading a value is a small part of such a kernel already,
// and its registers have run out long before.
const maxFused = 256

// fuse computes elementwise values where they are used or where they come
// from: a map inside its only user, another map or a reduction; a map of the
// result of a contraction or a gather-sum in the epilogue of that kernel; a map
// of a reduced value as the end of the reduction. What is elementwise goes to the
// side of a pooling that has fewer elements. A value with other uses, such
// as an activation that the backward pass reads, stays; nothing expensive is
// computed twice.
func fuse(g *ir.Graph) error {
	f := fuser{users: map[*ir.Value][]*ir.Value{}, root: map[*ir.Value]bool{}}
	for _, v := range g.Values {
		for _, a := range v.Args {
			f.use(a, v)
		}
	}
	for _, r := range g.Roots() {
		f.root[r] = true
	}
	// Producers come first, so that chains grow onto what is fused already.
	for _, v := range g.Values {
		switch v.Op.(type) {
		case *op.Map:
			distinct(v)
			f.absorb(v)
			rewrite(v)
			if !f.underPooling(v) {
				f.become(v)
			}
		case *op.Reduce:
			distinct(v)
			f.pastPooling(v)
			f.absorb(v)
			rewrite(v)
		}
	}
	for _, v := range g.Values {
		rewrite(v) // epilogues
	}
	return nil
}

// distinct makes a map or a reduction read each operand once.
func distinct(v *ir.Value) {
	expr, _, _, with := operandsOf(v)
	args, places, _ := mergeArgs(v.Args, -1, nil)
	if expr != nil && len(args) < len(v.Args) {
		v.Op, v.Args = with(scalar.Substitute(expr, places)), args
	}
	rewrite(v)
}

// rewrite tidies the expression of v.
func rewrite(v *ir.Value) {
	expr, _, _, with := operandsOf(v)
	if expr == nil {
		return
	}
	if e := tidy(expr); !scalar.Equal(e, expr) {
		v.Op = with(e)
	}
}

type fuser struct {
	users map[*ir.Value][]*ir.Value // distinct, in order
	root  map[*ir.Value]bool
}

func (f *fuser) use(v, by *ir.Value) {
	if !slices.Contains(f.users[v], by) {
		f.users[v] = append(f.users[v], by)
	}
}

// only reports whether user alone uses v.
func (f *fuser) only(v, user *ir.Value) bool {
	return !f.root[v] && len(f.users[v]) == 1 && f.users[v][0] == user
}

// redrawn reports whether a value is a comparison of random numbers: a mask.
// Drawing it again where it is used costs less than storing it.
func (f *fuser) redrawn(m *ir.Value) bool {
	inner, ok := m.Op.(*op.Map)
	return ok && !f.root[m] && len(m.Args) == 1 && drawn(m.Args[0]) && scalar.Size(inner.Expr) <= 1
}

// replace gives v another operation and other operands.
func (f *fuser) replace(v *ir.Value, o ir.Op, args []*ir.Value) {
	for _, a := range v.Args {
		f.users[a] = slices.DeleteFunc(f.users[a], func(u *ir.Value) bool { return u == v })
	}
	v.Op, v.Args = o, args
	for _, a := range args {
		f.use(a, v)
	}
}

// absorb takes the maps that v, a map or a reduction, reads into v.
func (f *fuser) absorb(v *ir.Value) {
	for i := 0; i < len(v.Args); {
		m := v.Args[i]
		inner, ok := m.Op.(*op.Map)
		if !ok || !f.only(m, v) && !f.redrawn(m) {
			i++
			continue
		}
		expr, _, _, with := operandsOf(v)
		if expr == nil {
			expr = scalar.Arg(0) // a reduction of its one operand
		}
		if scalar.Size(expr)+scalar.Size(inner.Expr) > maxFused || !f.worthIt(m, v, inner.Expr, occurrences(expr, i)) {
			i++
			continue
		}
		args, outerArgs, innerArgs := mergeArgs(v.Args, i, m.Args)
		outerArgs[i] = scalar.Substitute(inner.Expr, innerArgs)
		o := with(scalar.Substitute(expr, outerArgs))
		switch o := o.(type) {
		case *op.Map:
			o.Word = joinWords(inner.Word, o.Word)
		case *op.Reduce:
			if o.Mean { // the loss of a row: its word says more than mean
				o.Word = joinWords(inner.Word, o.Word)
			}
		}
		t, err := infer(o, args)
		if err != nil || !t.Shape.Equal(v.Shape) {
			i++
			continue
		}
		f.replace(v, o, args)
		i = 0
	}
}

// worthIt reports whether a map m may be computed at every point of its only
// user v, whose expression reads it so many times.
func (f *fuser) worthIt(m, v *ir.Value, expr scalar.Expr, times int) bool {
	points := v.Shape
	if _, ok := v.Op.(*op.Reduce); ok {
		points = ir.Shape{}
		for _, a := range v.Args {
			points, _ = ir.Broadcast(points, a.Shape)
		}
	}
	if !m.Shape.Equal(points) {
		// Broadcast: the same number again and again. That is fine for a product of scalars.
		return !m.Shape.Batched() && m.Shape.Elements() == 1 && cheap(expr) && times <= 1
	}
	return times <= 1 || cheap(expr)
}

// become makes a map the epilogue of the contraction or gather-sum, or the end
// of the reduction, that it reads.
func (f *fuser) become(v *ir.Value) {
	m := v.Op.(*op.Map)
	// The latest kernel takes the map: the others are operands, and come before it anyway.
	for i := len(v.Args) - 1; i >= 0; i-- {
		p := v.Args[i]
		if !f.only(p, v) || !p.Shape.Equal(v.Shape) || v.DType != ir.F32 {
			continue
		}
		var o ir.Op
		var args []*ir.Value
		switch k := p.Op.(type) {
		case *op.Contract, *op.GatherSum:
			if o, args = epilogue(m, v, i, p); o == nil {
				continue
			}
		case *op.Reduce:
			if len(v.Args) != 1 || k.Kind == loop.ArgMax {
				continue
			}
			c := *k
			c.Finish = m.Expr
			if k.Finish != nil {
				if occurrences(m.Expr, 0) > 1 && !cheap(k.Finish) {
					continue
				}
				c.Finish = scalar.Substitute(m.Expr, []scalar.Expr{k.Finish})
			}
			c.Word = joinWords(k.Word, m.Word)
			o, args = &c, p.Args
		default:
			continue
		}
		if t, err := infer(o, args); err != nil || !t.Shape.Equal(v.Shape) {
			continue
		}
		f.replace(v, o, args)
		// The kernel is still the work of the layer that it came from.
		v.Layer, v.Pos = p.Layer, p.Pos
		return
	}
}

// epilogue is kernel p with map m, which v applies to it as operand i, behind
// it; nil where that does not fit.
func epilogue(m *op.Map, v *ir.Value, i int, p *ir.Value) (ir.Op, []*ir.Value) {
	expr, first, _, with := operandsOf(p)
	if expr == nil {
		expr = scalar.Arg(0)
	}
	if scalar.Size(expr)+scalar.Size(m.Expr) > maxFused {
		return nil, nil
	}
	if occurrences(m.Expr, i) > 1 && !cheap(expr) {
		return nil, nil
	}
	for j, a := range v.Args {
		// Random numbers are drawn by plain loops alone.
		if j != i && (a.DType != ir.F32 || drawn(a)) {
			return nil, nil
		}
	}
	extras, outer, inner := mergeArgs(v.Args, i, p.Args[first:])
	// Operands of an epilogue are numbered after the sum.
	shift := func(es []scalar.Expr) {
		for j, e := range es {
			if a, ok := e.(scalar.Arg); ok {
				es[j] = a + 1
			}
		}
	}
	shift(outer)
	shift(inner)
	outer[i] = scalar.Substitute(expr, append([]scalar.Expr{scalar.Arg(0)}, inner...))
	o := with(scalar.Substitute(m.Expr, outer))
	switch k := o.(type) {
	case *op.Contract:
		k.Word = joinWords(k.Word, m.Word)
	case *op.GatherSum:
		k.Word = joinWords(k.Word, m.Word)
	}
	return o, slices.Concat(p.Args[:first], extras)
}

// drawn reports whether a value is random numbers, whatever their shape.
func drawn(v *ir.Value) bool {
	switch v.Op.(type) {
	case *op.Random:
		return true
	case *op.Reshape, *op.Transpose, *op.Broadcast, *op.Slice:
		return drawn(v.Args[0])
	}
	return false
}

// mergeArgs lists outer without its i-th operand, then what inner adds to them.
// The expressions say which place in that list an operand of either has; that
// of outer's i-th is for the caller to fill.
func mergeArgs(outer []*ir.Value, i int, inner []*ir.Value) (args []*ir.Value, outerArgs, innerArgs []scalar.Expr) {
	place := func(v *ir.Value) scalar.Expr {
		j := slices.Index(args, v)
		if j < 0 {
			j = len(args)
			args = append(args, v)
		}
		return scalar.Arg(j)
	}
	innerArgs = make([]scalar.Expr, len(inner))
	outerArgs = make([]scalar.Expr, len(outer))
	for j, a := range outer {
		if j == i {
			for n, b := range inner {
				innerArgs[n] = place(b)
			}
			continue
		}
		outerArgs[j] = place(a)
	}
	return args, outerArgs, innerArgs
}

// occurrences counts how often an expression reads an operand.
func occurrences(e scalar.Expr, arg int) int {
	switch e := e.(type) {
	case scalar.Arg:
		if int(e) == arg {
			return 1
		}
	case scalar.Apply:
		n := 0
		for _, a := range e.Args {
			n += occurrences(a, arg)
		}
		return n
	}
	return 0
}

// cheap reports whether an expression costs about what loading its result
// would: at most two sums, products or sign changes.
func cheap(e scalar.Expr) bool {
	if scalar.Size(e) > 2 {
		return false
	}
	a, ok := e.(scalar.Apply)
	return !ok || slices.Contains([]string{"add", "sub", "mul", "neg"}, a.Fn) && !slices.ContainsFunc(a.Args, func(x scalar.Expr) bool { return !cheap(x) })
}

// joinWords is what a fused computation is called: the names of its steps, in
// order, without those that only say which arithmetic they are.
func joinWords(first, second string) string {
	words := strings.Split(first, ", ")
	for _, w := range strings.Split(second, ", ") {
		if !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	said := slices.DeleteFunc(slices.Clone(words), func(w string) bool {
		f, ok := scalar.Funcs[strings.TrimSuffix(w, " gradient")]
		return w == "" || ok && f.Arity > 1
	})
	if len(said) == 0 {
		return second
	}
	return strings.Join(said, ", ")
}
