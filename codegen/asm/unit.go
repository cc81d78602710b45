package asm

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/reg"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64/listing"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/machine"
)

// Unit is the machine code of one package: one assembly file.
type Unit struct {
	machine   machine.Machine
	functions []ir.Section
	words     []uint32 // constants, each once
	places    map[uint32]int
	doubles   []float64      // constants of twice the width, each once
	labels    map[string]int // of the function in the making
	laneTable bool           // AVX2 masks are read out of it
	made      map[string]bool
	shared    bool              // layers share tiles: see Share
	tiles     map[string]Stub   // of contractions, by what they compute
	decls     []string          // Go declarations beside the kernels
	constants map[string]string // tables among them, by their text
}

// Stub declares an assembly function in Go.
type Stub struct {
	Doc    string // what it computes, after its name: "computes ..."
	Name   string
	Params []Param
	// MulAdds and Bytes are the most that a call takes and touches.
	MulAdds, Bytes int
	sizes          map[string]string // of a shared kernel: the parameters that hold them
}

// takes adds parameters for those of the sizes that are not literals, and
// returns what is passed for them.
func (s *Stub) takes(list ...gotree.Number) (args []string) {
	if s.sizes == nil {
		s.sizes = map[string]string{}
	}
	for _, n := range list {
		if n.Known() || s.sizes[n.Text] != "" {
			continue
		}
		name, simple := strings.CutPrefix(n.Text, shape.Argument+".")
		if !simple || strings.ContainsAny(name, ".+-*/()") {
			name = fmt.Sprint("size", len(s.sizes))
		}
		s.sizes[n.Text] = name
		s.Params = append(s.Params, Param{name, "int"})
		args = append(args, n.Text)
	}
	return args
}

// Param is a parameter of an assembly function.
type Param struct{ Name, Type string }

// Signature is "(y, x *float32, n int)".
func (s Stub) Signature() string {
	var b strings.Builder
	b.WriteByte('(')
	for i, p := range s.Params {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.Name)
		if i+1 == len(s.Params) || s.Params[i+1].Type != p.Type {
			b.WriteString(" " + p.Type)
		}
	}
	b.WriteByte(')')
	return b.String()
}

// NewUnit returns an empty unit, whose kernels are planned for a machine.
func NewUnit(m machine.Machine) *Unit {
	return &Unit{machine: m, places: map[uint32]int{}, made: map[string]bool{}, tiles: map[string]Stub{}, constants: map[string]string{}}
}

// once reports that a routine which kernels share is asked for the first time.
func (u *Unit) once(name string) bool {
	first := !u.made[name]
	u.made[name] = true
	return first
}

// Share makes the kernels of a large network share as many routines as they can,
// at the price of some nanoseconds a call.
func (u *Unit) Share() { u.shared = true }

// Declarations are the Go types and variables that bodies name.
func (u *Unit) Declarations() []string { return u.decls }

// declare adds a declaration, once.
func (u *Unit) declare(text string) {
	if !slices.Contains(u.decls, text) {
		u.decls = append(u.decls, text)
	}
}

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

// Empty reports that nothing has been written.
func (u *Unit) Empty() bool { return len(u.functions) == 0 }

// Constraint keeps machine code from compilers and machines that have no use
// for it.
const Constraint = "amd64 && !purego && !tinygo"

// Source is the assembly file, under the given header.
func (u *Unit) Source(header string) ([]byte, error) {
	f, err := u.tables()
	if err != nil {
		return nil, fmt.Errorf("assembly: %w", err)
	}
	f.Sections = append(f.Sections, u.functions...)
	if err := pass.Compile.Execute(f); err != nil {
		return nil, fmt.Errorf("assembly: %w", err)
	}
	return []byte(header + "\n//go:build " + Constraint + "\n\n" + listing.Print(f)), nil
}

// tables is a file of the constants alone.
func (u *Unit) tables() (*ir.File, error) {
	ctx := build.NewContext()
	if len(u.words) > 0 {
		ctx.StaticGlobal(constants)
		ctx.DataAttributes(attr.RODATA | attr.NOPTR)
		for i, w := range u.words {
			ctx.AddDatum(4*i, operand.U32(w))
		}
	}
	if len(u.doubles) > 0 {
		ctx.StaticGlobal(wideConstants)
		ctx.DataAttributes(attr.RODATA | attr.NOPTR)
		for i, x := range u.doubles {
			ctx.AddDatum(8*i, operand.U64(math.Float64bits(x)))
		}
	}
	if u.laneTable {
		ctx.StaticGlobal(laneTable)
		ctx.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range 16 {
			word := uint32(math.MaxUint32)
			if i >= 8 {
				word = 0
			}
			ctx.AddDatum(4*i, operand.U32(word))
		}
	}
	return ctx.Result()
}

// constants and wideConstants are the symbols that numbers lie behind.
const (
	constants     = "constants"
	wideConstants = "wideConstants"
)

// word is the address of a constant of 32 bits.
func (u *Unit) word(w uint32) operand.Mem {
	i, ok := u.places[w]
	if !ok {
		i = len(u.words)
		u.words = append(u.words, w)
		u.places[w] = i
	}
	return operand.Mem{Symbol: operand.NewStaticSymbol(constants), Base: reg.StaticBase, Disp: 4 * i}
}

// number is the address of a float32.
func (u *Unit) number(v float64) operand.Mem { return u.word(math.Float32bits(float32(v))) }

// double is the address of a float64.
func (u *Unit) double(x float64) operand.Mem {
	i := slices.Index(u.doubles, x)
	if i < 0 {
		i = len(u.doubles)
		u.doubles = append(u.doubles, x)
	}
	return operand.Mem{Symbol: operand.NewStaticSymbol(wideConstants), Base: reg.StaticBase, Disp: 8 * i}
}

// label is a new label of a function: "loop", "loop2".
func (u *Unit) label(name string) string {
	if u.labels[name]++; u.labels[name] == 1 {
		return name
	}
	return fmt.Sprint(name, u.labels[name])
}
