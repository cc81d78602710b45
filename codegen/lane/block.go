package lane

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
)

// stand sets the axes of a run to a point.
func (c *contraction) stand(point []Value) {
	for i, at := range c.plan.Run {
		c.at[at] = point[i]
	}
}

// block prints some points of the run.
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
// their names.
func (c *contraction) declared(letter string, points [][]Value, operand, along int, from Value, n gotree.Number) func(k int) string {
	views := make([]view, len(points))
	for k, at := range points {
		c.stand(at)
		views[k] = c.view(operand, along, from, n)
	}
	if !slices.ContainsFunc(views, func(v view) bool { return v.name == "" }) {
		return func(k int) string { return views[k].name }
	}
	name := numbered(letter)
	c.several(len(views), name, func(k int) string { return views[k].expr })
	return name
}

// add prints a block of which the products are added to the result, or stored
// where they are all.
func (c *contraction) add(points [][]Value) {
	p, n := c.plan, c.count(c.plan.Vec)
	right := func(k int, v Value) string { // an element where it is read but once
		c.stand(points[k])
		if p.Vec < 0 {
			return c.element(Rhs)
		}
		if at, ok := c.row(Rhs, p.Vec, Value{}, span(n, c.step(p.Vec, Rhs))); ok && value(at).Name == "" {
			return c.of(c.view(Rhs, p.Vec, Value{}, n).name, Rhs, p.Vec, v)
		}
		return c.with(p.Vec, v, func() string { return c.element(Rhs) })
	}
	if !p.Unrolled && p.Vec >= 0 {
		rights := c.declared(c.right, points, Rhs, p.Vec, Value{}, n)
		right = func(k int, v Value) string { return c.of(rights(k), Rhs, p.Vec, v) }
	}
	between := p.Rows && p.Share >= 0 && len(points) > 1
	var lefts func(k int) string
	if between { // rows of the left factor, of which each point takes one element
		lefts = c.declared(c.left, points, Lhs, p.Share, Value{}, c.Axes[p.Share].N)
	}
	c.eachShared(func() {
		left := func(k int, _ Value) string { return fmt.Sprint(c.left, k) }
		switch {
		case between:
			at := c.at[p.Share]
			left = func(k int, _ Value) string { return fmt.Sprint("a", k) }
			c.several(len(points), numbered("a"), func(k int) string { return c.of(lefts(k), Lhs, p.Share, at) })
		case p.Vec >= 0 && !c.step(p.Vec, Lhs).Is(0):
			views := c.declared(c.left, points, Lhs, p.Vec, Value{}, n)
			left = func(k int, v Value) string { return c.of(views(k), Lhs, p.Vec, v) }
		default:
			c.elements(points)
		}
		out, once := "", p.Once()
		if c.sums != "" {
			out = c.partial(c.sums)
		} else {
			out = c.result(p.Vec, Value{}, n)
		}
		args := func(Value) []string { return nil }
		if once {
			args = c.extras(p.Vec, Value{}, n)
		}
		c.each(p.Vec, n, out, func(v Value) {
			total := sum(len(points), func(k int) string { return c.Rounded(left(k, v) + "*" + right(k, v)) })
			switch {
			case c.sums != "":
				c.Line("%s[%s] += %s", out, v, total)
			case once:
				c.store(c.of(out, Out, p.Vec, v), total, args(v))
			default:
				c.Line("%s += %s", c.of(out, Out, p.Vec, v), total)
			}
		})
	})
}

// elements declares the elements of the left factor at the points of a block.
func (c *contraction) elements(points [][]Value) {
	name := numbered(c.left)
	if len(points) > 1 && len(c.plan.Run) == 1 {
		at := c.plan.Run[0]
		if step := c.step(at, Lhs); step.Known() && step.Value > 0 {
			c.stand(points[0])
			view := c.hold(Lhs, at, points[0][0], gotree.Literal(len(points)))
			c.several(len(points), name, func(k int) string { return fmt.Sprintf("%s[%d]", view, k*step.Value) })
			return
		}
	}
	texts := make([]string, len(points))
	for k, at := range points {
		c.stand(at)
		texts[k] = c.element(Lhs)
	}
	c.several(len(texts), name, func(k int) string { return texts[k] })
}

// partsOfOne is how many sums a single one is taken in: one would wait for itself.
const partsOfOne = 4

// dots prints the products of a row of the left factor with some of the right.
func (c *contraction) dots(points [][]Value) {
	p, once := c.plan, c.plan.Once()
	from, n := Value{}, c.Axes[p.Vec].N
	if p.Chunk == p.Vec {
		from, n = value(c.chunk.Lo), gotree.Number{Text: c.chunk.Hi + "-" + c.chunk.Lo}
	}
	var rights func(k int) string
	single := len(points) == 1 && p.Chunk < 0 && n.Known() && n.Value >= partsOfOne*blockPoints
	rights = c.declared(c.right, points, Rhs, p.Vec, from, n)
	c.eachShared(func() {
		c.stand(points[0])
		left := c.hold(Lhs, p.Vec, from, n)
		view, out := "", func(k int) string { return c.element(Out) }
		if len(p.Run) > 0 {
			view = c.hold(Out, p.Run[0], points[0][0], gotree.Literal(len(points)))
			out = func(k int) string { return fmt.Sprintf("%s[%d]", view, k) }
		}
		float := c.Float()
		if terms := p.Axes[p.Vec].Most / 2; p.Chunk < 0 && (single && terms > 2*p.Sums.Variable || !single && terms > p.Sums.Variable) {
			float = "float64"
		}
		total := c.summed(points, left, rights, float, single)
		if float != c.Float() {
			plain := total
			total = func(k int) string { return c.Float() + "(" + plain(k) + ")" }
		}
		op := "+="
		if once {
			op = "="
		}
		if once && p.Source.Epilogue != nil && len(points) == 1 {
			c.stand(points[0])
			args := c.extras(-1, Value{}, gotree.Literal(1))(Value{})
			c.Assign(out(0), "=", p.Source.Epilogue, append([]string{total(0)}, args...), p.Source.Word, false)
			return
		}
		for k := range points {
			c.Line("%s %s %s", out(k), op, total(k))
		}
		if once && p.Source.Epilogue != nil {
			name := c.at[p.Run[0]]
			c.at[p.Run[0]] = Value{Name: c.vars[p.Run[0]]}
			c.finish(view, p.Run[0], points[0][0], gotree.Literal(len(points)))
			c.at[p.Run[0]] = name
		}
	})
}

// summed prints the loop along the sums, and names them.
func (c *contraction) summed(points [][]Value, left string, rights func(k int) string, float string, single bool) func(k int) string {
	p := c.plan
	s, v := numbered("s"), Value{Name: c.vars[p.Vec]}
	term := func(product string) string {
		if float != c.Float() {
			return float + "(" + product + ")"
		}
		return c.Rounded(product)
	}
	if n := c.Axes[p.Vec].N.Value; single {
		quarter := n / partsOfOne
		c.Line("var %s %s", list(partsOfOne, s), float)
		c.Line("for %s := range %d {", v, quarter)
		for k := range partsOfOne {
			at := Value{v.Name, k * quarter}
			c.Line("%s += %s", s(k), term(c.of(left, Lhs, p.Vec, at)+"*"+c.of(rights(0), Rhs, p.Vec, at)))
		}
		c.Line("}")
		for k := partsOfOne * quarter; k < n; k++ {
			c.Line("%s += %s", s(k%partsOfOne), term(c.of(left, Lhs, p.Vec, Value{Plus: k})+"*"+c.of(rights(0), Rhs, p.Vec, Value{Plus: k})))
		}
		return func(int) string { return "(s0 + s1) + (s2 + s3)" }
	}
	c.Line("var %s %s", list(len(points), s), float)
	c.Line("for %s, d := range %s {", v, left)
	for k := range points {
		c.Line("%s += %s", s(k), term("d*"+c.of(rights(k), Rhs, p.Vec, v)))
	}
	c.Line("}")
	return s
}

// single prints one element after the other.
func (c *contraction) single() {
	p := c.plan
	s, float := "s", c.Float()
	if p.points(p.reduced()) > p.Sums.Variable {
		float = "float64"
	}
	c.Line("var %s %s", s, float)
	if !p.Void {
		ends := len(p.Taps)
		if g := c.Guard(c.known, c.at); g != "" {
			c.Line("if %s {", g)
			ends++
		}
		c.taps(p.Taps)
		product := c.element(Lhs) + "*" + c.element(Rhs)
		if float == c.Float() {
			product = c.Rounded(product)
		} else {
			product = float + "(" + product + ")"
		}
		c.Line("%s += %s", s, product)
		c.close(ends)
	}
	if float != c.Float() {
		s = c.Float() + "(" + s + ")"
	}
	var args []string
	for operand := range c.Operands[Extra:] {
		args = append(args, c.element(Extra+operand))
	}
	op := "="
	if p.Source.Accumulate {
		op = "+="
	}
	e := p.Source.Epilogue
	if e == nil {
		c.Line("%s %s %s", c.element(Out), op, s)
		return
	}
	c.Assign(c.element(Out), op, e, append([]string{s}, args...), p.Source.Word, false)
}
