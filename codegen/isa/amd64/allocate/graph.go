package allocate

import (
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/reg"
)

// graph says which registers of a function interfere.
type graph struct {
	registers []register
	physical  []reg.ID
	code      []instruction
	atoms     int
	kinds     []kindMask // of the registers that are written, each once
}

// instruction is what registers an instruction reads and writes, and where the
// function goes on after it: with the next one, and with those after a jump.
type instruction struct {
	reads, writes []use
	next          bool
	jumps         []int
	isTarget      bool
}

// use is a register as an operand.
type use struct {
	register int
	mask     uint16
	kind     int   // of a written one: its index in graph.kinds
	atoms    []int // of the register that are in the mask
}

// kindMask is a kind of registers and a part of them; overlap are the atoms of all
// registers of the kind that are in that part.
type kindMask struct {
	kind    reg.Kind
	mask    uint16
	overlap set
}

// newGraph numbers what the instructions of a function name.
func newGraph(list []*ir.Instruction) *graph {
	g := &graph{physical: allocatable, code: make([]instruction, len(list))}
	numbers := map[reg.ID]int{}
	masks := [][]uint16{}
	name := func(r reg.Register) use {
		n, ok := numbers[r.ID()]
		if !ok {
			n = len(g.registers)
			numbers[r.ID()] = n
			g.registers, masks = append(g.registers, register{id: r.ID()}), append(masks, nil)
		}
		u := use{register: n, mask: r.Mask()}
		for _, m := range masks[n] {
			if m == u.mask {
				return u
			}
		}
		masks[n] = append(masks[n], u.mask)
		return u
	}
	at := make(map[*ir.Instruction]int, len(list))
	for i, in := range list {
		at[in] = i
	}
	for i, in := range list {
		c := &g.code[i]
		for _, r := range in.Registers() {
			name(r)
		}
		for _, r := range in.InputRegisters() {
			c.reads = append(c.reads, name(r))
		}
		for _, r := range in.OutputRegisters() {
			u := name(r)
			u.kind = g.kindOf(r)
			c.writes = append(c.writes, u)
		}
		for _, s := range in.Succ {
			switch j, ok := at[s]; {
			case !ok: // after the end
			case j == i+1:
				c.next = true
			default:
				c.jumps = append(c.jumps, j)
				g.code[j].isTarget = true
			}
		}
	}
	for n := range g.registers {
		g.cut(n, masks[n])
	}
	for i := range g.code {
		for _, list := range [][]use{g.code[i].reads, g.code[i].writes} {
			for j := range list {
				list[j].atoms = g.registers[list[j].register].in(list[j].mask)
			}
		}
	}
	for k := range g.kinds {
		g.kinds[k].overlap = newSet(g.atoms)
		for _, r := range g.registers {
			if r.id.Kind() == g.kinds[k].kind {
				for _, a := range r.in(g.kinds[k].mask) {
					g.kinds[k].overlap.add(a)
				}
			}
		}
	}
	return g
}

// kindOf is the index of a register's kind and mask.
func (g *graph) kindOf(r reg.Register) int {
	for i, k := range g.kinds {
		if k.kind == r.Kind() && k.mask == r.Mask() {
			return i
		}
	}
	g.kinds = append(g.kinds, kindMask{kind: r.Kind(), mask: r.Mask()})
	return len(g.kinds) - 1
}

// cut divides a register into atoms, and lists what a virtual one may become.
func (g *graph) cut(n int, masks []uint16) {
	r := &g.registers[n]
	for bit := range 16 {
		among := uint16(0) // which masks the bit is in
		for i, m := range masks {
			among |= m >> bit & 1 << i
		}
		if among == 0 {
			continue
		}
		at := slices.IndexFunc(r.places, func(p place) bool { return p.among == among })
		if at < 0 {
			at = len(r.places)
			r.places = append(r.places, place{among: among, atom: g.atoms})
			g.atoms++
		}
		r.places[at].bits |= 1 << bit
	}
	if r.id.IsVirtual() {
		r.choice = newSet(len(g.physical))
		for p, id := range g.physical {
			if id.Kind() == r.id.Kind() {
				r.choice.add(p)
			}
		}
	}
}

// in lists the atoms of a register that are in a mask.
func (r *register) in(mask uint16) (list []int) {
	for _, p := range r.places {
		if p.bits&mask != 0 {
			list = append(list, p.atom)
		}
	}
	return list
}

// interferences writes down what is alive after each instruction that writes a
// register, apart from that register: from the last instruction to the first one,
// until nothing new is alive where jumps go to.
func (g *graph) interferences() {
	for i := range g.registers {
		g.registers[i].neighbors = newSet(g.atoms)
	}
	live := map[int]set{} // before the instructions that jumps go to
	for i, c := range g.code {
		if c.isTarget {
			live[i] = newSet(g.atoms)
		}
	}
	for again := true; again; {
		again = false
		now := newSet(g.atoms)
		for i := len(g.code) - 1; i >= 0; i-- {
			g.before(&g.code[i], now, live)
			if at, ok := live[i]; ok && !slices.Equal(at, now) {
				copy(at, now)
				again = true
			}
		}
	}
}

// before makes what is alive before an instruction of what is alive before the next
// one.
func (g *graph) before(c *instruction, now set, live map[int]set) {
	if !c.next {
		clear(now)
	}
	for _, j := range c.jumps {
		for w, word := range live[j] {
			now[w] |= word
		}
	}
	for _, u := range c.writes {
		r := &g.registers[u.register]
		for w, word := range g.kinds[u.kind].overlap {
			r.neighbors[w] |= word & now[w]
		}
	}
	for _, u := range c.writes {
		for _, a := range u.atoms {
			now.remove(a)
		}
	}
	for _, u := range c.reads {
		for _, a := range u.atoms {
			now.add(a)
		}
	}
}

// interfere reports that a register is alive where the other one is written.
func (g *graph) interfere(a, b int) bool {
	one, other := &g.registers[a], &g.registers[b]
	return slices.ContainsFunc(one.places, func(p place) bool { return other.neighbors.has(p.atom) }) ||
		slices.ContainsFunc(other.places, func(p place) bool { return one.neighbors.has(p.atom) })
}
