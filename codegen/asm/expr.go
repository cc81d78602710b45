package asm

import (
	"maps"
	"math"
	"slices"

	"github.com/mmcloughlin/avo/operand"

	"github.com/nngen-go/nngen/ir/scalar"
)

// eval computes an expression of the operands in args, lane by lane, into a new
// register. It leaves args as they are. What an expression holds twice is
// computed once, as in the Go body, and rounded wherever that rounds: nothing
// is contracted into a fused multiply-add. scalar.Rows is c.rows.
func (c *code) eval(e scalar.Expr, args []vec) vec {
	t := terms{code: c, args: args, index: map[string]int{}}
	root := t.add(e)
	t.list[root].uses++
	t.emit(root)
	n := t.list[root]
	switch {
	case n.number:
		v := c.alloc()
		c.set(v, number(n.value))
		return v
	case n.given:
		v := c.alloc()
		c.move(v, n.reg)
		return v
	}
	return n.reg
}

// exprRegisters is how many registers eval takes at most beside its operands,
// the result among them.
func exprRegisters(e scalar.Expr, l Level) int {
	c, before := rehearsed(e, l)
	if c.err != nil {
		return len(zmm) + 1
	}
	return before - c.least
}

// rehearsed is the code of an expression for nothing but to see what it takes,
// and how many registers were free before.
func rehearsed(e scalar.Expr, l Level) (c *code, before int) {
	c = newAssembly().function(l, Stub{Name: "rehearsal"})
	c.free = nil
	for r := 31; r >= 0; r-- { // more than AVX2 has, to count what would be needed
		c.free = append(c.free, vec(r))
	}
	args := c.allocs(arguments(e))
	c.rows = c.alloc()
	before = len(c.free)
	c.least = before
	c.eval(e, args)
	return c, before
}

// pin holds constants of an expression in registers from here on, all but
// spare of those that are free: a loop then reads them no more.
func (c *code) pin(e scalar.Expr, spare int) {
	dry, _ := rehearsed(e, c.level)
	for _, w := range dry.unit.words {
		if _, ok := c.pinned[w]; ok || len(c.free) <= spare {
			continue
		}
		v := c.alloc()
		c.broadcast(v, c.unit.word(w))
		if c.pinned == nil {
			c.pinned = map[uint32]vec{}
		}
		c.pinned[w] = v
	}
}

// unpin gives back what pin took.
func (c *code) unpin() {
	c.release(slices.Sorted(maps.Values(c.pinned))...)
	c.pinned = nil
}

// resident is a source in its register, where it is a pinned constant.
func (c *code) resident(s source) source {
	if v, ok := c.pinned[s.word]; ok && s.constant {
		return register(v)
	}
	return s
}

// arguments is the number of operands that an expression may name.
func arguments(e scalar.Expr) int {
	switch e := e.(type) {
	case scalar.Arg:
		return int(e) + 1
	case scalar.Apply:
		n := 0
		for _, a := range e.Args {
			n = max(n, arguments(a))
		}
		return n
	}
	return 0
}

// hasRows reports that an expression names the row count.
func hasRows(e scalar.Expr) bool {
	switch e := e.(type) {
	case scalar.Rows:
		return true
	case scalar.Apply:
		return slices.ContainsFunc(e.Args, hasRows)
	}
	return false
}

// terms is an expression as a list of its distinct parts.
type terms struct {
	*code
	args  []vec
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
	reg    vec
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
		n = term{given: true, done: true, reg: t.rows}
		if t.rows == none {
			t.err, n.reg = errRows, 0
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
	in := make([]source, len(n.args))
	for j, a := range n.args {
		if x := t.list[a]; x.number {
			in[j] = number(x.value)
		} else {
			in[j] = register(x.reg)
		}
	}
	n.reg = t.alloc()
	t.operate(n.fn, n.reg, in)
	n.done = true
	for _, a := range n.args {
		x := &t.list[a]
		if x.uses--; x.uses == 0 && !x.number && !x.given {
			t.release(x.reg)
		}
	}
}

// source is the second operand of an instruction: a register, or a constant in
// memory that is spread over all lanes.
type source struct {
	reg      vec
	constant bool
	word     uint32
}

func register(v vec) source     { return source{reg: v} }
func number(x float64) source   { return bitsOf(math.Float32bits(float32(x))) }
func bitsOf(word uint32) source { return source{constant: true, word: word} }

// is reports the constant x, its sign included.
func (s source) is(x float64) bool {
	return s.constant && s.word == math.Float32bits(float32(x))
}

// value is the number of a constant.
func (s source) value() float64 { return float64(math.Float32frombits(s.word)) }

// set makes a register hold a source.
func (c *code) set(v vec, s source) {
	switch s = c.resident(s); {
	case !s.constant:
		c.move(v, s.reg)
	case s.word == 0:
		c.zero(v)
	case s.word == math.MaxUint32 && c.level == AVX2:
		c.VPCMPEQD(c.full(v), c.full(v), c.full(v))
	default:
		c.broadcast(v, c.unit.word(s.word))
	}
}

// inRegister is a source in a register, and whether that is a new one.
func (c *code) inRegister(s source) (v vec, fresh bool) {
	if !s.constant {
		return s.reg, false
	}
	v = c.alloc()
	c.set(v, s)
	return v, true
}

// move copies a register.
func (c *code) move(dst, v vec) {
	if dst != v {
		c.VMOVAPS(c.full(v), c.full(dst))
	}
}

// instruction is an instruction of three operands: as it is, and with its second
// source, the first one in Go's order, spread from memory.
type instruction struct {
	plain, spread func(*code, ...operand.Op)
}

// put writes dst = a op b. dst may be a or b.
func (c *code) put(op instruction, dst, a vec, b source) {
	switch b = c.resident(b); {
	case !b.constant:
		op.plain(c, c.full(b.reg), c.full(a), c.full(dst))
	case c.level == AVX512:
		op.spread(c, c.unit.word(b.word), c.full(a), c.full(dst))
	case dst != a:
		c.set(dst, b)
		op.plain(c, c.full(dst), c.full(a), c.full(dst))
	default:
		t := c.alloc()
		c.set(t, b)
		op.plain(c, c.full(t), c.full(a), c.full(dst))
		c.release(t)
	}
}

// multiplyAdd writes p = p·r + b.
func (c *code) multiplyAdd(p, r vec, b source) {
	switch b = c.resident(b); {
	case !b.constant:
		c.VFMADD213PS(c.full(b.reg), c.full(r), c.full(p))
	case c.level == AVX512:
		c.VFMADD213PS_BCST(c.unit.word(b.word), c.full(r), c.full(p))
	default:
		t := c.alloc()
		c.set(t, b)
		c.VFMADD213PS(c.full(t), c.full(r), c.full(p))
		c.release(t)
	}
}

// addProduct writes acc = acc + x·b, rounded once.
func (c *code) addProduct(acc, x vec, b source) {
	switch b = c.resident(b); {
	case !b.constant:
		c.VFMADD231PS(c.full(b.reg), c.full(x), c.full(acc))
	case c.level == AVX512:
		c.VFMADD231PS_BCST(c.unit.word(b.word), c.full(x), c.full(acc))
	default:
		t := c.alloc()
		c.set(t, b)
		c.VFMADD231PS(c.full(t), c.full(x), c.full(acc))
		c.release(t)
	}
}

// polynomial is Σ coefficients[i]·x^i by Horner's rule, in a new register.
func (c *code) polynomial(x vec, coefficients ...float64) vec {
	p := c.alloc()
	c.set(p, number(coefficients[len(coefficients)-1]))
	for i := len(coefficients) - 2; i >= 0; i-- {
		c.multiplyAdd(p, x, number(coefficients[i]))
	}
	return p
}
