package asm

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// finish turns count rows of sums into results, and moves on by as many.
func (g *tiling) finish() {
	y, step := g.GP64(), g.GP64()
	over := "moved"
	g.MOVQ(g.slot("y"), y)
	g.MOVQ(g.told(tileYRow), step)
	from, apart := g.GP64(), g.GP64()
	summed, whole := "alone", "results"
	g.TESTQ(operand.U32(partMore), g.told(tilePart))
	g.JZ(operand.LabelRef(summed))
	g.Comment("The sums of earlier calls:")
	g.own(from, apart)
	g.addSums(y, step, from, apart, whole, over)
	g.Label(summed)
	if g.accumulate {
		g.own(from, apart)
	} else {
		g.MOVQ(y, from)
		g.MOVQ(step, apart)
	}
	if g.epilogue == nil {
		g.IMULQ(g.count, apart)
		g.ADDQ(apart, y)
	} else {
		if !g.accumulate {
			last := "last"
			g.TESTQ(operand.U32(partRest), g.told(tilePart))
			g.JZ(operand.LabelRef(last))
			g.IMULQ(g.count, apart)
			g.ADDQ(apart, y)
			g.JMP(operand.LabelRef(over))
			g.Label(last)
		}
		g.Label(whole)
		g.results(y, step, from, apart)
	}
	g.Label(over)
	g.MOVQ(y, g.slot("y"))
	x := g.GP64()
	g.MOVQ(g.told(tileXRow), x)
	g.IMULQ(g.count, x)
	g.ADDQ(x, g.slot("x"))
	g.SUBQ(g.count, g.slot("n"))
}

// addSums adds the tile at from to what is in the result: to the result, or where
// the epilogue is due to itself.
func (g *tiling) addSums(y, step, from, apart reg.GPVirtual, whole, over string) {
	to, far := g.GP64(), g.GP64()
	if g.epilogue == nil {
		to, far = y, step
	} else {
		g.MOVQ(y, to)
		g.MOVQ(step, far)
		between := "between"
		g.TESTQ(operand.U32(partRest), g.told(tilePart))
		g.JNZ(operand.LabelRef(between))
		g.MOVQ(from, to)
		g.MOVQ(apart, far)
		g.Label(between)
	}
	at0, n := g.GP64(), g.GP64()
	g.MOVQ(y, at0)
	g.MOVQ(g.count, n)
	g.Label("add")
	v := g.alloc()
	for j := range g.width() {
		g.load(v, at(from, j*g.level.Lanes()), mask{})
		g.addTo(v, at(at0, j*g.level.Lanes()), g.mask(j))
		g.store(at(to, j*g.level.Lanes()), v, g.mask(j))
	}
	g.release(v)
	g.ADDQ(apart, from)
	g.ADDQ(step, at0)
	g.ADDQ(far, to)
	g.DECQ(n)
	g.JNZ(operand.LabelRef("add"))
	if g.epilogue != nil {
		g.own(from, apart)
		g.TESTQ(operand.U32(partRest), g.told(tilePart))
		g.JZ(operand.LabelRef(whole))
		g.MOVQ(at0, y)
	}
	g.JMP(operand.LabelRef(over))
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

// results computes the epilogue of the tile at from, row by row.
func (g *tiling) results(y, step, from, apart reg.GPVirtual) {
	pointers := make([]reg.GPVirtual, len(g.extras))
	for i, e := range g.extras {
		if !e.scalar {
			pointers[i] = g.pointer(extraName(i))
		}
	}
	if g.usesRows() {
		g.rows = g.scalar("rows")
	}
	n := g.copyOf(g.count)
	g.Comment("The epilogue, row by row:")
	g.Label("epilogue")
	for j := range g.width() {
		args := []vec{g.alloc()}
		g.load(args[0], at(from, j*g.level.Lanes()), g.mask(j))
		for i, e := range g.extras {
			v := g.alloc()
			switch {
			case e.scalar:
				g.broadcast(v, g.slot(extraName(i)))
			case e.spread:
				g.broadcast(v, at(pointers[i], 0))
			default:
				g.load(v, at(pointers[i], j*g.level.Lanes()), g.mask(j))
			}
			args = append(args, v)
		}
		v := g.eval(g.epilogue, args)
		m := at(y, j*g.level.Lanes())
		if g.accumulate {
			g.addTo(v, m, g.mask(j))
		}
		g.store(m, v, g.mask(j))
		g.release(append(args, v)...)
	}
	g.ADDQ(apart, from)
	g.ADDQ(step, y)
	for i, e := range g.extras {
		if !e.scalar {
			g.ADDQ(g.told(tileE+8*i), pointers[i])
		}
	}
	g.DECQ(n)
	g.JNZ(operand.LabelRef("epilogue"))
	for i, e := range g.extras {
		if !e.scalar {
			g.MOVQ(pointers[i], g.slot(extraName(i)))
		}
	}
	if g.rows != none {
		g.release(g.rows)
		g.rows = none
	}
}

// copyOf is another register with the same address.
func (c *code) copyOf(r reg.Register) reg.GPVirtual {
	p := c.GP64()
	c.MOVQ(r, p)
	return p
}
