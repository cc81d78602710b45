// Package allocate gives the virtual registers of a function physical ones: the
// same that avo's own passes Liveness and AllocateRegisters give, which compute
// with maps and take most of the time that it takes to print a package.
package allocate

import (
	"cmp"
	"errors"
	"math/bits"
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/reg"
)

// Registers allocates the registers of a function whose successors avo's pass CFG
// has written down. Registers that are alive at the same time are given different
// physical ones. The next to choose is always the one that has the fewest left to
// choose from; it takes the first of these.
func Registers(f *ir.Function) error {
	g := newGraph(f.Instructions())
	g.interferences()
	for i, r := range g.registers {
		if p := slices.Index(g.physical, r.id); p >= 0 {
			g.give(i, p) // it has itself
		}
	}
	f.Allocation = reg.NewEmptyAllocation()
	for {
		r := g.mostRestricted()
		if r < 0 {
			break
		}
		p := g.take(r)
		if p < 0 {
			return errors.New("a function needs more general registers than there are")
		}
		f.Allocation[g.registers[r].id] = g.physical[p]
	}
	return nil
}

// register is a virtual or physical register of a function.
type register struct {
	id        reg.ID
	neighbors set // atoms that are alive where it is written
	// choice are the physical registers that a virtual one may have, as indices of
	// graph.physical; nil once it has one.
	choice set
	places []place
}

// place is a part of a register that instructions name by itself, as EAX is of
// RAX: bits of a mask, of which those in all the same masks are one atom.
type place struct {
	bits  uint16
	among uint16 // of the masks of the register, which these bits are in
	atom  int
}

// order is the order in which physical registers are taken: the base pointer, which
// has to be saved, after all others.
func order(a, b reg.Physical) int {
	if c := cmp.Compare(a.Info()&reg.BasePointer, b.Info()&reg.BasePointer); c != 0 {
		return c
	}
	return cmp.Compare(a.ID(), b.ID())
}

// allocatable are the physical registers that may be given to virtual ones, each
// once, in that order.
var allocatable = func() (list []reg.ID) {
	for _, f := range reg.Families {
		registers := f.Registers()
		slices.SortFunc(registers, order)
		for _, r := range registers {
			if r.Info()&reg.Restricted == 0 && f != reg.Pseudo && !slices.Contains(list, r.ID()) {
				list = append(list, r.ID())
			}
		}
	}
	return list
}()

// mostRestricted is the virtual register with the fewest physical ones left, of
// several the one with the smallest number, or -1.
func (g *graph) mostRestricted() int {
	best, fewest := -1, 0
	for i, r := range g.registers {
		if r.choice == nil {
			continue
		}
		n := r.choice.len()
		if best < 0 || n < fewest || n == fewest && r.id < g.registers[best].id {
			best, fewest = i, n
		}
	}
	return best
}

// take gives a register the first physical one that it may have, and returns the
// index of that, or -1.
func (g *graph) take(r int) int {
	p := g.registers[r].choice.first()
	if p < 0 {
		return -1
	}
	g.registers[r].choice = nil
	g.give(r, p)
	return p
}

// give takes a physical register away from those that are alive beside its owner.
func (g *graph) give(r, p int) {
	for i := range g.registers {
		if other := &g.registers[i]; other.choice != nil && g.interfere(r, i) {
			other.choice.remove(p)
		}
	}
}

// set is a set of small numbers.
type set []uint64

func newSet(n int) set       { return make(set, (n+63)/64) }
func (s set) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s set) remove(i int)   { s[i/64] &^= 1 << (i % 64) }
func (s set) has(i int) bool { return s[i/64]>>(i%64)&1 != 0 }

// len is the number of elements.
func (s set) len() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// first is the smallest element, or -1.
func (s set) first() int {
	for i, w := range s {
		if w != 0 {
			return i*64 + bits.TrailingZeros64(w)
		}
	}
	return -1
}
