package amd64

import (
	"maps"
	"slices"

	"github.com/nngen-go/nngen/ir/scalar"
)

// Eval computes an expression of the operands in args, lane by lane, into a new
// register. It leaves args as they are. What an expression holds twice is
// computed once, as in the Go body, and rounded wherever that rounds: nothing
// is contracted into a fused multiply-add. scalar.Rows is c.rows.
func (c *Code) Eval(e scalar.Expr, args []Vec) Vec {
	t := terms{Code: c, args: args, index: map[string]int{}}
	root := t.add(e)
	t.list[root].uses++
	t.emit(root)
	n := t.list[root]
	switch {
	case n.number:
		v := c.Alloc()
		c.Set(v, Number(n.value))
		return v
	case n.given:
		v := c.Alloc()
		c.Move(v, n.reg)
		return v
	}
	return n.reg
}

// RegistersOf is how many registers Eval takes at most beside its operands,
// the result among them.
func RegistersOf(e scalar.Expr, l Level) int {
	c, before := rehearsed(e, l)
	if c.Err != nil {
		return len(zmm) + 1
	}
	return before - c.least
}

// rehearsed is the code of an expression for nothing but to see what it takes,
// and how many registers were free before.
func rehearsed(e scalar.Expr, l Level) (c *Code, before int) {
	c = NewUnit().Function(l, Stub{Name: "rehearsal"})
	c.free = nil
	for r := 31; r >= 0; r-- { // more than AVX2 has, to count what would be needed
		c.free = append(c.free, Vec(r))
	}
	args := c.Allocs(Arguments(e))
	c.Rows = c.Alloc()
	before = len(c.free)
	c.least = before
	c.Eval(e, args)
	return c, before
}

// Pin holds constants of an expression in registers from here on, all but
// spare of those that are free: a loop then reads them no more.
func (c *Code) Pin(e scalar.Expr, spare int) {
	dry, _ := rehearsed(e, c.Level)
	var words []uint32
	for _, w := range dry.Unit.words {
		if _, ok := c.pinned[w]; ok || len(c.free) <= spare {
			continue
		}
		if c.pinned == nil {
			c.pinned = map[uint32]Vec{}
		}
		c.pinned[w] = c.Alloc()
		words = append(words, w)
	}
	c.Grouped("constant", len(words), func(i int) { c.Broadcast(c.pinned[words[i]], c.Unit.Word(words[i])) })
}

// Unpin gives back what Pin took.
func (c *Code) Unpin() {
	c.Release(slices.Sorted(maps.Values(c.pinned))...)
	c.pinned = nil
}

// resident is a source in its register, where it is a pinned constant.
func (c *Code) resident(s Source) Source {
	if v, ok := c.pinned[s.Word]; ok && s.Constant {
		return Register(v)
	}
	return s
}

// Arguments is the number of operands that an expression may name.
func Arguments(e scalar.Expr) int {
	switch e := e.(type) {
	case scalar.Arg:
		return int(e) + 1
	case scalar.Apply:
		n := 0
		for _, a := range e.Args {
			n = max(n, Arguments(a))
		}
		return n
	}
	return 0
}

// HasRows reports that an expression names the row count.
func HasRows(e scalar.Expr) bool {
	switch e := e.(type) {
	case scalar.Rows:
		return true
	case scalar.Apply:
		return slices.ContainsFunc(e.Args, HasRows)
	}
	return false
}

// terms is an expression as a list of its distinct parts.
type terms struct {
	*Code
	args  []Vec
	list  []term
	index map[string]int
}

// term is a part of an expression: a number, an operand, or a function of
// parts before it.
type term struct {
	number bool
	value  float64
	fn     string // a choice is "select" followed by its comparison
	args   []int
	need   int // registers, roughly: the part that needs more goes first
	uses   int // that are still to come
	given  bool
	done   bool
	reg    Vec
}

// add lists an expression and returns its place.
func (t *terms) add(e scalar.Expr) int {
	if p, ok := power(e); ok {
		return t.add(p)
	}
	key := e.String()
	if i, ok := t.index[key]; ok {
		return i
	}
	var n term
	switch e := e.(type) {
	case scalar.Num:
		n = term{number: true, value: float64(e)}
	case scalar.Arg:
		n = term{given: true, done: true, reg: t.args[e]}
	case scalar.Rows:
		n = term{given: true, done: true, reg: t.Rows}
		if t.Rows == None {
			t.Err, n.reg = errRows, 0
		}
	case scalar.Apply:
		n = t.apply(e)
	}
	i := len(t.list)
	t.list = append(t.list, n)
	t.index[key] = i
	for _, a := range n.args {
		t.list[a].uses++
	}
	return i
}

func (t *terms) apply(e scalar.Apply) term {
	n := term{fn: e.Fn}
	in := e.Args
	if e.Fn == "select" {
		n.fn, in = "select ne", append([]scalar.Expr{e.Args[0], scalar.Num(0)}, e.Args[1:]...)
		if a, ok := e.Args[0].(scalar.Apply); ok {
			if _, ok := predicates[a.Fn]; ok {
				n.fn, in = "select "+a.Fn, append(slices.Clone(a.Args), e.Args[1:]...)
			}
		}
	}
	known := true
	values := make([]float64, len(in))
	for i, a := range in {
		j := t.add(a)
		n.args = append(n.args, j)
		values[i] = t.list[j].value
		known = known && t.list[j].number
	}
	if f := scalar.Funcs[e.Fn]; known && f.Arity == len(in) {
		return term{number: true, value: f.Eval(values)} // log(0), 1/0: infinite, so not folded before
	}
	needs := make([]int, len(in))
	for i, j := range n.args {
		needs[i] = t.list[j].need
	}
	slices.Sort(needs)
	for i, need := range needs {
		n.need = max(n.need, need+len(needs)-1-i)
	}
	n.need = max(n.need, 1)
	if functions[e.Fn] != nil {
		n.need = max(n.need, 4)
	}
	return n
}

// power is x to a small constant power, by multiplication.
func power(e scalar.Expr) (scalar.Expr, bool) {
	a, ok := e.(scalar.Apply)
	if !ok || a.Fn != "pow" || len(a.Args) != 2 {
		return nil, false
	}
	x := a.Args[0]
	square := scalar.Call("mul", x, x)
	switch a.Args[1] {
	case scalar.Num(1):
		return x, true
	case scalar.Num(2):
		return square, true
	case scalar.Num(3):
		return scalar.Call("mul", x, square), true
	case scalar.Num(4):
		return scalar.Call("mul", square, square), true
	}
	return nil, false
}

// emit writes the code of a part and, before it, of what it needs.
func (t *terms) emit(i int) {
	n := &t.list[i]
	if n.done || n.number {
		return
	}
	order := slices.Clone(n.args)
	slices.SortStableFunc(order, func(a, b int) int { return t.list[b].need - t.list[a].need })
	for _, a := range order {
		t.emit(a)
	}
	in := make([]Source, len(n.args))
	for j, a := range n.args {
		if x := t.list[a]; x.number {
			in[j] = Number(x.value)
		} else {
			in[j] = Register(x.reg)
		}
	}
	n.reg = t.Alloc()
	t.operate(n.fn, n.reg, in)
	n.done = true
	for _, a := range n.args {
		x := &t.list[a]
		if x.uses--; x.uses == 0 && !x.number && !x.given {
			t.Release(x.reg)
		}
	}
}
