package lane

import (
	"fmt"

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
		c.In(&gotree.While{Cond: gotree.Binary{X: v, Op: "<", Y: r.Hi}, Post: gotree.Increment{Var: v}},
			func() { c.points(at, v, 0, 1) })
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
		c.In(&gotree.Braces{Note: fmt.Sprintf("the last %d", rest)}, last)
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

// block writes some points of the run.
func (c *contraction) block(points [][]Value) {
	names := make([]Value, len(c.plan.Run))
	for i, at := range c.plan.Run {
		names[i] = c.at[at]
	}
	if c.plan.Kind == Dots {
		c.dots(points)
	} else {
		c.add(points)
	}
	c.stand(names)
}

// declared declares the views of an operand along an axis at every point, and gives
// them.
func (c *contraction) declared(letter string, points [][]Value, operand, along int, from Value, n gotree.Number) func(k int) gotree.Expr {
	plain := true
	views := list(len(points), func(k int) gotree.Expr {
		c.stand(points[k])
		v := c.view(operand, along, from, n)
		plain = plain && v.plain
		return v.Expr
	})
	if plain {
		return func(k int) gotree.Expr { return views[k] }
	}
	vars, of := numbered(letter, len(points))
	c.several(vars, views)
	return of
}

// add writes a block of which the products are added to the result, or stored
// where they are all.
func (c *contraction) add(points [][]Value) {
	p, n := c.plan, c.count(c.plan.Vec)
	right := func(k int, v Value) gotree.Expr { return c.rightElement(points[k], n, v) }
	if !p.Unrolled && p.Vec >= 0 {
		rights := c.declared(c.right, points, Rhs, p.Vec, Value{}, n)
		right = func(k int, v Value) gotree.Expr { return c.of(rights(k), Rhs, p.Vec, v) }
	}
	between := p.Rows && p.Share >= 0 && len(points) > 1
	var lefts func(k int) gotree.Expr
	if between { // rows of the left factor, of which each point takes one element
		lefts = c.declared(c.left, points, Lhs, p.Share, Value{}, c.Axes[p.Share].N)
	}
	c.eachShared(func() {
		var left func(k int, v Value) gotree.Expr
		switch {
		case between:
			at := c.at[p.Share]
			vars, of := numbered("a", len(points))
			c.several(vars, list(len(points), func(k int) gotree.Expr { return c.of(lefts(k), Lhs, p.Share, at) }))
			left = func(k int, _ Value) gotree.Expr { return of(k) }
		case p.Vec >= 0 && !c.step(p.Vec, Lhs).Is(0):
			views := c.declared(c.left, points, Lhs, p.Vec, Value{}, n)
			left = func(k int, v Value) gotree.Expr { return c.of(views(k), Lhs, p.Vec, v) }
		default:
			elements := c.elements(points)
			left = func(k int, _ Value) gotree.Expr { return elements(k) }
		}
		c.products(n, func(v Value) gotree.Expr {
			return gotree.Added(list(len(points), func(k int) gotree.Expr { return c.Rounded(product(left(k, v), right(k, v))) }))
		})
	})
}

// rightElement is an element of the right factor at a point, where it is read but
// once.
func (c *contraction) rightElement(point []Value, n gotree.Number, v Value) gotree.Expr {
	vec := c.plan.Vec
	c.stand(point)
	if vec < 0 {
		return c.element(Rhs)
	}
	if at, ok := c.row(Rhs, vec, Value{}, span(n, c.step(vec, Rhs))); ok && value(at).Of == nil {
		return c.of(c.view(Rhs, vec, Value{}, n).Expr, Rhs, vec, v)
	}
	return c.with(vec, v, func() gotree.Expr { return c.element(Rhs) })
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
func (c *contraction) elements(points [][]Value) func(k int) gotree.Expr {
	vars, of := numbered(c.left, len(points))
	if len(points) > 1 && len(c.plan.Run) == 1 {
		at := c.plan.Run[0]
		if step := c.step(at, Lhs); step.Known() && step.Value > 0 {
			c.stand(points[0])
			view := c.hold(Lhs, at, points[0][0], gotree.Literal(len(points)))
			c.several(vars, list(len(points), func(k int) gotree.Expr { return gotree.At(view, gotree.Int(k*step.Value)) }))
			return of
		}
	}
	c.several(vars, list(len(points), func(k int) gotree.Expr {
		c.stand(points[k])
		return c.element(Lhs)
	}))
	return of
}

// partsOfOne is how many sums a single one is taken in: one would wait for itself.
const partsOfOne = 4

// dots writes the products of a row of the left factor with some of the right.
func (c *contraction) dots(points [][]Value) {
	p := c.plan
	from, n := Value{}, c.Axes[p.Vec].N
	if p.Chunk == p.Vec {
		from, n = value(c.chunk.Lo), gotree.Number{Text: gotree.Binary{X: c.chunk.Hi, Op: "-", Y: c.chunk.Lo}.String()}
	}
	single := len(points) == 1 && p.Chunk < 0 && n.Known() && n.Value >= partsOfOne*blockPoints
	rights := c.declared(c.right, points, Rhs, p.Vec, from, n)
	c.eachShared(func() {
		c.stand(points[0])
		left := c.hold(Lhs, p.Vec, from, n)
		var view gotree.Expr
		out := func(int) gotree.Expr { return c.element(Out) }
		if len(p.Run) > 0 {
			view = c.hold(Out, p.Run[0], points[0][0], gotree.Literal(len(points)))
			out = func(k int) gotree.Expr { return gotree.At(view, gotree.Int(k)) }
		}
		float := c.Float()
		if terms := p.Axes[p.Vec].Most / 2; p.Chunk < 0 && (single && terms > 2*p.Sums.Variable || !single && terms > p.Sums.Variable) {
			float = "float64"
		}
		var totals []gotree.Expr
		if single {
			totals = c.quarters(left, rights(0), float)
		} else {
			totals = c.summed(len(points), left, rights, float)
		}
		if float != c.Float() {
			for k, t := range totals {
				totals[k] = converted(c.Float(), t)
			}
		}
		c.storeDots(points, view, out, totals)
	})
}

// storeDots writes what becomes of sums.
func (c *contraction) storeDots(points [][]Value, view gotree.Expr, out func(k int) gotree.Expr, totals []gotree.Expr) {
	p, once := c.plan, c.plan.Once()
	op := "+="
	if once {
		op = "="
	}
	if once && p.Source.Epilogue != nil && len(points) == 1 {
		c.stand(points[0])
		args := c.extras(-1, Value{}, gotree.Literal(1))(Value{})
		c.assign(out(0), "=", totals[0], args)
		return
	}
	for k, t := range totals {
		c.Add(gotree.Set(out(k), op, t))
	}
	if once && p.Source.Epilogue != nil {
		name := c.at[p.Run[0]]
		c.at[p.Run[0]] = Value{Of: c.vars[p.Run[0]]}
		c.finish(view, p.Run[0], points[0][0], gotree.Literal(len(points)))
		c.at[p.Run[0]] = name
	}
}

// term is a product that is added to a sum of some type.
func (c *contraction) term(float gotree.Word, x, y gotree.Expr) gotree.Expr {
	if float != c.Float() {
		return converted(float, product(x, y))
	}
	return c.Rounded(product(x, y))
}

// quarters writes the loop along a single sum, taken in four.
func (c *contraction) quarters(left, right gotree.Expr, float gotree.Word) []gotree.Expr {
	p := c.plan
	v, n := c.vars[p.Vec], c.Axes[p.Vec].N.Value
	vars, s := numbered("s", partsOfOne)
	quarter := n / partsOfOne
	add := func(k int, at Value) {
		c.Add(gotree.Set(s(k), "+=", c.term(float, c.of(left, Lhs, p.Vec, at), c.of(right, Rhs, p.Vec, at))))
	}
	c.Add(gotree.Zero{Vars: vars, Type: float})
	c.In(&gotree.Range{Key: v, Over: gotree.Int(quarter)}, func() {
		for k := range partsOfOne {
			add(k, Value{v, k * quarter})
		}
	})
	for k := partsOfOne * quarter; k < n; k++ {
		add(k%partsOfOne, Value{Plus: k})
	}
	pair := func(k int) gotree.Expr { return gotree.Paren{X: gotree.Binary{X: s(k), Op: "+", Y: s(k + 1)}} }
	return []gotree.Expr{gotree.Binary{X: pair(0), Op: "+", Y: pair(2)}}
}

// summed writes the loop along some sums.
func (c *contraction) summed(n int, left gotree.Expr, rights func(k int) gotree.Expr, float gotree.Word) []gotree.Expr {
	p := c.plan
	vars, s := numbered("s", n)
	v, d := c.vars[p.Vec], &gotree.Var{Name: "d"}
	c.Add(gotree.Zero{Vars: vars, Type: float})
	c.In(&gotree.Range{Key: v, Value: d, Over: left}, func() {
		for k := range n {
			c.Add(gotree.Set(s(k), "+=", c.term(float, d, c.of(rights(k), Rhs, p.Vec, Value{Of: v}))))
		}
	})
	return list(n, s)
}

// single writes one element after the other.
func (c *contraction) single() {
	p := c.plan
	s, float := &gotree.Var{Name: "s"}, c.Float()
	if p.points(p.reduced()) > p.Sums.Variable {
		float = "float64"
	}
	c.Add(gotree.Zero{Vars: []*gotree.Var{s}, Type: float})
	if !p.Void {
		c.when(c.Guard(c.known, c.at), func() {
			c.overAll(p.Taps, c.tapRange, func() { c.Add(gotree.Set(s, "+=", c.term(float, c.element(Lhs), c.element(Rhs)))) })
		})
	}
	var total gotree.Expr = s
	if float != c.Float() {
		total = converted(c.Float(), s)
	}
	args := list(len(c.Operands)-Extra, func(k int) gotree.Expr { return c.element(Extra + k) })
	op := "="
	if p.Source.Accumulate {
		op = "+="
	}
	if p.Source.Epilogue == nil {
		c.Add(gotree.Set(c.element(Out), op, total))
		return
	}
	c.assign(c.element(Out), op, total, args)
}
