package asm

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// finish turns the sums into results and stores them. Registers of sums are
// given back as they are stored.
func (g *tiling) finish() {
	y := g.GP64()
	g.MOVQ(g.slot("y"), y)
	done := g.unit.label("done")
	if g.streamed {
		block := g.unit.label("block")
		s := g.whileFlag(partHold, "s", block)
		g.each(func(i, j int) { g.store(at(s, j*g.level.Lanes()), g.acc[i][j][0], g.mask(j)) })
		g.JMP(operand.LabelRef(done))
		g.Label(block)
	}
	g.takeUp(y)
	plain := func() {
		g.each(func(i, j int) {
			v, m := g.acc[i][j][0], at(y, g.spots[i].out+j*g.level.Lanes())
			if g.accumulate && !g.resumed {
				g.addTo(v, m, g.mask(j))
			}
			g.store(m, v, g.mask(j))
		})
	}
	if g.epilogue == nil {
		plain()
		g.releaseSums()
		if g.streamed {
			g.Label(done)
		}
		return
	}
	if g.resumed {
		last := g.unit.label("last")
		flags := g.GP64()
		g.MOVQ(g.slot("part"), flags)
		g.TESTQ(operand.U32(partRest), flags)
		g.JZ(operand.LabelRef(last))
		plain()
		g.JMP(operand.LabelRef(done))
		g.Label(last)
	}
	if g.long {
		plain()
		g.releaseSums()
		g.countRows()
		g.revisit(y)
	} else {
		g.countRows()
		g.inPlace(y)
		g.releaseSums()
	}
	if g.rows != none {
		g.release(g.rows)
		g.rows = none
	}
	g.Label(done)
}

// takeUp adds the sums of earlier calls.
func (g *tiling) takeUp(y reg.Register) {
	if !g.resumed {
		return
	}
	first := g.unit.label("first")
	g.whileFlag(partMore, "y", first)
	g.Comment("The sums of earlier calls.")
	g.each(func(i, j int) {
		g.addTo(g.acc[i][j][0], at(y, g.spots[i].out+j*g.level.Lanes()), g.mask(j))
	})
	g.Label(first)
}

// maxInline is how many base functions an epilogue has at most that is written
// once for every register of the tile; a longer one is a loop over the stored
// tile.
const maxInline = 6

// countRows spreads the number of rows, where the epilogue names it.
func (g *tiling) countRows() {
	if !g.usesRows() {
		return
	}
	g.rows = g.alloc()
	g.broadcast(g.rows, g.slot("n"))
}

func (g *tiling) releaseSums() {
	for _, row := range g.acc {
		for _, parts := range row {
			g.release(parts[0])
		}
	}
}

// addTo adds what is in memory to a sum.
func (g *tiling) addTo(v vec, m operand.Mem, k mask) {
	if !k.set {
		g.VADDPS(m, g.full(v), g.full(v))
		return
	}
	t := g.alloc()
	g.load(t, m, k)
	g.VADDPS(g.full(t), g.full(v), g.full(v))
	g.release(t)
}

// pointers loads the pointers of the epilogue's further operands.
func (g *tiling) pointers() []reg.GPVirtual {
	list := make([]reg.GPVirtual, len(g.extras))
	for i, e := range g.extras {
		if !e.scalar {
			list[i] = g.GP64()
			g.MOVQ(g.slot(extraName(i)), list[i])
		}
	}
	return list
}

// operandOf loads one further operand of the epilogue for a vector.
func (g *tiling) operandOf(e int, p reg.Register, floats, j int) vec {
	v := g.alloc()
	switch x := g.extras[e]; {
	case x.scalar:
		g.broadcast(v, g.slot(extraName(e)))
	case x.spread:
		g.broadcast(v, at(p, floats))
	default:
		g.load(v, at(p, floats+j*g.level.Lanes()), g.mask(j))
	}
	return v
}

// inPlace applies the epilogue to the sums in their registers, a column of
// vectors at a time: what is the same for all rows is loaded once.
func (g *tiling) inPlace(y reg.Register) {
	pointers := g.pointers()
	for j := range g.width() {
		args := make([]vec, 1+len(g.extras))
		for e, x := range g.extras {
			if x.fixed {
				args[1+e] = g.operandOf(e, pointers[e], 0, j)
			}
		}
		for i, r := range g.spots {
			args[0] = g.acc[i][j][0]
			for e, x := range g.extras {
				if !x.fixed {
					args[1+e] = g.operandOf(e, pointers[e], r.extra[e], j)
				}
			}
			m := at(y, r.out+j*g.level.Lanes())
			g.assign(m, args, j)
			for e, x := range g.extras {
				if !x.fixed {
					g.release(args[1+e])
				}
			}
		}
		for e, x := range g.extras {
			if x.fixed {
				g.release(args[1+e])
			}
		}
	}
}

// assign stores the epilogue of args.
func (g *tiling) assign(m operand.Mem, args []vec, j int) {
	v := g.eval(g.epilogue, args)
	if g.accumulate {
		g.addTo(v, m, g.mask(j))
	}
	g.store(m, v, g.mask(j))
	g.release(v)
}

// revisit applies the epilogue to the stored tile, a row a turn: rows are
// equally far apart.
func (g *tiling) revisit(y reg.Register) {
	pointers := g.pointers()
	g.advance(y, g.spots[0].out)
	for e, x := range g.extras {
		if !x.scalar {
			g.advance(pointers[e], g.spots[0].extra[e])
		}
	}
	g.Comment("The epilogue, row by row:")
	g.counted(len(g.spots), func() {
		for j := range g.width() {
			args := []vec{g.alloc()}
			m := at(y, j*g.level.Lanes())
			g.load(args[0], m, g.mask(j))
			for e := range g.extras {
				args = append(args, g.operandOf(e, pointers[e], 0, j))
			}
			g.assign(m, args, j)
			g.release(args...)
		}
		if len(g.spots) > 1 {
			g.advance(y, g.spots[1].out-g.spots[0].out)
			for e, x := range g.extras {
				if !x.scalar {
					g.advance(pointers[e], g.spots[1].extra[e]-g.spots[0].extra[e])
				}
			}
		}
	})
}
