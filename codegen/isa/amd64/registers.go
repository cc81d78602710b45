package amd64

import (
	"errors"
	"slices"

	"github.com/mmcloughlin/avo/reg"
)

// Vec is a vector register: ZMM or YMM, as the level has it.
type Vec int

// None is no register.
const None Vec = -1

// ErrRegisters means that a kernel does not fit the register file.
var ErrRegisters = errors.New("the kernel needs more registers than there are")

// Registers hands out the vector registers of a routine: by hand, since a tile of
// accumulators fills the register file.
type Registers struct {
	Level Level
	free  []Vec // registers that nobody holds, the next one last
	least int   // of them there have ever been
	masks int   // opmask registers in use
	Err   error
	// LowHalf makes full the low half of a register at AVX512: division and
	// roots take half as long.
	LowHalf bool
}

// newRegisters has all registers of a level.
func newRegisters(l Level) Registers {
	r := Registers{Level: l}
	for v := l.Registers() - 1; v >= 0; v-- {
		r.free = append(r.free, Vec(v))
	}
	r.least = len(r.free)
	return r
}

// Spare is how many vector registers nobody holds.
func (r *Registers) Spare() int { return len(r.free) }

// Opmask takes an opmask register.
func (r *Registers) Opmask() reg.OpmaskPhysical {
	r.masks++
	if r.masks >= len(opmasks) {
		r.Err, r.masks = ErrRegisters, 1
	}
	return opmasks[r.masks]
}

// Alloc takes a vector register.
func (r *Registers) Alloc() Vec {
	if len(r.free) == 0 {
		r.Err = ErrRegisters
		return 0
	}
	v := r.free[len(r.free)-1]
	r.free = r.free[:len(r.free)-1]
	r.least = min(r.least, len(r.free))
	return v
}

// Allocs takes n vector registers.
func (r *Registers) Allocs(n int) []Vec {
	list := make([]Vec, n)
	for i := range list {
		list[i] = r.Alloc()
	}
	return list
}

// Release gives registers back.
func (r *Registers) Release(list ...Vec) {
	for _, v := range list {
		if !slices.Contains(r.free, v) {
			r.free = append(r.free, v)
		}
	}
}

// Full is the register at the level's width.
func (r *Registers) Full(v Vec) reg.VecPhysical {
	if r.Level == AVX512 && !r.LowHalf {
		return zmm[v]
	}
	return ymm[v]
}

// half and quarter are the low lanes of a register: YMM and XMM.
func (r *Registers) half(v Vec) reg.VecPhysical    { return ymm[v] }
func (r *Registers) Quarter(v Vec) reg.VecPhysical { return xmm[v] }

var (
	zmm = [32]reg.VecPhysical{
		reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
		reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23, reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
	}
	ymm = [32]reg.VecPhysical{
		reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7, reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
		reg.Y16, reg.Y17, reg.Y18, reg.Y19, reg.Y20, reg.Y21, reg.Y22, reg.Y23, reg.Y24, reg.Y25, reg.Y26, reg.Y27, reg.Y28, reg.Y29, reg.Y30, reg.Y31,
	}
	xmm = [32]reg.VecPhysical{
		reg.X0, reg.X1, reg.X2, reg.X3, reg.X4, reg.X5, reg.X6, reg.X7, reg.X8, reg.X9, reg.X10, reg.X11, reg.X12, reg.X13, reg.X14, reg.X15,
		reg.X16, reg.X17, reg.X18, reg.X19, reg.X20, reg.X21, reg.X22, reg.X23, reg.X24, reg.X25, reg.X26, reg.X27, reg.X28, reg.X29, reg.X30, reg.X31,
	}
	opmasks = [8]reg.OpmaskPhysical{reg.K0, reg.K1, reg.K2, reg.K3, reg.K4, reg.K5, reg.K6, reg.K7}
)
