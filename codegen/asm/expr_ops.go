package asm

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

var errRows = errors.New("the kernel is not told the number of rows")

var (
	addition       = instruction{(*code).VADDPS, (*code).VADDPS_BCST}
	subtraction    = instruction{(*code).VSUBPS, (*code).VSUBPS_BCST}
	multiplication = instruction{(*code).VMULPS, (*code).VMULPS_BCST}
	division       = instruction{(*code).VDIVPS, (*code).VDIVPS_BCST}
	// The larger and the smaller one: the second source where one of them is NaN
	// or both are zero.
	larger      = instruction{(*code).VMAXPS, (*code).VMAXPS_BCST}
	smaller     = instruction{(*code).VMINPS, (*code).VMINPS_BCST}
	conjunction = instruction{(*code).VANDPS, (*code).VANDPS_BCST}
	disjunction = instruction{(*code).VORPS, (*code).VORPS_BCST}
	exclusive   = instruction{(*code).VXORPS, (*code).VXORPS_BCST}
)

// arithmetic are the functions that are one instruction.
var arithmetic = map[string]struct {
	instruction
	commutes bool
}{
	"add": {addition, true}, "sub": {subtraction, false}, "mul": {multiplication, true}, "div": {division, false},
}

// functions are those of one argument; they leave it as it is.
var functions = map[string]func(c *code, dst, x vec){
	"neg":     func(c *code, dst, x vec) { c.put(exclusive, dst, x, bitsOf(signBit)) },
	"abs":     func(c *code, dst, x vec) { c.put(conjunction, dst, x, bitsOf(^uint32(signBit))) },
	"sqrt":    func(c *code, dst, x vec) { c.VSQRTPS(c.full(x), c.full(dst)) },
	"rsqrt":   (*code).rsqrt,
	"sign":    (*code).sign,
	"floor":   func(c *code, dst, x vec) { c.round(dst, x, roundDown) },
	"exp":     (*code).exp,
	"expm1":   (*code).expm1,
	"log":     (*code).log,
	"log1p":   (*code).log1p,
	"tanh":    (*code).tanh,
	"sigmoid": (*code).sigmoid,
	"erf":     (*code).erf,
}

const signBit = 1 << 31

// Immediates of VROUNDPS and VRNDSCALEPS, without raising an inexact result.
const (
	roundNearest = 8
	roundDown    = 9
)

// Comparison predicates of VCMPPS that are false for NaN; ne is true.
var predicates = map[string]uint8{"eq": 0, "ne": 4, "lt": 17, "le": 18, "ge": 29, "gt": 30}

// opposite is true where a predicate is false. In the encoding of predicates it
// is one bit.
func opposite(predicate uint8) uint8 { return predicate ^ 4 }

// mirrored is the predicate for exchanged operands.
func mirrored(predicate uint8) uint8 {
	switch predicate & 15 {
	case 1, 2, 5, 6, 9, 10, 13, 14: // less and greater are complements in the low bits
		return predicate ^ 15
	}
	return predicate
}

// unordered is true where an operand is NaN.
const unordered = 3

// operate writes dst = fn(in...). dst is not among the operands.
func (c *code) operate(fn string, dst vec, in []source) {
	if a, ok := arithmetic[fn]; ok {
		x, y := in[0], in[1]
		if a.commutes && x.constant {
			x, y = y, x
		}
		if !x.constant {
			c.put(a.instruction, dst, x.reg, y)
			return
		}
		c.set(dst, x)
		c.put(a.instruction, dst, dst, y)
		return
	}
	name, selects := strings.CutPrefix(fn, "select ")
	c.group(strings.ReplaceAll(fn, " ", "_"), func() {
		f := functions[fn]
		p, compares := predicates[name]
		switch {
		case f != nil:
			f(c, dst, in[0].reg)
		case selects:
			c.choose(dst, p, in[0], in[1], in[2], in[3])
		case compares:
			c.choose(dst, p, in[0], in[1], number(1), number(0))
		case fn == "max" || fn == "min":
			c.extreme(fn == "max", dst, in[0], in[1])
		case fn == "pow":
			c.pow(dst, in[0], in[1])
		default:
			c.err = fmt.Errorf("unknown function %s", fn)
		}
	})
}

// compared is a condition lane by lane: an opmask, or ones in a vector.
type compared struct {
	k reg.OpmaskPhysical
	v vec
}

// compare evaluates a predicate. The result is dropped with forget.
func (c *code) compare(predicate uint8, a, b source) compared {
	if a.constant {
		a, b, predicate = b, a, mirrored(predicate)
	}
	if a.constant {
		c.set(c.alloc(), a)
		c.err = errors.New("comparison of two constants")
	}
	imm := operand.U8(predicate)
	if c.level == AVX512 {
		m := compared{k: c.opmask()}
		if b.constant {
			c.VCMPPS_BCST(imm, c.unit.word(b.word), c.full(a.reg), m.k)
		} else {
			c.VCMPPS(imm, c.full(b.reg), c.full(a.reg), m.k)
		}
		return m
	}
	m := compared{v: c.alloc()}
	if b.constant {
		c.set(m.v, b)
		c.VCMPPS(imm, c.full(m.v), c.full(a.reg), c.full(m.v))
	} else {
		c.VCMPPS(imm, c.full(b.reg), c.full(a.reg), c.full(m.v))
	}
	return m
}

// forget gives back what the last comparison took.
func (c *code) forget(m compared) {
	if c.level == AVX512 {
		c.masks--
		return
	}
	c.release(m.v)
}

// choose writes dst = a predicate b ? x : y. dst may be x or y.
func (c *code) choose(dst vec, predicate uint8, a, b, x, y source) {
	if x.is(0) || c.level == AVX512 && y.constant && !x.constant && !y.is(0) { // the other one is easier
		x, y, predicate = y, x, opposite(predicate)
	}
	m := c.compare(predicate, a, b)
	c.pick(dst, m, x, y)
	c.forget(m)
}

// pick writes dst = m ? x : y. dst may be x or y.
func (c *code) pick(dst vec, m compared, x, y source) {
	if c.level == AVX2 {
		v, fresh := c.inRegister(x)
		if y.is(0) {
			c.VANDPS(c.full(v), c.full(m.v), c.full(dst))
		} else {
			w, new := c.inRegister(y)
			c.VBLENDVPS(c.full(m.v), c.full(v), c.full(w), c.full(dst))
			if new {
				c.release(w)
			}
		}
		if fresh {
			c.release(v)
		}
		return
	}
	switch {
	case y.is(0) && x.constant:
		c.VBROADCASTSS_Z(c.unit.word(x.word), m.k, c.full(dst))
	case y.is(0):
		c.VMOVAPS_Z(c.full(x.reg), m.k, c.full(dst))
	case !x.constant && !y.constant:
		c.VBLENDMPS(c.full(x.reg), c.full(y.reg), m.k, c.full(dst))
	case !y.constant:
		c.VBLENDMPS_BCST(c.unit.word(x.word), c.full(y.reg), m.k, c.full(dst))
	case x.constant:
		c.set(dst, y)
		c.VBROADCASTSS(c.unit.word(x.word), m.k, c.full(dst))
	default:
		v, _ := c.inRegister(y)
		c.VBLENDMPS(c.full(x.reg), c.full(v), m.k, c.full(dst))
		c.release(v)
	}
}

// extreme is Go's max or min: NaN where an operand is NaN, and -0 below 0. dst
// may not be an operand.
func (c *code) extreme(greatest bool, dst vec, x, y source) {
	op := smaller
	if greatest {
		op = larger
	}
	if x.constant {
		x, y = y, x
	}
	if y.constant && !x.constant && !math.IsNaN(y.value()) && (greatest || y.word != signBit) {
		// With the number first, a NaN in x is the result.
		first := c.resident(y)
		if first.constant {
			c.set(dst, y)
			first = register(dst)
		}
		c.put(op, dst, first.reg, register(x.reg))
		if greatest && y.is(0) { // x = -0 was the result
			c.put(addition, dst, dst, number(0))
		}
		return
	}
	a, first := c.inRegister(x)
	b, second := c.inRegister(y)
	if c.level == AVX512 {
		// VRANGEPS orders zeros as Go does, and prefers a number to NaN.
		imm := operand.U8(4)
		if greatest {
			imm = 5
		}
		c.VRANGEPS(imm, c.full(b), c.full(a), c.full(dst))
		m := c.compare(unordered, register(a), register(b))
		c.VADDPS(c.full(a), c.full(b), m.k, c.full(dst))
		c.forget(m)
	} else {
		t := c.alloc()
		c.put(op, dst, a, register(b))
		c.put(op, t, b, register(a))
		if greatest { // they differ where one is NaN, or in the sign of zero
			c.put(conjunction, dst, dst, register(t))
		} else {
			c.put(disjunction, dst, dst, register(t))
		}
		c.release(t)
		m := c.compare(unordered, register(a), register(b))
		c.put(disjunction, dst, dst, register(m.v)) // ones are a NaN
		c.forget(m)
	}
	if first {
		c.release(a)
	}
	if second {
		c.release(b)
	}
}

// rsqrt is 1/√x, each step rounded, as the Go body has it.
func (c *code) rsqrt(dst, x vec) {
	t := c.alloc()
	c.VSQRTPS(c.full(x), c.full(t))
	c.set(dst, number(1))
	c.put(division, dst, dst, register(t))
	c.release(t)
}

// sign is 1 or -1 where x is positive or negative, and x where it is neither.
func (c *code) sign(dst, x vec) {
	t := c.alloc()
	c.put(conjunction, t, x, bitsOf(signBit))
	c.put(disjunction, t, t, number(1))
	// Zero and NaN are unequal to nothing that is ordered: predicate 12.
	c.choose(dst, 12, register(x), number(0), register(t), register(x))
	c.release(t)
}

// round rounds to an integer.
func (c *code) round(dst, x vec, how operand.U8) {
	if c.level == AVX512 {
		c.VRNDSCALEPS(how, c.full(x), c.full(dst))
		return
	}
	c.VROUNDPS(how, c.full(x), c.full(dst))
}
