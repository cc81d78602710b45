package contract

import (
	"fmt"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
)

// results turns the sums of a tile into results, before they leave their registers.
func (g *tiling) results(acc [][]amd64.Vec) {
	h := len(acc)
	y := g.spaced(h, "y", g.yRow())
	each := func(name string, f func(i, j int, m amd64.Mem)) {
		g.Grouped(name, h*g.width(), func(n int) {
			i, j := n/g.width(), n%g.width()
			f(i, j, y.at(i, j*g.Level.Lanes()))
		})
	}
	if g.blocks {
		fresh := fmt.Sprint("fresh", h)
		g.TESTQ(amd64.U32(partMore), g.told(g.tile.part()))
		g.JZ(amd64.LabelRef(fresh))
		each("more", func(i, j int, m amd64.Mem) { g.addTo(acc[i][j], m, g.mask(j)) })
		g.Label(fresh)
	}
	store := func(i, j int, m amd64.Mem) { g.StoreLanes(m, acc[i][j], g.mask(j)) }
	if g.epilogue == nil {
		each("store", store)
	} else {
		last, stored := fmt.Sprint("last", h), fmt.Sprint("stored", h)
		if g.blocks && !g.accumulate {
			g.TESTQ(amd64.U32(partRest), g.told(g.tile.part()))
			g.JZ(amd64.LabelRef(last))
			each("store", store)
			g.JMP(amd64.LabelRef(stored))
			g.Label(last)
		}
		o := g.operands(h)
		for i, row := range acc {
			if i > 0 {
				o.next()
			}
			for j, sum := range row {
				g.Group(g.word, func() { o.result(sum, j, y.at(i, j*g.Level.Lanes())) })
			}
		}
		o.end()
		if g.blocks && !g.accumulate {
			g.Label(stored)
		}
	}
	for _, row := range acc {
		g.Release(row...)
	}
}

// tileOperands is where the operands of an epilogue are.
type tileOperands struct {
	*tiling
	pointers []amd64.GP
	held     [][]amd64.Vec // the vectors of those that are the same for all rows
}

// operands points to the extras of h rows, and loads those that are the same for
// all of them, as long as there are registers.
func (g *tiling) operands(h int) *tileOperands {
	o := &tileOperands{tiling: g, pointers: make([]amd64.GP, len(g.extras)), held: make([][]amd64.Vec, len(g.extras))}
	spare := amd64.RegistersOf(g.epilogue, g.Level) + 1 + len(g.extras) // with the sum
	if g.usesRows() {
		g.Rows = g.Scalar("rows")
	}
	for i, e := range g.extras {
		if !e.scalar {
			o.pointers[i] = g.Pointer(extraName(i))
		}
		n := g.width()
		if e.scalar || e.spread {
			n = 1
		}
		if h == 1 || !e.scalar && !e.still || g.Spare() < spare+n {
			continue
		}
		for j := range n {
			o.held[i] = append(o.held[i], o.load(i, j))
		}
	}
	if h*g.width() > 1 {
		g.Pin(g.epilogue, spare)
	}
	return o
}

// load loads an operand at vector j.
func (o *tileOperands) load(i, j int) amd64.Vec {
	v := o.Alloc()
	switch e := o.extras[i]; {
	case e.scalar:
		o.Broadcast(v, o.Slot(extraName(i)))
	case e.spread:
		o.Broadcast(v, amd64.At(o.pointers[i], 0))
	default:
		o.Code.LoadLanes(v, amd64.At(o.pointers[i], j*o.Level.Lanes()), o.mask(j))
	}
	return v
}

// next moves the pointers on to the next row.
func (o *tileOperands) next() {
	for i, e := range o.extras {
		if !e.scalar && !e.still {
			o.ADDQ(o.told(o.eRow(i)), o.pointers[i])
		}
	}
}

// result stores what becomes of the sum at vector j of a row.
func (o *tileOperands) result(sum amd64.Vec, j int, to amd64.Mem) {
	args := o.row(sum, j)
	v := o.Eval(o.epilogue, args)
	if o.accumulate {
		o.addTo(v, to, o.mask(j))
	}
	o.StoreLanes(to, v, o.mask(j))
	o.Release(v)
	o.drop(args)
}

// row is the operands at vector j of a row, the sum first.
func (o *tileOperands) row(sum amd64.Vec, j int) []amd64.Vec {
	args := []amd64.Vec{sum}
	for i := range o.extras {
		if o.held[i] == nil {
			args = append(args, o.load(i, j))
		} else {
			args = append(args, o.held[i][min(j, len(o.held[i])-1)])
		}
	}
	return args
}

// drop gives back what row has loaded.
func (o *tileOperands) drop(args []amd64.Vec) {
	for i, v := range args[1:] {
		if o.held[i] == nil {
			o.Release(v)
		}
	}
}

// end gives everything back.
func (o *tileOperands) end() {
	for _, list := range o.held {
		o.Release(list...)
	}
	o.Unpin()
	if o.Rows != amd64.None {
		o.Release(o.Rows)
		o.Rows = amd64.None
	}
}

// finish turns count rows of sums, in memory, into results.
func (g *tiling) finish() {
	y, step := g.GP64(), g.GP64()
	g.MOVQ(g.Slot("y"), y)
	g.MOVQ(g.told(g.yRow()), step)
	from, apart := g.GP64(), g.GP64()
	if g.accumulate {
		g.own(from, apart)
	} else {
		g.MOVQ(y, from)
		g.MOVQ(step, apart)
	}
	if g.blocks && !g.accumulate {
		alone := "alone"
		g.TESTQ(amd64.U32(partMore), g.told(g.tile.part()))
		g.JZ(amd64.LabelRef(alone))
		g.own(from, apart)
		g.addSums(y, step, from, apart)
		g.Label(alone)
		g.TESTQ(amd64.U32(partRest), g.told(g.tile.part()))
		g.JNZ(amd64.LabelRef("moved"))
	}
	n := g.CopyOf(g.count)
	g.Comment("The epilogue, row by row:")
	o := g.operands(1)
	g.Label("epilogue")
	for j := range g.width() {
		g.Group(g.word, func() {
			sum := g.Alloc()
			g.LoadLanes(sum, amd64.At(from, j*g.Level.Lanes()), g.mask(j))
			o.result(sum, j, amd64.At(y, j*g.Level.Lanes()))
			g.Release(sum)
		})
	}
	g.ADDQ(apart, from)
	g.ADDQ(step, y)
	o.next()
	g.DECQ(n)
	g.JNZ(amd64.LabelRef("epilogue"))
	o.end()
	if g.blocks && !g.accumulate {
		g.Label("moved")
	}
}

// addSums adds the tile at from to what is in the result: in the result.
func (g *tiling) addSums(y, step, from, apart amd64.GP) {
	g.Comment("The sums of earlier calls:")
	to, n := g.CopyOf(y), g.CopyOf(g.count)
	g.Label("add")
	v := g.Alloc()
	for j := range g.width() {
		g.Group("addTo", func() {
			g.LoadLanes(v, amd64.At(from, j*g.Level.Lanes()), amd64.Mask{})
			g.addTo(v, amd64.At(to, j*g.Level.Lanes()), g.mask(j))
			g.StoreLanes(amd64.At(to, j*g.Level.Lanes()), v, g.mask(j))
		})
	}
	g.Release(v)
	g.ADDQ(apart, from)
	g.ADDQ(step, to)
	g.DECQ(n)
	g.JNZ(amd64.LabelRef("add"))
	g.MOVQ(y, from)
	g.MOVQ(step, apart)
}

// addTo adds what is in memory to a sum.
func (g *tiling) addTo(v amd64.Vec, m amd64.Mem, k amd64.Mask) {
	if !k.Partial {
		g.VADDPS(m, g.Full(v), g.Full(v))
		return
	}
	t := g.Alloc()
	g.LoadLanes(t, m, k)
	g.VADDPS(g.Full(t), g.Full(v), g.Full(v))
	g.Release(t)
}
