package asm

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"

	"github.com/nngen-go/nngen/ir/machine"
)

// nest writes the loops of the reduced axes from one level inwards. The cursors
// are x + dx and w + dw, in elements. It returns how far the loops move the
// cursors, and whether that is known.
func (g *tiling) nest(level, dx, dw int, tap *int) (x, w int, known bool) {
	if level == len(g.k) {
		g.product(dx, dw, tap)
		if g.uniform {
			g.ADDQ(g.step, g.w)
		}
		return 0, 0, true
	}
	l := g.k[level]
	if l.taps || g.short(level) {
		back := g.comeBack(level + 1)
		for i := range l.n {
			t := tap
			if l.taps {
				t = &i
			}
			back(g.nest(level+1, dx+i*l.lhs, dw+i*l.rhs, t))
		}
		return 0, 0, true
	}
	if level == len(g.k)-1 {
		return g.innermost(l, level, dx, dw, tap)
	}
	body := func() {
		back := g.comeBack(level + 1)
		x, w, known := g.nest(level+1, dx, dw, tap)
		if !known {
			back(x, w, known)
			x, w = 0, 0
		}
		g.advance(g.x, l.lhs-x)
		g.advanceW(l.rhs - w)
	}
	g.Comment(fmt.Sprintf("The sum over %s:", l.name))
	if l.n == 0 {
		count := g.GP64()
		g.MOVQ(g.slot(countName(level)), count)
		g.until(count, body)
		return 0, 0, false
	}
	g.counted(l.n, body)
	return l.n * l.lhs, l.n * l.rhs, true
}

// comeBack takes note of where the cursors are, if the loops from a level inwards
// move them by what is only known at run time; what it returns puts them back
// after the loops, which say how far they have moved.
func (g *tiling) comeBack(level int) func(x, w int, known bool) {
	if g.literal(level) {
		return func(x, w int, _ bool) {
			g.advance(g.x, -x)
			g.advanceW(-w)
		}
	}
	x, w := g.GP64(), g.GP64()
	g.MOVQ(g.x, x)
	if !g.uniform {
		g.MOVQ(g.w, w)
	}
	return func(int, int, bool) {
		g.MOVQ(x, g.x)
		if !g.uniform {
			g.MOVQ(w, g.w)
		}
	}
}

// literal reports that the loops from a level inwards have counts known here.
func (g *tiling) literal(level int) bool {
	for _, l := range g.k[level:] {
		if l.n == 0 {
			return false
		}
	}
	return true
}

// short reports that the loops from a level inwards are few steps altogether:
// they are written out.
func (g *tiling) short(level int) bool {
	steps := 1
	for _, l := range g.k[level:] {
		steps *= l.n
	}
	return steps > 0 && steps <= 12 && !g.uniform || steps > 0 && steps <= 9
}

func (g *tiling) advanceW(floats int) {
	if !g.uniform {
		g.advance(g.w, floats)
	}
}

// innermost writes the loop over the last reduced axis, a few steps a turn.
func (g *tiling) innermost(l reduced, level, dx, dw int, tap *int) (x, w int, known bool) {
	unroll := g.parts
	for unroll*len(g.spots)*g.width() < 12 && unroll < 4 {
		unroll *= 2
	}
	rows := longRow(g.features, l.n, l.lhs) && !g.vectors && g.takes == nil
	if rows {
		unroll = rowSteps
	}
	steps := func(n int) {
		for u := range n {
			if rows && n == unroll {
				for i := u; i < len(g.spots); i += rowSteps {
					g.PREFETCHT0(at(g.x, dx+u+g.spots[i].lhs+rowAhead))
				}
			}
			g.product(dx+u*l.lhs, dw+u*l.rhs, tap)
			if g.uniform {
				g.ADDQ(g.step, g.w)
			}
		}
		g.advance(g.x, n*l.lhs)
		g.advanceW(n * l.rhs)
	}
	g.Comment(fmt.Sprintf("The sum over %s:", l.name))
	if l.n > 0 {
		if turns := l.n / unroll; turns > 0 {
			g.counted(turns, func() { steps(unroll) })
		}
		if rest := l.n % unroll; rest > 0 {
			steps(rest)
		}
		g.turn = 0
		return l.n * l.lhs, l.n * l.rhs, true
	}
	count := g.GP64()
	g.MOVQ(g.slot(countName(level)), count)
	if unroll == 1 {
		g.until(count, func() { steps(1) })
		return 0, 0, false
	}
	// Whole turns, then what is left, into the partial sums in their order.
	rest, done := g.unit.label("rest"), g.unit.label("done")
	g.SUBQ(operand.U32(uint32(unroll)), count)
	g.JB(operand.LabelRef(rest))
	top := g.unit.label("loop")
	g.Label(top)
	steps(unroll)
	g.SUBQ(operand.U32(uint32(unroll)), count)
	g.JAE(operand.LabelRef(top))
	g.Label(rest)
	g.ADDQ(operand.U32(uint32(unroll)), count)
	for i := range unroll - 1 {
		g.turn = i % g.parts
		g.SUBQ(operand.U32(1), count)
		g.JB(operand.LabelRef(done))
		steps(1)
	}
	g.Label(done)
	g.turn = 0
	return 0, 0, false
}

// Rows of x that are read along are fetched rowAhead elements in front, each
// once in rowSteps steps.
const (
	rowSteps = 8
	rowAhead = 2 * machine.LineFloats
)

// longRow reports that n points of a sum, step apart in x, are rows to be
// fetched ahead.
func longRow(l Level, n, step int) bool { return l == AVX512 && step == 1 && n >= 4*machine.LineFloats }

// product adds one product to every sum.
func (g *tiling) product(dx, dw int, tap *int) {
	if g.uniform {
		dw = 0 // the cursor itself moves at every step
	}
	part := g.turn
	g.turn = (g.turn + 1) % g.parts
	lanes := g.level.Lanes()
	live := func(i int) bool { return tap == nil || g.takes == nil || g.takes(i, *tap) }
	any := false
	for i := range g.spots {
		any = any || live(i)
	}
	if !any {
		return
	}
	for j, b := range g.b {
		if g.ahead > 0 {
			g.PREFETCHT0(at(g.w, dw+j*lanes+g.ahead))
		}
		g.load(b, at(g.w, dw+j*lanes), g.mask(j))
	}
	if g.aheadX != 0 {
		g.PREFETCHT0(at(g.x, dx+g.aheadX))
	}
	v := g.alloc()
	for i, r := range g.spots {
		if !live(i) {
			continue
		}
		m := at(g.x, dx+r.lhs)
		switch {
		case g.vectors:
			for j, b := range g.b {
				m := at(g.x, dx+r.lhs+j*lanes)
				if k := g.mask(j); k.set {
					g.load(v, m, k)
					g.fma(g.acc[i][j][part], v, b)
				} else {
					g.VFMADD231PS(m, g.full(b), g.full(g.acc[i][j][part]))
				}
			}
		case len(g.b) == 1 && g.level == AVX512:
			g.VFMADD231PS_BCST(m, g.full(g.b[0]), g.full(g.acc[i][0][part]))
		default:
			g.broadcast(v, m)
			for j, b := range g.b {
				g.fma(g.acc[i][j][part], v, b)
			}
		}
	}
	g.release(v)
}
