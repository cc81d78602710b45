package amd64

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/operand"
)

var errRows = errors.New("the kernel is not told the number of rows")

var (
	Addition       = instruction{(*Code).VADDPS, (*Code).VADDPS_BCST}
	subtraction    = instruction{(*Code).VSUBPS, (*Code).VSUBPS_BCST}
	multiplication = instruction{(*Code).VMULPS, (*Code).VMULPS_BCST}
	Division       = instruction{(*Code).VDIVPS, (*Code).VDIVPS_BCST}
	// The larger and the smaller one: the second source where one of them is NaN
	// or both are zero.
	Larger      = instruction{(*Code).VMAXPS, (*Code).VMAXPS_BCST}
	smaller     = instruction{(*Code).VMINPS, (*Code).VMINPS_BCST}
	Conjunction = instruction{(*Code).VANDPS, (*Code).VANDPS_BCST}
	disjunction = instruction{(*Code).VORPS, (*Code).VORPS_BCST}
	exclusive   = instruction{(*Code).VXORPS, (*Code).VXORPS_BCST}
)

// arithmetic are the functions that are one instruction.
var arithmetic = map[string]struct {
	instruction
	commutes bool
}{
	"add": {Addition, true}, "sub": {subtraction, false}, "mul": {multiplication, true}, "div": {Division, false},
}

// functions are those of one argument; they leave it as it is.
var functions = map[string]func(c *Code, dst, x Vec){
	"neg":     func(c *Code, dst, x Vec) { c.Put(exclusive, dst, x, Bits(signBit)) },
	"abs":     func(c *Code, dst, x Vec) { c.Put(Conjunction, dst, x, Bits(^uint32(signBit))) },
	"sqrt":    func(c *Code, dst, x Vec) { c.VSQRTPS(c.Full(x), c.Full(dst)) },
	"rsqrt":   rsqrt,
	"sign":    sign,
	"floor":   func(c *Code, dst, x Vec) { round(c, dst, x, roundDown) },
	"exp":     exp,
	"expm1":   expm1,
	"log":     log,
	"log1p":   log1p,
	"tanh":    tanh,
	"sigmoid": sigmoid,
	"erf":     erf,
}

const signBit = 1 << 31

// Immediates of VROUNDPS and VRNDSCALEPS, without raising an inexact result.
const (
	roundNearest = 8
	roundDown    = 9
)

// operate writes dst = fn(in...). dst is not among the operands.
func (c *Code) operate(fn string, dst Vec, in []Source) {
	if a, ok := arithmetic[fn]; ok {
		x, y := in[0], in[1]
		if a.commutes && x.Constant {
			x, y = y, x
		}
		if !x.Constant {
			c.Put(a.instruction, dst, x.Reg, y)
			return
		}
		c.Set(dst, x)
		c.Put(a.instruction, dst, dst, y)
		return
	}
	name, selects := strings.CutPrefix(fn, "select ")
	c.Group(strings.ReplaceAll(fn, " ", "_"), func() {
		f := functions[fn]
		p, compares := predicates[name]
		switch {
		case f != nil:
			f(c, dst, in[0].Reg)
		case selects:
			c.choose(dst, p, in[0], in[1], in[2], in[3])
		case compares:
			c.choose(dst, p, in[0], in[1], Number(1), Number(0))
		case fn == "max" || fn == "min":
			c.extreme(fn == "max", dst, in[0], in[1])
		case fn == "pow":
			pow(c, dst, in[0], in[1])
		default:
			c.Err = fmt.Errorf("unknown function %s", fn)
		}
	})
}

// rsqrt is 1/√x, each step rounded, as the Go body has it.
func rsqrt(c *Code, dst, x Vec) {
	t := c.Alloc()
	c.VSQRTPS(c.Full(x), c.Full(t))
	c.Set(dst, Number(1))
	c.Put(Division, dst, dst, Register(t))
	c.Release(t)
}

// sign is 1 or -1 where x is positive or negative, and x where it is neither.
func sign(c *Code, dst, x Vec) {
	t := c.Alloc()
	c.Put(Conjunction, t, x, Bits(signBit))
	c.Put(disjunction, t, t, Number(1))
	// Zero and NaN are unequal to nothing that is ordered: predicate 12.
	c.choose(dst, 12, Register(x), Number(0), Register(t), Register(x))
	c.Release(t)
}

// round rounds to an integer.
func round(c *Code, dst, x Vec, how operand.U8) {
	if c.Level == AVX512 {
		c.VRNDSCALEPS(how, c.Full(x), c.Full(dst))
		return
	}
	c.VROUNDPS(how, c.Full(x), c.Full(dst))
}
