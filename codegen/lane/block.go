package lane

import (
	"github.com/nngen-go/nngen/codegen/gotree"
)

// runs writes the blocks.
func (c *contraction) runs() {
	p := c.plan
	if len(p.Run) != 1 {
		c.block(c.pointsOf(p.Run))
		return
	}
	at := p.Run[0]
	c.chunked(at, c.inside(at, c.whole(at)), func(r Range) {
		if r.Static {
			c.staticRun(at, r)
			return
		}
		v := c.vars[at]
		r = c.limits(at, r)
		c.Add(gotree.Let(v, r.Lo))
		step := gotree.Int(p.Block)
		c.In(&gotree.While{Cond: gotree.Binary{X: gotree.Binary{X: v, Op: "+", Y: step}, Op: "<=", Y: r.Hi}, Post: gotree.Set(v, "+=", step)},
			func() { c.points(at, v, 0, p.Block) })
		if !c.Axes[at].Blocks {
			c.In(&gotree.While{Cond: gotree.Binary{X: v, Op: "<", Y: r.Hi}, Post: gotree.Increment{Var: v}},
				func() { c.points(at, v, 0, 1) })
		}
	})
}

// staticRun writes the blocks of a run of which the limits are known.
func (c *contraction) staticRun(at int, r Range) {
	p, v := c.plan, c.vars[at]
	whole := (r.To - r.From) / p.Block * p.Block
	if whole == p.Block {
		c.points(at, nil, r.From, whole)
	} else if whole > 0 {
		c.In(&gotree.For{Var: v, From: gotree.Int(r.From), To: gotree.Int(r.From + whole), Step: gotree.Int(p.Block)},
			func() { c.points(at, v, 0, p.Block) })
	}
	rest := r.To - r.From - whole
	last := func() { c.points(at, nil, r.From+whole, rest) }
	switch {
	case rest > 0 && whole > 0:
		c.In(&gotree.Braces{Note: gotree.Say("the last", rest)}, last)
	case rest > 0:
		last()
	}
}

// points writes n points of a run from one on.
func (c *contraction) points(at int, base gotree.Expr, from, n int) {
	points := make([][]Value, n)
	for k := range points {
		points[k] = []Value{{base, from + k}}
	}
	c.block(points)
	c.at[at] = Value{Of: c.vars[at]}
}

// stand sets the axes of a run to a point.
func (c *contraction) stand(point []Value) {
	for i, at := range c.plan.Run {
		c.at[at] = point[i]
	}
}

// block is some points of a run, of which the products are taken together.
type block struct {
	*contraction
	points [][]Value
}

// block writes some points of the run.
func (c *contraction) block(points [][]Value) {
	names := make([]Value, len(c.plan.Run))
	for i, at := range c.plan.Run {
		names[i] = c.at[at]
	}
	b := block{c, points}
	if c.plan.Kind == Dots {
		b.dots()
	} else {
		b.add()
	}
	c.stand(names)
}

// declared declares the views of an operand along an axis at every point, and gives
// them.
func (b block) declared(letter string, operand, along int, from Value, n gotree.Number) func(k int) gotree.Expr {
	plain := true
	views := list(len(b.points), func(k int) gotree.Expr {
		b.stand(b.points[k])
		v := b.view(operand, along, from, n)
		plain = plain && v.plain
		return v.Expr
	})
	if plain {
		return func(k int) gotree.Expr { return views[k] }
	}
	vars, of := numbered(letter, len(b.points))
	b.several(vars, views)
	return of
}

// add writes a block of which the products are added to the result, or stored
// where they are all.
func (b block) add() {
	p, n := b.plan, b.count(b.plan.Vec)
	right := func(k int, v Value) gotree.Expr { return b.rightElement(k, n, v) }
	if !p.Unrolled && p.Vec >= 0 {
		rights := b.declared(b.right, Rhs, p.Vec, Value{}, n)
		right = func(k int, v Value) gotree.Expr { return b.of(rights(k), Rhs, p.Vec, v) }
	}
	between := p.Rows && p.Share >= 0 && len(b.points) > 1
	var lefts func(k int) gotree.Expr
	if between { // rows of the left factor, of which each point takes one element
		lefts = b.declared(b.left, Lhs, p.Share, Value{}, b.Axes[p.Share].N)
	}
	b.eachShared(func() {
		var left func(k int, v Value) gotree.Expr
		switch {
		case between:
			at := b.at[p.Share]
			vars, of := numbered("a", len(b.points))
			b.several(vars, list(len(b.points), func(k int) gotree.Expr { return b.of(lefts(k), Lhs, p.Share, at) }))
			left = func(k int, _ Value) gotree.Expr { return of(k) }
		case p.Vec >= 0 && !b.step(p.Vec, Lhs).Is(0):
			views := b.declared(b.left, Lhs, p.Vec, Value{}, n)
			left = func(k int, v Value) gotree.Expr { return b.of(views(k), Lhs, p.Vec, v) }
		default:
			elements := b.elements()
			left = func(k int, _ Value) gotree.Expr { return elements(k) }
		}
		b.products(n, func(v Value) gotree.Expr {
			return gotree.Added(list(len(b.points), func(k int) gotree.Expr { return b.Rounded(product(left(k, v), right(k, v))) }))
		})
	})
}

// rightElement is an element of the right factor at point k, where it is read but
// once.
func (b block) rightElement(k int, n gotree.Number, v Value) gotree.Expr {
	vec := b.plan.Vec
	b.stand(b.points[k])
	if vec < 0 {
		return b.element(Rhs)
	}
	if at, ok := b.row(Rhs, vec, Value{}, span(n, b.step(vec, Rhs))); ok && value(at).Of == nil {
		return b.of(b.view(Rhs, vec, Value{}, n).Expr, Rhs, vec, v)
	}
	return b.with(vec, v, func() gotree.Expr { return b.element(Rhs) })
}

// products writes the loop that adds sums of products to the result, or to partial
// sums, or stores them where they are all.
func (c *contraction) products(n gotree.Number, total func(v Value) gotree.Expr) {
	p, once := c.plan, c.plan.Once()
	if c.sums != nil {
		out := c.partial(c.sums)
		c.each(p.Vec, n, out, func(v Value) { c.Add(gotree.Set(gotree.At(out, v.expr()), "+=", total(v))) })
		return
	}
	out := c.result(p.Vec, Value{}, n)
	args := func(Value) []gotree.Expr { return nil }
	if once {
		args = c.extras(p.Vec, Value{}, n)
	}
	c.each(p.Vec, n, out, func(v Value) {
		sum, dst := total(v), c.of(out, Out, p.Vec, v)
		if once {
			c.store(dst, sum, args(v))
		} else {
			c.Add(gotree.Set(dst, "+=", sum))
		}
	})
}

// elements declares the elements of the left factor at the points of a block.
func (b block) elements() func(k int) gotree.Expr {
	vars, of := numbered(b.left, len(b.points))
	if len(b.points) > 1 && len(b.plan.Run) == 1 {
		at := b.plan.Run[0]
		if step := b.step(at, Lhs); step.Known() && step.Value > 0 {
			b.stand(b.points[0])
			view := b.hold(Lhs, at, b.points[0][0], gotree.Literal(len(b.points)))
			b.several(vars, list(len(b.points), func(k int) gotree.Expr { return gotree.At(view, gotree.Int(k*step.Value)) }))
			return of
		}
	}
	b.several(vars, list(len(b.points), func(k int) gotree.Expr {
		b.stand(b.points[k])
		return b.element(Lhs)
	}))
	return of
}
