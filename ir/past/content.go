package past

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// content is what the elements after the present step are.
type content uint8

const (
	anything content = iota
	low              // so low that no maximum is, and the exponential of what it is less is 0
	zero
)

// far is how much lower a score has to be to count for nothing.
const far = 1e8

// contents are the operands of an expression at the steps after the present one, and
// which of them are the numbers of the present step and of those of an axis.
type contents struct {
	args               []content
	positions, numbers []bool
	// dim are those that other masks may have made low at the steps so far: with them
	// there may be none that counts, and what is low is then seen by a maximum. nil:
	// whoever asks knows that the present step counts.
	dim []bool
}

// contents are those of some operands along axis x.
func (f *finder) contents(srcs []loop.Access, axes []loop.Axis, x int, look func(b *loop.Buffer) (sequence, bool)) contents {
	c := contents{args: make([]content, len(srcs)), positions: make([]bool, len(srcs)), numbers: make([]bool, len(srcs))}
	for i, a := range srcs {
		if s, has := look(a.Buf); has && a.Strides[x] == s.stride {
			c.args[i] = s.after
		}
		c.positions[i] = a.Buf == f.position
		c.numbers[i] = counts(a, axes, x)
	}
	return c
}

// counts reports a table of the numbers of the points of axis x.
func counts(a loop.Access, axes []loop.Axis, x int) bool {
	if a.Buf.Class != loop.Const || a.Index != nil {
		return false
	}
	for i, stride := range a.Strides {
		if (stride != 0) != (i == x) {
			return false
		}
	}
	for i := range axes[x].N {
		if a.Buf.Data[a.Offset+i*a.Strides[x]] != float32(i) {
			return false
		}
	}
	return true
}

// of is what an expression is at the later steps.
func (c contents) of(e scalar.Expr) content {
	switch e := e.(type) {
	case scalar.Arg:
		return c.args[e]
	case scalar.Num:
		return number(float64(e))
	case scalar.Apply:
		return c.apply(e)
	}
	return anything
}

func number(v float64) content {
	switch {
	case v == 0:
		return zero
	case v <= -far:
		return low
	}
	return anything
}

func (c contents) apply(e scalar.Apply) content {
	arg := func(i int) content { return c.of(e.Args[i]) }
	switch e.Fn {
	case "select":
		if c.isPast(e.Args[0]) {
			return c.unless(e.Args[1], arg(2))
		}
		if a := arg(1); a == arg(2) && (a != low || c.dim == nil || c.isNear(e.Args[0])) {
			return a
		}
	case "sub":
		n, ok := e.Args[1].(scalar.Num)
		if arg(0) == low || ok && n >= far {
			return c.unless(e.Args[1], low)
		}
	case "add":
		switch {
		case arg(0) == low:
			return c.unless(e.Args[1], low)
		case arg(1) == low:
			return c.unless(e.Args[0], low)
		}
	case "exp":
		if arg(0) == low {
			return zero
		}
	case "mul":
		if arg(0) == zero || arg(1) == zero {
			return zero
		}
	case "div":
		return map[bool]content{true: zero}[arg(0) == zero]
	}
	return anything
}

// unless is what the later steps hold, or anything if that is low and an expression may
// be as low at the others.
func (c contents) unless(e scalar.Expr, after content) content {
	if after == low && c.dim != nil && isDim(e, c.dim) {
		return anything
	}
	return after
}

// isDim reports that an expression may be low, given which of its operands may be.
func isDim(e scalar.Expr, args []bool) bool {
	switch e := e.(type) {
	case scalar.Arg:
		return args[e]
	case scalar.Num:
		return e <= -far || e >= far
	case scalar.Apply:
		switch e.Fn {
		case "exp", "tanh", "sigmoid":
			return false
		case "select":
			return isDim(e.Args[1], args) || isDim(e.Args[2], args)
		}
		return slices.ContainsFunc(e.Args, func(a scalar.Expr) bool { return isDim(a, args) })
	}
	return false
}

// isNear reports a condition that holds for the present step: that it is less than some
// number of steps away.
func (c contents) isNear(e scalar.Expr) bool {
	less, ok := e.(scalar.Apply)
	if !ok || less.Fn != "lt" {
		return false
	}
	abs, ok := less.Args[0].(scalar.Apply)
	window, number := less.Args[1].(scalar.Num)
	if !ok || !number || window <= 0 || abs.Fn != "abs" {
		return false
	}
	apart, ok := abs.Args[0].(scalar.Apply)
	if !ok || apart.Fn != "sub" {
		return false
	}
	x, first := apart.Args[0].(scalar.Arg)
	y, second := apart.Args[1].(scalar.Arg)
	return first && second && c.positions[x] && c.numbers[y]
}

// isPast reports a condition that holds for the steps so far alone: that the number of
// the present one is not less.
func (c contents) isPast(e scalar.Expr) bool {
	a, ok := e.(scalar.Apply)
	if !ok || a.Fn != "ge" {
		return false
	}
	x, first := a.Args[0].(scalar.Arg)
	y, second := a.Args[1].(scalar.Arg)
	return first && second && c.positions[x] && c.numbers[y]
}
