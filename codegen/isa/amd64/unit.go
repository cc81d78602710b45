package amd64

import (
	"fmt"
	"maps"
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/pass"

	"github.com/nngen-go/nngen/codegen/isa/amd64/allocate"
	"github.com/nngen-go/nngen/codegen/isa/amd64/listing"
)

// Unit is the machine code of one package: one assembly file.
type Unit struct {
	functions []ir.Section
	words     []uint32 // constants, each once
	places    map[uint32]int
	doubles   []float64      // constants of twice the width, each once
	labels    map[string]int // of the function in the making
	laneTable bool           // AVX2 masks are read out of it
	made      map[string]bool
	decls     []string // Go declarations beside the routines
}

// NewUnit returns an empty file.
func NewUnit() *Unit {
	return &Unit{places: map[uint32]int{}, made: map[string]bool{}}
}

// Mark is what there is of an assembly file at some time.
type Mark struct {
	functions int
	made      map[string]bool
}

// Mark remembers what there is.
func (u *Unit) Mark() Mark { return Mark{len(u.functions), maps.Clone(u.made)} }

// Reset takes back what has been written after a mark.
func (u *Unit) Reset(m Mark) { u.functions, u.made = u.functions[:m.functions], m.made }

// Once reports that a routine of that name is asked for the first time.
func (u *Unit) Once(name string) bool {
	first := !u.made[name]
	u.made[name] = true
	return first
}

// Declarations are the Go types and variables that belong to the routines.
func (u *Unit) Declarations() []string { return u.decls }

// Declare adds a declaration, once.
func (u *Unit) Declare(text string) {
	if !slices.Contains(u.decls, text) {
		u.decls = append(u.decls, text)
	}
}

// Empty reports that nothing has been written.
func (u *Unit) Empty() bool { return len(u.functions) == 0 }

// Constraint keeps machine code from compilers and machines that have no use
// for it.
const Constraint = "amd64 && !purego && !tinygo"

// compile is avo's pass.Compile with another allocation of registers.
var compile = pass.Concat(
	pass.Verify,
	pass.FunctionPass(pass.PruneJumpToFollowingLabel),
	pass.FunctionPass(pass.PruneDanglingLabels),
	pass.FunctionPass(pass.LabelTarget),
	pass.FunctionPass(pass.CFG),
	pass.InstructionPass(pass.ZeroExtend32BitOutputs),
	pass.FunctionPass(allocate.Registers),
	pass.FunctionPass(pass.BindRegisters),
	pass.FunctionPass(pass.VerifyAllocation),
	pass.FunctionPass(pass.EnsureBasePointerCalleeSaved),
	pass.Func(pass.IncludeTextFlagHeader),
	pass.FunctionPass(pass.PruneSelfMoves),
	pass.FunctionPass(pass.RequiredISAExtensions),
)

// Source is the assembly file, under the given header.
func (u *Unit) Source(header string) ([]byte, error) {
	f, err := u.tables()
	if err != nil {
		return nil, fmt.Errorf("assembly: %w", err)
	}
	f.Sections = append(f.Sections, u.functions...)
	if err := compile.Execute(f); err != nil {
		return nil, fmt.Errorf("assembly: %w", err)
	}
	return []byte(header + "\n//go:build " + Constraint + "\n\n" + listing.Print(f)), nil
}

// Label is a new label of a function: "loop", "loop2".
func (u *Unit) Label(name string) string {
	if u.labels[name]++; u.labels[name] == 1 {
		return name
	}
	return fmt.Sprint(name, u.labels[name])
}
