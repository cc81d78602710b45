package lane

import "github.com/nngen-go/nngen/codegen/gotree"

// partsOfOne is how many sums a single one is taken in: one would wait for itself.
const partsOfOne = 4

// dots are the products of a row of the left factor with some of the right, each
// the sum over the points of Vec from one on, held in variables of some type.
type dots struct {
	block
	from   Value
	n      gotree.Number
	float  gotree.Word
	left   gotree.Expr
	rights func(k int) gotree.Expr
}

// dots writes the products of a row of the left factor with some of the right.
func (b block) dots() {
	p, c := b.plan, b.contraction
	d := dots{block: b, n: c.Axes[p.Vec].N, float: c.Float()}
	if p.Chunk == p.Vec {
		d.from, d.n = value(c.chunk.Lo), gotree.Number{As: gotree.Op(c.chunk.Hi, "-", c.chunk.Lo)}
	}
	single := len(b.points) == 1 && p.Chunk < 0 && d.n.Known() && d.n.Value >= partsOfOne*blockPoints
	d.rights = b.declared(c.right, Rhs, p.Vec, d.from, d.n)
	c.eachShared(func() {
		c.stand(b.points[0])
		d.left = c.hold(Lhs, p.Vec, d.from, d.n)
		var view gotree.Expr
		out := func(int) gotree.Expr { return c.element(Out) }
		if len(p.Run) > 0 {
			view = c.hold(Out, p.Run[0], b.points[0][0], gotree.Literal(len(b.points)))
			out = func(k int) gotree.Expr { return gotree.At(view, gotree.Int(k)) }
		}
		if terms := p.Axes[p.Vec].Most / 2; p.Chunk < 0 && (single && terms > 2*p.Sums.Variable || !single && terms > p.Sums.Variable) {
			d.float = "float64"
		}
		var totals []gotree.Expr
		if single {
			totals = d.quarters()
		} else {
			totals = d.summed()
		}
		if d.float != c.Float() {
			for k, t := range totals {
				totals[k] = converted(c.Float(), t)
			}
		}
		b.storeDots(view, out, totals)
	})
}

// storeDots writes what becomes of sums.
func (b block) storeDots(view gotree.Expr, out func(k int) gotree.Expr, totals []gotree.Expr) {
	p, c, once := b.plan, b.contraction, b.plan.Once()
	op := "+="
	if once {
		op = "="
	}
	if once && p.Source.Epilogue != nil && len(b.points) == 1 {
		c.stand(b.points[0])
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
		c.finish(view, p.Run[0], b.points[0][0], gotree.Literal(len(b.points)))
		c.at[p.Run[0]] = name
	}
}

// quarters writes the loop along a single sum, taken in four.
func (d *dots) quarters() []gotree.Expr {
	p, c, right := d.plan, d.contraction, d.rights(0)
	v, n := c.vars[p.Vec], c.Axes[p.Vec].N.Value
	vars, s := numbered("s", partsOfOne)
	quarter := n / partsOfOne
	add := func(k int, at Value) {
		c.Add(gotree.Set(s(k), "+=", c.term(d.float, c.of(d.left, Lhs, p.Vec, at), c.of(right, Rhs, p.Vec, at))))
	}
	c.Add(gotree.Zero{Vars: vars, Type: d.float})
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
func (d *dots) summed() []gotree.Expr {
	p, c, n := d.plan, d.contraction, len(d.points)
	vars, s := numbered("s", n)
	v, e := c.vars[p.Vec], &gotree.Var{Name: "d"}
	c.Add(gotree.Zero{Vars: vars, Type: d.float})
	c.In(&gotree.Range{Key: v, Value: e, Over: d.left}, func() {
		for k := range n {
			c.Add(gotree.Set(s(k), "+=", c.term(d.float, e, c.of(d.rights(k), Rhs, p.Vec, Value{Of: v}))))
		}
	})
	return list(n, s)
}
