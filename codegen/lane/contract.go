package lane

import (
	"cmp"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/scalar"
)

// contraction prints the loops of a plan.
type contraction struct {
	*printer
	plan        *Plan
	share       Range  // of the points that share blocks
	chunk       Range  // of the points that have sums of their own
	sums        string // the array of these, while they are added to
	first       string // the first point of Share that has a place there
	left, right string // what the elements and the views of a block are called
}

// Print prints a plan. The names of the loops are those of its axes, or ones like
// them. It reports whether the text says which part of the result is a worker's.
func (p *Plan) Print(k Kernel) (divided bool) {
	c := &contraction{printer: newPrinter(k, p.Form), plan: p, share: Range{Lo: "0"}}
	c.left, c.right = c.refs[Lhs].Name[:1], c.refs[Rhs].Name[:1]
	if c.left == c.right {
		c.right = "v"
	}
	if p.Divide >= 0 {
		c.Line("%[1]s0, %[1]s1 := t.Share(%[2]s)", c.vars[p.Divide], p.Axes[p.Divide].N)
	}
	for _, at := range p.Outer {
		c.over(at, c.all(at))
	}
	switch p.Kind {
	case Single:
		c.single()
	default:
		c.parts()
	}
	c.close(len(p.Outer))
	return p.Divide >= 0
}

// all is the range of an axis of the result: all of it, or this worker's part.
func (c *contraction) all(at int) Range {
	r := c.Whole(at, c.extent(at))
	if at == c.plan.Divide {
		r.Lo, r.Hi, r.Static = c.vars[at]+"0", c.vars[at]+"1", false
	}
	return r
}

// parts prints the parts of the result: each is zeroed, blocks are added to it, and
// then it is finished.
func (c *contraction) parts() {
	p, ends := c.plan, 0
	if p.Share >= 0 {
		c.share = c.all(p.Share)
	}
	if p.Tile > 0 {
		lo, hi := "from", "to"
		if p.Axes[p.Share].Rows {
			lo, hi = c.vars[p.Share]+"0", c.vars[p.Share]+"1"
		}
		c.Line("for %[1]s := %[2]s; %[1]s < %[3]s; %[1]s += %[4]d { // %[4]d share each pass over %[5]s", lo, c.share.Lo, c.share.Hi, p.Tile, c.refs[Rhs].Name)
		c.Line("%s := min(%s+%d, %s)", hi, lo, p.Tile, c.share.Hi)
		c.share = Range{Lo: lo, Hi: hi, To: p.Axes[p.Share].N.Value}
		c.first, ends = lo, 1
	}
	once := p.Once()
	if !once && !p.Source.Accumulate {
		c.clear()
	}
	if p.Share < 0 && p.Kind == Adds && p.Vec >= 0 {
		c.hold(Out, p.Vec, Value{}, p.Axes[p.Vec].N)
	}
	if g := c.Guard(c.known, c.at); g != "" {
		c.Line("if %s {", g)
		c.tap(0)
		c.Line("}")
	} else {
		c.tap(0)
	}
	if p.Source.Epilogue != nil && !once {
		c.eachShared(func() { c.finish("", p.columns(), Value{}, c.count(p.columns())) })
	}
	c.close(ends)
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

// hold declares the view of an operand and returns its name.
func (c *contraction) hold(operand, along int, from Value, n gotree.Number) string {
	v := c.view(operand, along, from, n)
	if v.name == "" {
		v.name = c.names[operand]
		c.Line("%s := %s", v.name, v.expr)
	}
	return v.name
}

// eachShared prints the loop over the points that share a block.
func (c *contraction) eachShared(body func()) {
	if c.plan.Share < 0 {
		body()
		return
	}
	c.over(c.plan.Share, c.share)
	body()
	c.Line("}")
	c.known[c.plan.Share] = false
}

// clear zeroes a part of the result.
func (c *contraction) clear() {
	p, col := c.plan, c.plan.columns()
	n := c.count(col)
	plain := col >= 0 && p.step(col, Out).Is(1)
	if plain && p.Share >= 0 && p.step(p.Share, Out) == n {
		name := c.refs[Out].Name
		edge := func(limit string) string {
			defer func(v Value) { c.at[p.Share] = v }(c.at[p.Share])
			c.at[p.Share] = value(limit)
			if at, ok := c.row(Out, col, Value{}, n); ok {
				name = c.Array(c.Operands[Out].Buf, n.Value) // and the compiler knows that the limits are within
				return at
			}
			name = c.run(Out)
			return c.with(col, Value{}, func() string { return c.Index(Out).Text(c.at) })
		}
		lo, hi := edge(c.share.Lo), edge(c.share.Hi)
		c.Line("clear(%s[%s:%s])", name, lo, hi)
		return
	}
	c.eachShared(func() {
		switch {
		case col < 0:
			c.Line("%s = 0", c.element(Out))
		case plain:
			v := c.view(Out, col, Value{}, n)
			c.Line("clear(%s[:])", strings.TrimPrefix(cmp.Or(v.name, v.expr), "&"))
		default:
			c.over(col, c.Whole(col, c.extent(col)))
			c.Line("%s = 0", c.element(Out))
			c.Line("}")
			c.known[col] = false
		}
	})
}

// result is the view of the result at the current point: one that is held, where
// nothing shares blocks.
func (c *contraction) result(along int, from Value, n gotree.Number) string {
	if along < 0 {
		return c.element(Out)
	}
	if c.plan.Share < 0 && c.plan.Kind == Adds {
		return cmp.Or(c.view(Out, along, from, n).name, c.names[Out])
	}
	return c.hold(Out, along, from, n)
}

// each prints the loop along a view, or its points. Its variable is that of the axis.
func (c *contraction) each(along int, n gotree.Number, view string, body func(v Value)) {
	if along < 0 || c.plan.Unrolled {
		for i := range n.Value {
			body(Value{Plus: i})
		}
		return
	}
	v := Value{Name: c.vars[along]}
	if !c.step(along, Out).Is(1) {
		view = n.String()
	}
	c.Line("for %s := range %s {", v, view)
	body(v)
	c.Line("}")
}

// finish applies the epilogue to n elements of a part that hold their sums, in a
// view that there may be of them.
func (c *contraction) finish(out string, along int, from Value, n gotree.Number) {
	p := c.plan
	if out == "" {
		out = c.result(along, from, n)
	}
	args := c.extras(along, from, n)
	c.each(along, n, out, func(v Value) {
		at := c.of(out, Out, along, v)
		c.Assign(at, "=", p.Source.Epilogue, append([]string{at}, args(v)...), p.Source.Word, false)
	})
}

// extras declares what the epilogue reads along an axis, and gives its elements.
func (c *contraction) extras(along int, from Value, n gotree.Number) func(v Value) []string {
	var elements []func(v Value) string
	for operand := Extra; operand < len(c.Operands); operand++ {
		if c.refs[operand].Number || along < 0 || c.step(along, operand).Is(0) {
			text := c.element(operand)
			elements = append(elements, func(Value) string { return text })
			continue
		}
		view := c.hold(operand, along, from, n)
		elements = append(elements, func(v Value) string { return c.of(view, operand, along, v) })
	}
	return func(v Value) []string {
		var args []string
		for _, f := range elements {
			args = append(args, f(v))
		}
		return args
	}
}

// tap prints the loops over the taps from i on.
func (c *contraction) tap(i int) {
	p := c.plan
	if i < len(p.Taps) {
		at := p.Taps[i]
		c.chunked(at, c.limits(at, c.Bounds(at, c.Whole(at, c.extent(at)), c.known, c.at)), func(r Range) {
			c.over(at, r)
			c.tap(i + 1)
			c.Line("}")
			c.known[at] = false
		})
		return
	}
	if p.Share >= 0 {
		defer func(r Range) { c.share = r }(c.share)
		c.share = c.limits(p.Share, c.Bounds(p.Share, c.share, c.known, c.at))
	}
	if p.Kind == Dots && p.Chunk == p.Vec {
		c.chunked(p.Vec, c.Whole(p.Vec, c.extent(p.Vec)), func(r Range) {
			c.chunk = r
			c.runs()
		})
		return
	}
	c.runs()
}

// chunked prints the loop over the chunks of an axis that has such.
func (c *contraction) chunked(at int, r Range, body func(r Range)) {
	p := c.plan
	if at != p.Chunk {
		body(r)
		return
	}
	lo, hi := c.Pick("start"), c.Pick("end")
	c.Line("for %[1]s := %[2]s; %[1]s < %[3]s; %[1]s += %[4]d { // each chunk has sums of its own", lo, r.Lo, r.Hi, p.Points)
	c.Line("%s := min(%s+%d, %s)", hi, lo, p.Points, r.Hi)
	r.Lo, r.Hi, r.Static = lo, hi, false
	if !p.Partial() {
		body(r)
		c.Line("}")
		return
	}
	c.sums = c.Pick("sum")
	n, columns := p.Tile, c.Axes[p.Vec].N
	if n == 0 && p.Share >= 0 {
		n = c.Axes[p.Share].N.Value
	}
	if p.Share >= 0 {
		c.Line("var %s [%d][%s]%s", c.sums, n, columns, c.Float())
	} else {
		c.Line("var %s [%s]%s", c.sums, columns, c.Float())
	}
	body(r)
	sums := c.sums
	c.eachShared(func() {
		from := c.partial(sums)
		c.sums = ""
		out := c.result(p.Vec, Value{}, columns)
		c.each(p.Vec, columns, out, func(v Value) { c.Line("%s += %s[%s]", c.of(out, Out, p.Vec, v), from, v) })
	})
	c.Line("}")
}

// partial is the row of the partial sums at the current point.
func (c *contraction) partial(sums string) string {
	if c.plan.Share < 0 {
		return sums
	}
	at := c.vars[c.plan.Share]
	if c.first != "" {
		at += "-" + c.first
	}
	c.Line("s := &%s[%s]", sums, at)
	return "s"
}

// runs prints the blocks.
func (c *contraction) runs() {
	p := c.plan
	if len(p.Run) != 1 {
		c.block(c.pointsOf(p.Run))
		return
	}
	at := p.Run[0]
	c.chunked(at, c.Bounds(at, c.Whole(at, c.extent(at)), c.known, c.at), func(r Range) {
		v := c.vars[at]
		block := func(name string, from, n int) {
			points := make([][]Value, n)
			for k := range points {
				points[k] = []Value{{name, from + k}}
			}
			c.block(points)
			c.at[at] = Value{Name: v}
		}
		if r.Static {
			whole := (r.To - r.From) / p.Block * p.Block
			if whole == p.Block {
				block("", r.From, whole)
			} else if whole > 0 {
				c.Line("for %[1]s := %[2]d; %[1]s < %[3]d; %[1]s += %[4]d {", v, r.From, r.From+whole, p.Block)
				block(v, 0, p.Block)
				c.Line("}")
			}
			switch rest := r.To - r.From - whole; {
			case rest > 0 && whole > 0:
				c.Line("{ // the last %d", rest)
				block("", r.From+whole, rest)
				c.Line("}")
			case rest > 0:
				block("", r.From, rest)
			}
			return
		}
		r = c.limits(at, r)
		c.Line("%s := %s", v, r.Lo)
		c.Line("for ; %[1]s+%[2]d <= %[3]s; %[1]s += %[2]d {", v, p.Block, r.Hi)
		block(v, 0, p.Block)
		c.Line("}")
		c.Line("for ; %[1]s < %[2]s; %[1]s++ {", v, r.Hi)
		block(v, 0, 1)
		c.Line("}")
	})
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

// store prints what becomes of a sum that is an expression.
func (c *contraction) store(dst, sum string, args []string) {
	p := c.plan
	switch {
	case p.Source.Epilogue == nil:
		c.Line("%s = %s", dst, sum)
	case p.inline():
		c.Assign(dst, "=", p.Source.Epilogue, append([]string{sum}, args...), p.Source.Word, true)
	default:
		c.Line("s := %s", sum)
		c.Assign(dst, "=", p.Source.Epilogue, append([]string{"s"}, args...), p.Source.Word, false)
	}
}
