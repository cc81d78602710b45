package idle

import (
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// reader is a kernel that reads a buffer, and the loop that it is in.
type reader struct {
	kernel loop.Kernel
	loop   *loop.Loop
}

// readers are those of a buffer outside of the loop.
func (t *turn) readers(b *loop.Buffer) []reader { return readersOf(t.plan, b, t.loop) }

// readersOf are the kernels of a plan, but for those of a loop, that read a buffer; one
// without a kernel stands for a result of the plan.
func readersOf(p *loop.Plan, b *loop.Buffer, but *loop.Loop) (list []reader) {
	if slices.Contains(p.Results(), b) {
		list = append(list, reader{})
	}
	for _, s := range slices.Concat(p.Forward, p.Backward) {
		l, _ := s.(*loop.Loop)
		if l == but && l != nil {
			continue
		}
		for _, r := range runs(s) {
			if slices.ContainsFunc(r.Kernel.Reads(), func(a loop.Access) bool { return a.Buf == b }) {
				list = append(list, reader{r.Kernel, l})
			}
		}
	}
	return list
}

// unread reports that nobody reads what idle turns store in a buffer, but for the
// turns of another loop that are idle with them, or that it is only multiplied by 0: in a
// sum of products of which the other factor is 0 there. Then it must be finite.
func (t *turn) unread(b *loop.Buffer) (unread, finite bool) {
	if t.carried[b] {
		return false, false
	}
	for _, r := range t.readers(b) {
		switch {
		case r.kernel == nil:
			return false, false
		case r.loop != nil:
			stored := func(at int) bool { return t.written[spot{b, at}] }
			if move := t.move(b); !t.loop.IdleAs(r.loop) || move == 0 || !inTurn(r, b, move, stored) {
				return false, false
			}
		default:
			if c, ok := r.kernel.(*loop.Contract); !ok || !t.timesZero(c, b) {
				return false, false
			}
			finite = true
		}
	}
	return true, finite
}

// inTurn reports that a kernel of a loop reads of a buffer in which turns have parts of
// their own, so far apart, the part of its turn, and not in an idle one.
func inTurn(r reader, b *loop.Buffer, move int, part func(at int) bool) bool {
	for _, s := range r.loop.Idle {
		if slices.ContainsFunc(s.(*loop.Run).Kernel.Reads(), func(a loop.Access) bool { return a.Buf == b }) {
			return false
		}
	}
	right := true
	each := func(axes []loop.Axis, list []loop.Access) {
		for _, a := range list {
			if a.Buf != b {
				continue
			}
			at, ok := spots(a, axes)
			right = right && ok && a.Strides[0] == move && !slices.ContainsFunc(at, func(p spot) bool { return !part(p.at) })
		}
	}
	switch k := r.kernel.(type) {
	case *loop.Nest:
		for _, s := range k.Body {
			each(k.Axes(s), s.Srcs)
		}
	case *loop.Contract:
		each(k.Axes(), slices.Concat([]loop.Access{k.Lhs, k.Rhs}, k.Extra))
	default:
		return false
	}
	return right
}

// move is how far a buffer's elements of a turn lie from those of the next; 0 also
// where the parts of two turns would have elements in common.
func (t *turn) move(b *loop.Buffer) int {
	move := 0
	for _, a := range t.loop.AllWrites() {
		if a.Buf == b {
			move = a.Strides[0]
		}
	}
	low, high := 0, 0
	first := true
	for p := range t.written {
		if p.buf == b {
			if first || p.at < low {
				low = p.at
			}
			if first || p.at > high {
				high = p.at
			}
			first = false
		}
	}
	if high-low >= max(move, -move) {
		return 0
	}
	return move
}

// timesZero reports a sum over rows and steps of products of b with what is 0 in the
// idle turns of a loop with the same mask.
func (t *turn) timesZero(c *loop.Contract, b *loop.Buffer) bool {
	mine, other := c.Lhs, c.Rhs
	if mine.Buf != b {
		mine, other = other, mine
	}
	o := t.zero[other.Buf]
	if t.moves(other.Buf) {
		o = t
	}
	if mine.Buf != b || other.Buf == b || o == nil || !t.loop.IdleAs(o.loop) || slices.ContainsFunc(c.Extra, func(a loop.Access) bool { return a.Buf == b }) {
		return false
	}
	return t.inStep(c, mine, func(p spot) bool { return t.written[p] }) && o.inStep(c, other, func(p spot) bool { return o.known[p] == zero && o.written[p] })
}

// inStep reports that a factor goes through rows and steps as the sum does: at each
// point of it, it reads what the turn has stored, and only such spots.
func (t *turn) inStep(c *loop.Contract, a loop.Access, only func(p spot) bool) bool {
	outer := slices.Concat(c.B, c.M, c.N)
	rows, steps, move := 0, 0, t.move(a.Buf)
	for i, x := range c.K {
		turns := x.N == t.loop.Axis.N && move != 0 && a.Strides[len(outer)+i] == move
		switch {
		case x.Rows && turns && x.N*move == a.Buf.Row():
			rows, steps = rows+1, steps+1
		case x.Rows && x.N == 1 && a.Strides[len(outer)+i] == a.Buf.Row():
			rows++
		case !x.Rows && turns:
			steps++
		default:
			return false
		}
	}
	list := elements(a.Offset, outer, a.Strides)
	return rows == 1 && steps == 1 && list != nil && !slices.ContainsFunc(list, func(at int) bool { return !only(spot{a.Buf, at}) })
}
