package lane

import "github.com/nngen-go/nngen/codegen/gotree"

// single writes one element after the other.
func (c *contraction) single() {
	p := c.plan
	s, float := &gotree.Var{Name: c.Sum()}, c.Float()
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
