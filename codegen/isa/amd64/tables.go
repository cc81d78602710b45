package amd64

import (
	"math"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

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

// constants and wideConstants are the symbols at which numbers lie.
const (
	constants     = "constants"
	wideConstants = "wideConstants"
)

// Word is the address of a constant of 32 bits.
func (u *Unit) Word(w uint32) operand.Mem {
	i, ok := u.places[w]
	if !ok {
		i = len(u.words)
		u.words = append(u.words, w)
		u.places[w] = i
	}
	return operand.Mem{Symbol: operand.NewStaticSymbol(constants), Base: reg.StaticBase, Disp: 4 * i}
}

// number is the address of a float32.
func (u *Unit) number(v float64) operand.Mem { return u.Word(math.Float32bits(float32(v))) }

// double is the address of a float64.
func (u *Unit) double(x float64) operand.Mem {
	i := slices.Index(u.doubles, x)
	if i < 0 {
		i = len(u.doubles)
		u.doubles = append(u.doubles, x)
	}
	return operand.Mem{Symbol: operand.NewStaticSymbol(wideConstants), Base: reg.StaticBase, Disp: 8 * i}
}
