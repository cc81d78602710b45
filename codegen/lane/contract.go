package lane

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/scalar"
)

// contraction writes the loops of a plan.
type contraction struct {
	*printer
	plan        *Plan
	share       Range       // of the points that share blocks
	chunk       Range       // of the points that have sums of their own
	sums        *gotree.Var // the array of these, while they are added to
	first       gotree.Expr // the first point of Share that has a place there
	left, right string      // what the elements and the views of a block are called
}

// Body is the plan as statements. The names of the loops are those of its axes, or
// ones like them. It reports whether these say which part of the result is a worker's.
func (p *Plan) Body(k Kernel) (body gotree.Block, divided bool) {
	c := &contraction{printer: newPrinter(k, p.Form, &body), plan: p, share: Range{Lo: gotree.Int(0)}}
	c.left, c.right = c.refs[Lhs].Var.Name[:1], c.refs[Rhs].Var.Name[:1]
	if c.left == c.right {
		c.right = "v"
	}
	var part Range // of the axis Divide
	if p.Divide >= 0 {
		v := c.vars[p.Divide].Name
		lo, hi := &gotree.Var{Name: v + "0"}, &gotree.Var{Name: v + "1"}
		share := gotree.CallExpr{Fn: gotree.Member{X: gotree.Word("t"), Name: "Share"}, Args: []gotree.Expr{p.Axes[p.Divide].N}}
		c.Add(gotree.Declare{Vars: []*gotree.Var{lo, hi}, Values: []gotree.Expr{share}})
		part = Range{Lo: lo, Hi: hi}
	}
	all := func(at int) Range {
		r := c.whole(at)
		if at == p.Divide {
			r.Lo, r.Hi, r.Static = part.Lo, part.Hi, false
		}
		return r
	}
	c.overAll(p.Outer, all, func() {
		switch p.Kind {
		case Single:
			c.single()
		default:
			if p.Share >= 0 {
				c.share = all(p.Share)
			}
			c.tiles()
		}
	})
	return body, p.Divide >= 0
}

// tiles writes the loop over the points that share a pass over the right operand.
func (c *contraction) tiles() {
	p := c.plan
	if p.Tile == 0 {
		c.part()
		return
	}
	lo, hi := &gotree.Var{Name: "from"}, &gotree.Var{Name: "to"}
	if p.Axes[p.Share].Rows {
		v := c.vars[p.Share].Name
		lo, hi = &gotree.Var{Name: v + "0"}, &gotree.Var{Name: v + "1"}
	}
	note := gotree.Say(p.Tile, "share each pass over", c.refs[Rhs].Var)
	c.strides(lo, hi, c.share, p.Tile, note, func() {
		c.share = Range{Lo: lo, Hi: hi, To: p.Axes[p.Share].N.Value}
		c.first = lo
		c.part()
	})
}

// strides writes a loop over a range, some points at a time: from lo to hi.
func (c *contraction) strides(lo, hi *gotree.Var, r Range, step int, note gotree.Note, body func()) {
	c.In(&gotree.For{Var: lo, From: r.Lo, To: r.Hi, Step: gotree.Int(step), Note: note}, func() {
		c.Add(gotree.Let(hi, gotree.CallOf("min", gotree.Binary{X: lo, Op: "+", Y: gotree.Int(step)}, r.Hi)))
		body()
	})
}

// part writes a part of the result: it is zeroed, blocks are added to it, and then
// it is finished.
func (c *contraction) part() {
	p, once := c.plan, c.plan.Once()
	if !once && !p.Source.Accumulate {
		c.clear()
	}
	if p.Share < 0 && p.Kind == Adds && p.Vec >= 0 {
		c.hold(Out, p.Vec, Value{}, p.Axes[p.Vec].N)
	}
	c.when(c.Guard(c.known, c.at), func() { c.tap(0) })
	if p.Source.Epilogue != nil && !once {
		c.eachShared(func() { c.finish(nil, p.columns(), Value{}, c.count(p.columns())) })
	}
}

// columns is the axis of the result that a part runs along; -1: it is one element.
func (p *Plan) columns() int {
	switch {
	case p.Kind != Dots:
		return p.Vec
	case len(p.Run) > 0:
		return p.Run[0]
	}
	return -1
}

func (c *contraction) count(at int) gotree.Number {
	if at < 0 {
		return gotree.Literal(1)
	}
	return c.Axes[at].N
}

// hold declares the view of an operand and returns it.
func (c *contraction) hold(operand, along int, from Value, n gotree.Number) gotree.Expr {
	v := c.view(operand, along, from, n)
	if v.plain {
		return v.Expr
	}
	c.Add(gotree.Let(c.names[operand], v.Expr))
	return c.names[operand]
}

// eachShared writes the loop over the points that share a block.
func (c *contraction) eachShared(body func()) {
	if c.plan.Share < 0 {
		body()
		return
	}
	c.over(c.plan.Share, c.share, body)
}

// clear zeroes a part of the result.
func (c *contraction) clear() {
	p, col := c.plan, c.plan.columns()
	n := c.count(col)
	plain := col >= 0 && p.step(col, Out).Is(1)
	if plain && p.Share >= 0 && p.step(p.Share, Out) == n {
		name := c.refs[Out].Var
		edge := func(limit gotree.Expr) gotree.Expr {
			return c.with(p.Share, value(limit), func() gotree.Expr {
				if at, ok := c.row(Out, col, Value{}, n); ok {
					name = c.Array(c.Operands[Out].Buf, n.Value) // and the compiler knows that the limits are within
					return at
				}
				name = c.run(Out)
				return c.with(col, Value{}, func() gotree.Expr { return c.Index(Out).At(c.at) })
			})
		}
		lo, hi := edge(c.share.Lo), edge(c.share.Hi)
		c.Add(gotree.Run("clear", gotree.Slice{X: name, From: lo, To: hi}))
		return
	}
	zero := func() { c.Add(gotree.Set(c.element(Out), "=", gotree.Int(0))) }
	c.eachShared(func() {
		switch {
		case col < 0:
			zero()
		case plain:
			v := c.view(Out, col, Value{}, n).Expr
			if pointer, ok := v.(gotree.Unary); ok {
				v = pointer.X
			}
			c.Add(gotree.Run("clear", gotree.Slice{X: v}))
		default:
			c.over(col, c.whole(col), zero)
		}
	})
}

// result is the view of the result at the current point: one that is held, where
// nothing shares blocks.
func (c *contraction) result(along int, from Value, n gotree.Number) gotree.Expr {
	if along < 0 {
		return c.element(Out)
	}
	if c.plan.Share < 0 && c.plan.Kind == Adds {
		if v := c.view(Out, along, from, n); v.plain {
			return v.Expr
		}
		return c.names[Out]
	}
	return c.hold(Out, along, from, n)
}

// each writes the loop along a view, or its points. Its variable is that of the axis.
func (c *contraction) each(along int, n gotree.Number, view gotree.Expr, body func(v Value)) {
	if along < 0 || c.plan.Unrolled {
		for i := range n.Value {
			body(Value{Plus: i})
		}
		return
	}
	v := c.vars[along]
	if !c.step(along, Out).Is(1) {
		view = n
	}
	c.In(&gotree.Range{Key: v, Over: view}, func() { body(Value{Of: v}) })
}

// finish applies the epilogue to n elements of a part that hold their sums, in a
// view that there may be of them.
func (c *contraction) finish(out gotree.Expr, along int, from Value, n gotree.Number) {
	if out == nil {
		out = c.result(along, from, n)
	}
	args := c.extras(along, from, n)
	c.each(along, n, out, func(v Value) {
		at := c.of(out, Out, along, v)
		c.assign(at, "=", at, args(v))
	})
}

// assign writes the epilogue of a sum.
func (c *contraction) assign(dst gotree.Expr, op string, sum gotree.Expr, args []gotree.Expr) {
	c.Add(c.Assign(dst, op, c.plan.Source.Epilogue, append([]gotree.Expr{sum}, args...), c.plan.Source.Word)...)
}

// extras declares what the epilogue reads along an axis, and gives its elements.
func (c *contraction) extras(along int, from Value, n gotree.Number) func(v Value) []gotree.Expr {
	var elements []func(v Value) gotree.Expr
	for operand := Extra; operand < len(c.Operands); operand++ {
		if c.refs[operand].Number || along < 0 || c.step(along, operand).Is(0) {
			e := c.element(operand)
			elements = append(elements, func(Value) gotree.Expr { return e })
			continue
		}
		view := c.hold(operand, along, from, n)
		elements = append(elements, func(v Value) gotree.Expr { return c.of(view, operand, along, v) })
	}
	return func(v Value) []gotree.Expr {
		return list(len(elements), func(k int) gotree.Expr { return elements[k](v) })
	}
}

// tap writes the loops over the taps from i on.
func (c *contraction) tap(i int) {
	p := c.plan
	if i < len(p.Taps) {
		at := p.Taps[i]
		c.chunked(at, c.tapRange(at), func(r Range) {
			c.over(at, r, func() { c.tap(i + 1) })
		})
		return
	}
	if p.Share >= 0 {
		defer func(r Range) { c.share = r }(c.share)
		c.share = c.limits(p.Share, c.inside(p.Share, c.share))
	}
	if p.Kind == Dots && p.Chunk == p.Vec {
		c.chunked(p.Vec, c.whole(p.Vec), func(r Range) {
			c.chunk = r
			c.runs()
		})
		return
	}
	c.runs()
}

// chunked writes the loop over the chunks of an axis that has such.
func (c *contraction) chunked(at int, r Range, body func(r Range)) {
	p := c.plan
	if at != p.Chunk {
		body(r)
		return
	}
	lo, hi := c.Pick("start"), c.Pick("end")
	c.strides(lo, hi, r, p.Points, gotree.Say("each chunk has sums of its own"), func() {
		r.Lo, r.Hi, r.Static = lo, hi, false
		if !p.Partial() {
			body(r)
			return
		}
		c.partials(func() { body(r) })
	})
}

// partials writes what adds to partial sums, which are then added to the result.
func (c *contraction) partials(body func()) {
	p := c.plan
	sums := c.Pick("sum")
	n, columns := p.Tile, c.Axes[p.Vec].N
	if n == 0 && p.Share >= 0 {
		n = c.Axes[p.Share].N.Value
	}
	var typ gotree.Expr = gotree.ArrayType{N: columns, Elem: c.Float()}
	if p.Share >= 0 {
		typ = gotree.ArrayType{N: gotree.Literal(n), Elem: typ}
	}
	c.Add(gotree.Zero{Vars: []*gotree.Var{sums}, Type: typ})
	c.sums = sums
	body()
	c.eachShared(func() {
		from := c.partial(sums)
		c.sums = nil
		out := c.result(p.Vec, Value{}, columns)
		c.each(p.Vec, columns, out, func(v Value) {
			c.Add(gotree.Set(c.of(out, Out, p.Vec, v), "+=", gotree.At(from, v.expr())))
		})
	})
}

// partial is the row of the partial sums at the current point.
func (c *contraction) partial(sums *gotree.Var) *gotree.Var {
	if c.plan.Share < 0 {
		return sums
	}
	var at gotree.Expr = c.vars[c.plan.Share]
	if c.first != nil {
		at = gotree.Binary{X: at, Op: "-", Y: c.first}
	}
	s := &gotree.Var{Name: c.Sum()}
	c.Add(gotree.Let(s, gotree.Unary{Op: "&", X: gotree.At(sums, at)}))
	return s
}

// inline reports an epilogue that fits into the expression of the sum: bias and
// relu.
func (p *Plan) inline() bool {
	if p.Source.Epilogue == nil {
		return true
	}
	uses, plain := 0, true
	var walk func(e scalar.Expr)
	walk = func(e scalar.Expr) {
		switch e := e.(type) {
		case scalar.Arg:
			if e == 0 {
				uses++
			}
		case scalar.Apply:
			plain = plain && slices.Contains([]string{"add", "sub", "mul", "div", "max", "min"}, e.Fn)
			for _, x := range e.Args {
				walk(x)
			}
		}
	}
	walk(p.Source.Epilogue)
	return uses == 1 && plain && scalar.Size(p.Source.Epilogue) <= 2
}

// store writes what becomes of a sum that is an expression.
func (c *contraction) store(dst, sum gotree.Expr, args []gotree.Expr) {
	p := c.plan
	switch {
	case p.Source.Epilogue == nil:
		c.Add(gotree.Set(dst, "=", sum))
	case p.inline():
		c.assign(dst, "=", sum, args)
	default:
		s := &gotree.Var{Name: c.Sum()}
		c.Add(gotree.Let(s, sum))
		c.assign(dst, "=", s, args)
	}
}
