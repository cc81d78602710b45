package asm

import (
	"maps"

	"github.com/nngen-go/nngen/codegen/plan"
	"github.com/nngen-go/nngen/ir/machine"
)

// Unit is the machine code of the kernels of one package.
type Unit struct {
	*assembly
	machine   machine.Machine
	shared    bool              // layers share tiles: see Share
	tiles     map[string]Stub   // of contractions, by what they compute
	constants map[string]string // tables among the declarations, by their text
}

// NewUnit returns an empty unit, whose kernels are planned for a machine.
func NewUnit(m machine.Machine) *Unit {
	return &Unit{assembly: newAssembly(), machine: m, tiles: map[string]Stub{}, constants: map[string]string{}}
}

// Share makes the kernels of a large network share as many routines as they can,
// at the price of some nanoseconds a call.
func (u *Unit) Share() { u.shared = true }

// Constant is the name of a variable that holds a table, one for equal tables.
func (u *Unit) Constant(text, kernel string) string {
	if name, ok := u.constants[text]; ok {
		return name
	}
	name := kernel + "Parts"
	for c := 'B'; !u.once(name); c++ {
		name = kernel + "Parts" + string(c)
	}
	u.constants[text] = name
	u.declare("// " + name + " are the parts of " + kernel + "'s result that sum the same points.\nvar " + name + " = " + text)
	return name
}

// processor is what kernels of a level are planned for.
func (u *Unit) processor(l Level) plan.Machine {
	return plan.Machine{Machine: u.machine, Lanes: l.Lanes(), Registers: l.registers(), Shared: u.shared}
}

// attempt keeps what write adds to the unit if it succeeds.
func (u *Unit) attempt(write func() bool) {
	before, tiles := u.mark(), maps.Clone(u.tiles)
	if !write() {
		u.reset(before)
		u.tiles = tiles
	}
}
