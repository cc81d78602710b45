package contract

import (
	"errors"
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/scalar"
)

// tile is an assembly routine that computes rows of a panel of a contraction's
// result: as many rows at a time as it has heights, whose sums are held in
// registers over the whole nest of reduced axes. Every sum runs in the order of
// that nest, one rounding a product, whatever the number of rows; where parts is
// two, even and odd points of the innermost loop are summed apart and added at
// the end; so they are in tiles of the heights halved. Counts and strides are arguments, so that all kernels share a routine
// that sum by the same tiles and have the same epilogue.
//
// Sums that come in several calls are sums of the calls' sums: their errors grow
// with the number of points of a call and the number of calls, not with the product
// of the two.
type tile struct {
	features   amd64.Level
	heights    []int
	lower      []int // of so many rows the first tile has the second height
	columns    int
	parts      int
	halved     []int // heights of tiles whose sums have two parts, as these rows are never in a taller tile
	nested     bool  // several loops of a sum, not one
	depth      int   // so many: three or four
	vectors    bool  // x is read along the lanes too, not spread over them
	far        bool  // a sum is long enough to ask for what comes later
	blocks     bool  // a sum may come in several calls
	accumulate bool  // results are added to what is there
	epilogue   scalar.Expr
	word       string // what it does: relu, bias
	extras     []extra
}

// extra is a further operand of the epilogue.
type extra struct {
	scalar bool // a float32
	spread bool // one element for all lanes
	still  bool // the same for all rows
}

// usualDepth is how many loops of a sum tiles have, but those of volumes.
const usualDepth = 3

// tileName is the Go type of what a tile is told.
func tileName(depth int) string {
	if depth == usualDepth {
		return "tile"
	}
	return "deepTile"
}

// typeOfTile declares it; the functions below are the offsets of its fields.
func typeOfTile(depth int) string {
	of := "tile is what a tile of machine code is told"
	if depth > usualDepth {
		of = fmt.Sprintf("deepTile is what a tile is told whose sums run in %d loops", depth)
	}
	return fmt.Sprintf(`// %s: how its sums run, and how far
// apart the rows of its operands are, in bytes.
type %s struct {
	k          [%[3]d]int // turns of the loops of a sum, outermost first
	x, w       [%[3]d]int // how far a turn moves x and w
	xRow, yRow int    // from row to row
	part       int    // 1: add to what is in y; 2: more will follow, no epilogue yet
	e          [6]int // from row to row of e0, e1, …
}`, of, tileName(depth), depth)
}

func (t *tile) kAt(loop int) int { return 8 * loop }
func (t *tile) xAt(loop int) int { return 8 * (t.depth + loop) }
func (t *tile) wAt(loop int) int { return 8 * (2*t.depth + loop) }
func (t *tile) xRow() int        { return 8 * 3 * t.depth }
func (t *tile) yRow() int        { return t.xRow() + 8 }
func (t *tile) part() int        { return t.xRow() + 16 }
func (t *tile) eRow(i int) int   { return t.xRow() + 24 + 8*i }

const (
	maxTileExtras = 6

	partMore = 1 // the sums so far are in the result
	partRest = 2 // more will follow: no epilogue yet
)

func (t *tile) width() int { return (t.columns + t.features.Lanes() - 1) / t.features.Lanes() }

// rowBytes is how far rows lie apart in the routine's own memory.
func (t *tile) rowBytes() int { return 4 * t.width() * t.features.Lanes() }

// stub declares the routine.
func (t *tile) stub(name string) amd64.Stub {
	s := amd64.Stub{Name: name, Params: []amd64.Param{{Name: "y", Type: "*float32"}, {Name: "x", Type: "*float32"}, {Name: "w", Type: "*float32"}}}
	for i, e := range t.extras {
		typ := "*float32"
		if e.scalar {
			typ = "float32"
		}
		s.Params = append(s.Params, amd64.Param{Name: extraName(i), Type: typ})
	}
	s.Params = append(s.Params, amd64.Param{Name: "s", Type: "*" + tileName(t.depth)}, amd64.Param{Name: "n", Type: "int"})
	if t.usesRows() {
		s.Params = append(s.Params, amd64.Param{Name: "rows", Type: "float32"})
	}
	return s
}

func extraName(i int) string { return fmt.Sprint("e", i) }

func (t *tile) usesRows() bool { return t.epilogue != nil && amd64.HasRows(t.epilogue) }

// tiling is a tile on its way to text.
type tiling struct {
	*tile
	*amd64.Code
	short bool           // the epilogue is computed before sums leave their registers
	tail  amd64.Mask     // of the last vector
	s     amd64.GP       // the argument s
	count amd64.GP       // rows of the tile that has been summed
	sums  amd64.Mem      // the tile that is not stored yet
	saved [][2]amd64.Mem // x and w at the beginning of a turn
	turns []amd64.Mem
}

// shortEpilogue is up to which weight an epilogue is written out for every row of
// a tile. A longer one is a loop over the rows, which go through memory before it.
const shortEpilogue = 4

// write adds the routine to the unit.
func (t *tile) write(u *driver.Unit, s amd64.Stub) error {
	short := t.epilogue == nil || shape.Weight(t.epilogue) <= shortEpilogue
	err := t.text(u, s, short)
	if short && t.epilogue != nil && errors.Is(err, amd64.ErrRegisters) {
		err = t.text(u, s, false)
	}
	return err
}

func (t *tile) text(u *driver.Unit, s amd64.Stub, short bool) error {
	g := &tiling{tile: t, Code: u.Function(t.features, s), short: short}
	g.tail = g.FirstLanes(t.columns - (t.width()-1)*t.features.Lanes())
	if !short {
		g.sums = g.AllocLocal(t.heights[0]*t.rowBytes() + lineBytes)
	}
	if t.nested {
		for range t.depth - 1 {
			g.saved = append(g.saved, [2]amd64.Mem{g.AllocLocal(8), g.AllocLocal(8)})
			g.turns = append(g.turns, g.AllocLocal(8))
		}
	}
	g.s, g.count = g.Pointer("s"), g.GP64()
	g.Label("next")
	for i, h := range t.heights {
		g.Comment(fmt.Sprintf("%d by %d sums in registers:", h, t.columns))
		less := "done"
		if i+1 < len(t.heights) {
			less = fmt.Sprint("under", h)
		}
		g.CMPQ(g.Slot("n"), amd64.U8(uint8(h)))
		g.JLT(amd64.LabelRef(less))
		if i == 0 {
			for _, n := range g.lower {
				g.CMPQ(g.Slot("n"), amd64.U8(uint8(n)))
				g.JEQ(amd64.LabelRef(less))
			}
		}
		g.block(h)
		if i+1 < len(t.heights) {
			g.JMP(amd64.LabelRef("finish"))
			g.Label(less)
		}
	}
	if len(t.heights) > 1 {
		g.Label("finish")
	}
	if !short {
		g.finish()
	}
	g.move()
	g.JMP(amd64.LabelRef("next"))
	g.Label("done")
	return g.End()
}

// move goes on by the rows that are done.
func (g *tiling) move() {
	move := func(step int, name string) {
		r := g.GP64()
		g.MOVQ(g.told(step), r)
		g.IMULQ(g.count, r)
		g.ADDQ(r, g.Slot(name))
	}
	move(g.yRow(), "y")
	move(g.xRow(), "x")
	for i, e := range g.extras {
		if !e.scalar && !e.still {
			move(g.eRow(i), extraName(i))
		}
	}
	g.SUBQ(g.count, g.Slot("n"))
}

// told is a field of the argument s.
func (g *tiling) told(field int) amd64.Mem { return amd64.Mem{Base: g.s, Disp: field} }

func (g *tiling) mask(j int) amd64.Mask {
	if j == g.width()-1 {
		return g.tail
	}
	return amd64.Mask{}
}

// lineBytes is a cache line.
const lineBytes = 64

// own points to the routine's own memory, and says how far its rows lie apart.
func (g *tiling) own(p, step amd64.GP) {
	g.LEAQ(g.sums, p)
	g.ADDQ(amd64.U8(lineBytes-1), p)
	g.ANDQ(amd64.I8(-lineBytes), p)
	g.MOVQ(amd64.U32(uint32(g.rowBytes())), step)
}

// block sums a tile of h rows and stores its results; where the epilogue is long,
// the sums: in the result, or where there are sums already, or results to be added
// to, in the routine's own memory.
func (g *tiling) block(h int) {
	b := &tileSums{tiling: g, high: h, parts: g.parts, acc: make([][][]amd64.Vec, h)}
	if slices.Contains(g.halved, h) {
		b.parts = 2
	}
	var all []amd64.Vec
	for i := range b.acc {
		b.acc[i] = make([][]amd64.Vec, g.width())
		for j := range b.acc[i] {
			b.acc[i][j] = g.Allocs(b.parts)
			all = append(all, b.acc[i][j]...)
		}
	}
	g.Grouped("zero", len(all), func(i int) { g.Zero(all[i]) })
	b.b = g.Allocs(g.width())
	b.sum()
	g.Release(b.b...)
	acc := b.whole()
	if g.short {
		g.results(acc)
		g.MOVQ(amd64.U32(uint32(h)), g.count)
		return
	}
	to, step := g.GP64(), g.GP64()
	g.MOVQ(g.Slot("y"), to)
	g.MOVQ(g.told(g.yRow()), step)
	if g.accumulate {
		g.own(to, step)
	} else if g.blocks {
		direct := fmt.Sprint("store", h)
		g.TESTQ(amd64.U32(partMore), g.told(g.tile.part()))
		g.JZ(amd64.LabelRef(direct))
		g.own(to, step)
		g.Label(direct)
	}
	for i, row := range acc {
		g.Grouped("store", len(row), func(j int) { g.StoreLanes(amd64.At(to, j*g.Level.Lanes()), row[j], g.mask(j)) })
		g.Release(row...)
		if i+1 < h {
			g.ADDQ(step, to)
		}
	}
	g.MOVQ(amd64.U32(uint32(h)), g.count)
}
