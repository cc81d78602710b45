package asm

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/nngen-go/nngen/ir/scalar"
)

// tile is an assembly routine that computes blocks of a contraction's result:
// rows by lanes elements whose sums are held in registers over the whole nest
// of reduced axes. Every sum runs in the order of that nest, one rounding a
// product, whatever the number of rows; where parts is above one, every sum is
// that many partial sums, taken in turn and added at the end. Sums that come in
// several calls are sums of the calls' sums: their errors grow with the number of points
// of a call and the number of calls, not with the product of the two.
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
	epilogue   scalar.Expr
	long       bool // the epilogue is a loop over the stored tile
	extras     []extra
	takes      func(row, tap int) bool // nil: every row takes part at every tap
	streamed   bool                    // unfinished sums lie at the parameter s
	void       bool                    // nothing is summed: x and w are not read
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
}

// repeat is one loop around a tile, the innermost first: how far it moves the
// pointers.
type repeat struct {
	n        int
	name     string
	out, lhs int
	rhs      int
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

	partChain = 4 // the sums of this block so far are at s
	partHold  = 8 // and are put back there
)

func (t *tile) width() int { return (t.lanes + t.features.Lanes() - 1) / t.features.Lanes() }

// stub declares the routine.
func (t *tile) stub() Stub {
	s := Stub{Doc: t.what, Name: t.name, Params: []Param{{"y", "*float32"}, {"x", "*float32"}, {"w", "*float32"}}}
	if t.streamed {
		s.Params = append(s.Params, Param{"s", "*float32"})
	}
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
		g.shift("w", r.rhs)
		if g.streamed {
			g.shift("s", r.out)
		}
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
	g.turn = 0
	if !g.void {
		g.nest(0, 0, 0, nil)
	}
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

// start clears the sums, or goes on with those of a block.
func (g *tiling) start() {
	for _, row := range g.acc {
		for _, parts := range row {
			for _, v := range parts {
				g.zero(v)
			}
		}
	}
	if !g.streamed {
		return
	}
	begin := g.unit.label("begin")
	s := g.whileFlag(partChain, "s", begin)
	g.each(func(i, j int) { g.load(g.acc[i][j][0], at(s, j*g.level.Lanes()), g.mask(j)) })
	g.Label(begin)
}

// whileFlag goes to a label unless part has the flag, and loads a pointer otherwise.
func (g *tiling) whileFlag(flag uint32, pointer, otherwise string) reg.GPVirtual {
	flags, p := g.GP64(), g.GP64()
	g.MOVQ(g.slot("part"), flags)
	g.TESTQ(operand.U32(flag), flags)
	g.JZ(operand.LabelRef(otherwise))
	g.MOVQ(g.slot(pointer), p)
	return p
}
