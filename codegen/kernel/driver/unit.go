package driver

import (
	"maps"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/plan"
	"github.com/nngen-go/nngen/ir/machine"
)

// Unit is the machine code of the kernels of one package.
type Unit struct {
	*amd64.Unit
	Machine   machine.Machine
	Shared    bool                  // layers share tiles: see Share
	Tiles     map[string]amd64.Stub // of contractions, by what they compute
	constants map[string]string     // tables among the declarations, by their text
}

// NewUnit returns an empty unit, whose kernels are planned for a machine.
func NewUnit(m machine.Machine) *Unit {
	return &Unit{Unit: amd64.NewUnit(), Machine: m, Tiles: map[string]amd64.Stub{}, constants: map[string]string{}}
}

// Share makes the kernels of a large network share as many routines as they can,
// at the price of some nanoseconds a call.
func (u *Unit) Share() { u.Shared = true }

// Constant is the name of a variable that holds a table, one for equal tables.
func (u *Unit) Constant(value gotree.Expr, kernel string) string {
	text := value.String()
	if name, ok := u.constants[text]; ok {
		return name
	}
	name := kernel + "Parts"
	for i := 1; !u.Once(name); i++ {
		name = kernel + "Parts" + gotree.Letters(i)
	}
	u.constants[text] = name
	u.Declare("// " + name + " are the parts of " + kernel + "'s result that sum the same points.\nvar " + name + " = " + text)
	return name
}

// Processor is what kernels of a level are planned for.
func (u *Unit) Processor(l amd64.Level) plan.Machine {
	return plan.Machine{Machine: u.Machine, Lanes: l.Lanes(), Registers: l.Registers(), Shared: u.Shared}
}

// Attempt keeps what write adds to the unit if it succeeds.
func (u *Unit) Attempt(write func() bool) {
	before, tiles := u.Mark(), maps.Clone(u.Tiles)
	if !write() {
		u.Reset(before)
		u.Tiles = tiles
	}
}
