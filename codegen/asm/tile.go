package asm

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/nngen-go/nngen/ir/loop"
)

// tile is an assembly routine that computes blocks of a contraction's result:
// rows by lanes elements whose sums are held in registers over the whole nest
// of reduced axes. Every sum runs in the order of that nest, one rounding a
// product, whatever the number of rows; where parts is above one, every sum is
// that many partial sums, taken in turn and added at the end.
type tile struct {
	name, what string
	features   Level
	spots      []spot
	lanes      int
	k          []reduced // outermost first
	uniform    bool      // every step of the nest moves w by the parameter step
	vectors    bool      // x is read along the lanes too, not spread over them
	parts      int
	ahead      int  // how far in front of w elements are fetched into the cache, 0: not at all
	aheadX     int  // and in front of x
	resumed    bool // parameter part: the reduced axes come in several calls
	repeats    []repeat
	open       bool // the last repeat takes its count from the parameter count
	accumulate bool
	epilogue   loop.Expr
	long       bool // the epilogue is a loop over the stored tile
	extras     []extra
	takes      func(row, tap int) bool // nil: every row takes part at every tap
}

// spot is where a row of a tile lies, in elements from the pointers.
type spot struct {
	out, lhs int
	extra    []int
}

// reduced is one loop of the nest that a tile sums over.
type reduced struct {
	n        int    // 0: the count is a parameter
	name     string // of the axis
	lhs, rhs int
	taps     bool // written out, since rows take part by tap
	empty    bool // the count may be 0
}

// repeat is one loop around a tile, the innermost first: how far it moves the
// pointers.
type repeat struct {
	n        int
	name     string
	out, lhs int
	extra    []int
}

// extra is a further operand of the epilogue.
type extra struct {
	scalar bool // a float32
	spread bool // one element for all lanes
	fixed  bool // the same for all rows
}

// Bits of the parameter part.
const (
	partMore = 1 // the sums so far are in the result
	partRest = 2 // more will follow: no epilogue yet
)

func (t *tile) width() int { return (t.lanes + t.features.Lanes() - 1) / t.features.Lanes() }

// stub declares the routine.
func (t *tile) stub() Stub {
	s := Stub{Doc: t.what, Name: t.name, Params: []Param{{"y", "*float32"}, {"x", "*float32"}, {"w", "*float32"}}}
	for i, e := range t.extras {
		typ := "*float32"
		if e.scalar {
			typ = "float32"
		}
		s.Params = append(s.Params, Param{extraName(i), typ})
	}
	integer := func(name string) { s.Params = append(s.Params, Param{name, "int"}) }
	if t.uniform {
		integer("step")
	}
	for i, l := range t.k {
		if l.n == 0 {
			integer(countName(i))
		}
	}
	if t.resumed {
		integer("part")
	}
	if t.usesRows() {
		s.Params = append(s.Params, Param{"n", "float32"})
	}
	if t.open {
		integer("count")
	}
	return s
}

func extraName(i int) string { return fmt.Sprint("e", i) }
func countName(i int) string { return fmt.Sprint("k", i) }

func (t *tile) usesRows() bool { return t.epilogue != nil && hasRows(t.epilogue) }

// tiling is a tile on its way to text.
type tiling struct {
	*tile
	*code
	acc        [][][]vec // of row, vector and part
	b          []vec
	tail       mask // of the last vector
	x, w, step reg.GPVirtual
	turn       int // steps so far, modulo parts
}

// write adds the routine to the unit.
func (t *tile) write(u *Unit) (Stub, error) {
	s := t.stub()
	c := u.function(t.features, s)
	g := &tiling{tile: t, code: c}
	g.tail = c.lanes(t.lanes - (t.width()-1)*t.features.Lanes())
	g.x, g.w = c.GP64(), c.GP64()
	if t.uniform {
		g.step = c.pointer("step")
	}
	g.repeated(len(t.repeats)-1, g.block)
	return s, c.end()
}

// slot is the place of a parameter in memory, where it can be changed as long
// as the call lasts.
func (c *code) slot(name string) operand.Mem {
	b, err := c.Param(name).Resolve()
	if err != nil {
		c.err = err
		return operand.Mem{}
	}
	return b.Addr
}

// repeated wraps body into the loops of repeat, the given one outermost.
func (g *tiling) repeated(level int, body func()) {
	if level < 0 {
		body()
		return
	}
	r := g.repeats[level]
	run := func() {
		g.repeated(level-1, body)
		inner := repeat{extra: make([]int, len(g.extras))}
		if level > 0 {
			inner = g.repeats[level-1]
		}
		g.shift("y", r.out-inner.n*inner.out)
		g.shift("x", r.lhs-inner.n*inner.lhs)
		for i, e := range g.extras {
			if !e.scalar {
				g.shift(extraName(i), r.extra[i]-inner.n*inner.extra[i])
			}
		}
	}
	switch {
	case level == len(g.repeats)-1 && g.open:
		top := g.unit.label("count")
		g.Comment(fmt.Sprintf("count times along %s:", r.name))
		g.Label(top)
		run()
		g.DECQ(g.slot("count"))
		g.JNZ(operand.LabelRef(top))
	case r.n > 1:
		g.Comment(fmt.Sprintf("%d times along %s:", r.n, r.name))
		g.counted(r.n, run)
	default:
		run()
	}
}

// shift moves a pointer among the parameters.
func (g *tiling) shift(name string, floats int) {
	if floats != 0 {
		g.ADDQ(operand.I32(int32(4*floats)), g.slot(name))
	}
}

// block computes one tile.
func (g *tiling) block() {
	g.MOVQ(g.slot("x"), g.x)
	g.MOVQ(g.slot("w"), g.w)
	g.acc = make([][][]vec, len(g.spots))
	for i := range g.acc {
		g.acc[i] = make([][]vec, g.width())
		for j := range g.acc[i] {
			g.acc[i][j] = g.allocs(g.parts)
		}
	}
	g.start()
	g.b = g.allocs(g.width())
	spare := g.alloc() // what eachStep spreads x into
	g.release(spare)
	g.turn = 0
	g.nest(0, 0, 0, nil)
	g.release(g.b...)
	if g.parts > 1 {
		g.each(func(i, j int) {
			for p := g.parts / 2; p > 0; p /= 2 {
				for q := range p {
					g.VADDPS(g.full(g.acc[i][j][p+q]), g.full(g.acc[i][j][q]), g.full(g.acc[i][j][q]))
				}
			}
			g.release(g.acc[i][j][1:]...)
		})
	}
	g.finish()
}

// each visits the accumulators, a column of vectors at a time.
func (g *tiling) each(f func(i, j int)) {
	for j := range g.width() {
		for i := range g.spots {
			f(i, j)
		}
	}
}

func (g *tiling) mask(j int) mask {
	if j == g.width()-1 {
		return g.tail
	}
	return mask{}
}

// start clears the sums, or takes up those of earlier calls.
func (g *tiling) start() {
	for _, row := range g.acc {
		for _, parts := range row {
			for _, v := range parts {
				g.zero(v)
			}
		}
	}
	if !g.resumed {
		return
	}
	begin := g.unit.label("begin")
	flags, y := g.GP64(), g.GP64()
	g.MOVQ(g.slot("part"), flags)
	g.TESTQ(operand.U32(partMore), flags)
	g.JZ(operand.LabelRef(begin))
	g.Comment("The sums of earlier calls.")
	g.MOVQ(g.slot("y"), y)
	g.each(func(i, j int) {
		g.load(g.acc[i][j][0], at(y, g.spots[i].out+j*g.level.Lanes()), g.mask(j))
	})
	g.Label(begin)
}

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
		for i := range l.n {
			t := tap
			if l.taps {
				t = &i
			}
			mx, mw, _ := g.nest(level+1, dx+i*l.lhs, dw+i*l.rhs, t)
			g.advance(g.x, -mx)
			g.advanceW(-mw)
		}
		return 0, 0, true
	}
	if level == len(g.k)-1 {
		return g.innermost(l, level, dx, dw, tap)
	}
	saved := func() {}
	var inX, inW int
	var still bool
	body := func() {
		x, w := g.GP64(), g.GP64()
		if !g.literal(level + 1) {
			g.MOVQ(g.x, x)
			if !g.uniform {
				g.MOVQ(g.w, w)
			}
			saved = func() {
				g.MOVQ(x, g.x)
				if !g.uniform {
					g.MOVQ(w, g.w)
				}
			}
		}
		inX, inW, still = g.nest(level+1, dx, dw, tap)
		if !still {
			saved()
			inX, inW = 0, 0
		}
		g.advance(g.x, l.lhs-inX)
		g.advanceW(l.rhs - inW)
	}
	g.Comment(fmt.Sprintf("The sum over %s:", l.name))
	if l.n == 0 {
		count := g.GP64()
		g.MOVQ(g.slot(countName(level)), count)
		g.guarded(l, count, body)
		return 0, 0, false
	}
	g.counted(l.n, body)
	return l.n * l.lhs, l.n * l.rhs, true
}

// guarded is until, for a count that may be 0.
func (g *tiling) guarded(l reduced, count reg.GPVirtual, body func()) {
	if !l.empty {
		g.until(count, body)
		return
	}
	none := g.unit.label("none")
	g.TESTQ(count, count)
	g.JZ(operand.LabelRef(none))
	g.until(count, body)
	g.Label(none)
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
		g.guarded(l, count, func() { steps(1) })
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
	rowAhead = 2 * lineFloats
)

// longRow reports that n points of a sum, step apart in x, are rows to be
// fetched ahead.
func longRow(l Level, n, step int) bool { return l == AVX512 && step == 1 && n >= 4*lineFloats }

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
