package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// clippedPass is how many positions a block takes where their number depends
// on the tap: the rest is done one by one.
const clippedPass = 4

// print writes the function: for every part of the result, zero it, add every
// block to it, finish it. Sums run in the order of the taps whatever the number
// of rows.
func (c *conv) print() {
	if c.short() {
		c.written()
		return
	}
	c.shareOut()
	c.sums = c.planPartials()
	tiles := c.tiles()
	cleared := c.Accumulate || c.divide >= 0 && c.divide != c.share && c.zeroShared(c.wholeResult())
	known := make([]bool, len(c.axes))
	ends := 0
	for _, at := range c.outer {
		c.loop(at, bounds{static: true, to: c.axes[at].N})
		known[at] = true
		ends++
		if c.axes[at].Rows {
			c.rowsOf(c.Out)
			if !c.never() && !c.reducing {
				c.rowsOf(c.Lhs, c.Rhs)
			}
			c.rowsOf(c.Extra...)
		}
	}
	if c.share < 0 && !c.dots {
		out, name := c.result()
		c.part = &held{out, name}
	}
	stored := c.sums == nil && c.once()
	if !cleared && !stored {
		c.zero()
	}
	if !c.never() {
		c.add(known, stored)
	}
	if c.Epilogue != nil {
		c.eachPart(func(out view, name string) { c.finishPart(out, name) })
	}
	c.close(ends + tiles)
}

func (c *conv) close(n int) {
	for range n {
		c.line("}")
	}
}

// loop opens the loop over an axis.
func (c *conv) loop(at int, b bounds) {
	v := c.vars[at].name
	switch {
	case c.axes[at].Rows:
		c.line("for %s := range %s {", v, c.extent(c.axes[at]))
	case at == c.divide:
		lo, hi := c.whole(at)
		c.line("for %[1]s := %[2]s; %[1]s < %[3]s; %[1]s++ {", v, lo, hi)
	case b.static && b.from == 0:
		c.line("for %s := range %d {", v, b.to)
	default:
		lo, hi := c.limits(at, b)
		c.line("for %[1]s := %[2]s; %[1]s < %[3]s; %[1]s++ {", v, lo, hi)
	}
}

// limits puts what is not a number into variables: of numbers and variables
// the compiler knows that they lie within their range.
func (c *conv) limits(at int, b bounds) (lo, hi string) {
	v := c.vars[at].name
	lo, hi = fmt.Sprint(b.from), fmt.Sprint(b.to)
	low, high := b.lo != lo, b.hi != hi
	switch {
	case low && high:
		c.line("%[1]s0, %[1]s1 := %[2]s, %[3]s", v, b.lo, b.hi)
	case low:
		c.line("%s0 := %s", v, b.lo)
	case high:
		c.line("%s1 := %s", v, b.hi)
	}
	if low {
		lo = v + "0"
	}
	if high {
		hi = v + "1"
	}
	return lo, hi
}

// columns lists the axes of the result that innermost loops run over.
func (c *conv) columns() []int {
	if c.dots {
		if c.run < 0 {
			return nil
		}
		return []int{c.run}
	}
	return slices.DeleteFunc(slices.Clone(c.vec), c.reduced)
}

// wholeResult lists the axes of the whole result, in the order of its memory.
func (c *conv) wholeResult() []int {
	var in []int
	for at, s := range c.Out.Strides {
		if s != 0 {
			in = append(in, at)
		}
	}
	slices.SortFunc(in, func(a, b int) int { return c.Out.Strides[b] - c.Out.Strides[a] })
	if len(in) > 0 && in[0] != c.divide {
		return nil
	}
	return in
}

// once reports that every element of the result is stored by one block: it
// need not be zero before.
func (c *conv) once() bool {
	if c.Accumulate || len(c.Clip) > 0 || len(c.taps) > 0 || slices.ContainsFunc(c.vec, c.reduced) && !c.dots {
		return false
	}
	return c.dots || c.run < 0 || !c.axes[c.run].Rows && c.axes[c.run].N <= pass
}

// zero clears the part of the result that the loops around stand at.
func (c *conv) zero() {
	in := c.columns()
	if c.share >= 0 {
		in = append([]int{c.share}, in...)
	}
	if c.divide >= 0 && c.divide == c.share {
		if c.zeroShared(in) {
			return
		}
	} else if c.contiguous(in) && c.part == nil {
		v := c.view(c.Out, in...)
		p := c.kernel.param(c.Out.Buf, "y")
		if v.expr != "" && p.form == fixed {
			c.line("clear(%s[:])", dereferenced(v.expr))
			return
		}
		if v.expr != "" {
			n := 1
			for _, at := range in {
				n *= c.axes[at].N
			}
			c.line("clear(%s)", sliced(v.expr, n))
			return
		}
	}
	c.eachPart(func(out view, name string) {
		if out.expr != "" && c.contiguous(c.columns()) {
			c.line("clear(%s[:])", name)
			return
		}
		c.eachElement(c.columns(), func() { c.line("%s = 0", out.at(name)) })
	})
}

// dereferenced is what a pointer to a part of an array points to.
func dereferenced(expr string) string { return strings.TrimPrefix(expr, "&") }

// sliced turns a view of n elements into a slice: yr[p*64:p*64+64].
func sliced(expr string, n int) string {
	_, rest, ok := strings.Cut(expr, ")(")
	if !ok {
		return expr + "[:]"
	}
	rest = strings.TrimSuffix(rest, ")")
	base, from, _ := strings.Cut(strings.TrimSuffix(rest, ":]"), "[")
	if from == "" {
		return fmt.Sprintf("%s[:%d]", base, n)
	}
	return fmt.Sprintf("%s[%s:][:%d]", base, from, n)
}

// contiguous reports axes along which the result has no gaps.
func (c *conv) contiguous(in []int) bool {
	next := 1
	for _, at := range slices.Backward(in) {
		if c.Out.Strides[at] != next {
			return false
		}
		next *= c.axes[at].N
	}
	return true
}

// eachPart prints a loop over the positions that share blocks, around a body
// that is given the part of the result there.
func (c *conv) eachPart(body func(out view, name string)) {
	if c.share >= 0 {
		lo, hi := c.whole(c.share)
		c.openShare(shareLoop{lo: lo, hi: hi})
	}
	out, name := c.result()
	body(out, name)
	c.closeShare()
}

// result declares the part of the result at the current position.
func (c *conv) result() (view, string) {
	switch {
	case c.sums != nil && c.sums.open:
		return c.partialResult()
	case c.part != nil:
		return c.part.view, c.part.name
	}
	out := c.view(c.Out, c.columns()...)
	return out, c.hold(c.Out, out)
}

// hold gives a part of an operand a name, unless it has one.
func (c *conv) hold(a loop.Access, v view) string {
	if isName(v.expr) {
		return v.expr
	}
	p := c.kernel.param(a.Buf, "x")
	name := p.name
	switch {
	case p.form == fixed && a.Buf == c.Out.Buf:
		name = "v"
	case c.share >= 0:
		name += c.vars[c.share].name
	default:
		name += "v"
	}
	c.declare(name, v)
	return name
}

// isName reports an expression that is a name.
func isName(expr string) bool { return expr != "" && !strings.ContainsAny(expr, "&([*") }

// eachElement prints loops over axes around a body.
func (c *conv) eachElement(in []int, body func()) {
	for _, at := range in {
		c.line("for %s := range %d {", c.vars[at], c.axes[at].N)
	}
	body()
	c.close(len(in))
}

// finishPart applies the epilogue to a part of the result.
func (c *conv) finishPart(out view, name string) {
	args := c.extraParts()
	c.eachElement(c.columns(), func() {
		at := out.at(name)
		c.assign(at, "=", c.Epilogue, append([]string{at}, args()...), c.Word)
	})
}

// extraParts declares the parts of the epilogue's operands at the current
// position and prints their elements when asked.
func (c *conv) extraParts() func() []string {
	var elems []func() string
	for _, a := range c.Extra {
		p := c.kernel.param(a.Buf, "h")
		if p.form != rowSlice {
			elems = append(elems, func() string { return c.kernel.at(placed{a, c.axes}, c.texts()) })
			continue
		}
		v := c.view(a, c.columns()...)
		name := v.expr
		if !isName(name) {
			name = p.name + "v"
			if c.share >= 0 {
				name = p.name + c.vars[c.share].name
			}
			if a.Buf == c.Lhs.Buf {
				name += "2"
			}
			c.declare(name, v)
		}
		elems = append(elems, func() string { return v.at(name) })
	}
	return func() []string {
		var args []string
		for _, f := range elems {
			args = append(args, f())
		}
		return args
	}
}
