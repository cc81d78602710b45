package amd64

import (
	"errors"
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
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

// Unordered is true where an operand is NaN.
const Unordered = 3

// Compared is a condition lane by lane: an opmask, or ones in a vector.
type Compared struct {
	K reg.OpmaskPhysical
	V Vec
}

// Compare evaluates a predicate. The result is dropped with forget.
func (c *Code) Compare(predicate uint8, a, b Source) Compared {
	if a.Constant {
		a, b, predicate = b, a, mirrored(predicate)
	}
	if a.Constant {
		c.Set(c.Alloc(), a)
		c.Err = errors.New("comparison of two constants")
	}
	imm := operand.U8(predicate)
	if c.Level == AVX512 {
		m := Compared{K: c.Opmask()}
		if b.Constant {
			c.VCMPPS_BCST(imm, c.Unit.Word(b.Word), c.Full(a.Reg), m.K)
		} else {
			c.VCMPPS(imm, c.Full(b.Reg), c.Full(a.Reg), m.K)
		}
		return m
	}
	m := Compared{V: c.Alloc()}
	if b.Constant {
		c.Set(m.V, b)
		c.VCMPPS(imm, c.Full(m.V), c.Full(a.Reg), c.Full(m.V))
	} else {
		c.VCMPPS(imm, c.Full(b.Reg), c.Full(a.Reg), c.Full(m.V))
	}
	return m
}

// Forget gives back what the last comparison took.
func (c *Code) Forget(m Compared) {
	if c.Level == AVX512 {
		c.masks--
		return
	}
	c.Release(m.V)
}

// choose writes dst = a predicate b ? x : y. dst may be x or y.
func (c *Code) choose(dst Vec, predicate uint8, a, b, x, y Source) {
	if x.is(0) || c.Level == AVX512 && y.Constant && !x.Constant && !y.is(0) { // the other one is easier
		x, y, predicate = y, x, opposite(predicate)
	}
	m := c.Compare(predicate, a, b)
	c.Pick(dst, m, x, y)
	c.Forget(m)
}

// Pick writes dst = m ? x : y. dst may be x or y.
func (c *Code) Pick(dst Vec, m Compared, x, y Source) {
	if c.Level == AVX2 {
		v, fresh := c.inRegister(x)
		if y.is(0) {
			c.VANDPS(c.Full(v), c.Full(m.V), c.Full(dst))
		} else {
			w, new := c.inRegister(y)
			c.VBLENDVPS(c.Full(m.V), c.Full(v), c.Full(w), c.Full(dst))
			if new {
				c.Release(w)
			}
		}
		if fresh {
			c.Release(v)
		}
		return
	}
	switch {
	case y.is(0) && x.Constant:
		c.VBROADCASTSS_Z(c.Unit.Word(x.Word), m.K, c.Full(dst))
	case y.is(0):
		c.VMOVAPS_Z(c.Full(x.Reg), m.K, c.Full(dst))
	case !x.Constant && !y.Constant:
		c.VBLENDMPS(c.Full(x.Reg), c.Full(y.Reg), m.K, c.Full(dst))
	case !y.Constant:
		c.VBLENDMPS_BCST(c.Unit.Word(x.Word), c.Full(y.Reg), m.K, c.Full(dst))
	case x.Constant:
		c.Set(dst, y)
		c.VBROADCASTSS(c.Unit.Word(x.Word), m.K, c.Full(dst))
	default:
		v, _ := c.inRegister(y)
		c.VBLENDMPS(c.Full(x.Reg), c.Full(v), m.K, c.Full(dst))
		c.Release(v)
	}
}

// extreme is Go's max or min: NaN where an operand is NaN, and -0 below 0. dst
// may not be an operand.
func (c *Code) extreme(greatest bool, dst Vec, x, y Source) {
	op := smaller
	if greatest {
		op = Larger
	}
	if x.Constant {
		x, y = y, x
	}
	if y.Constant && !x.Constant && !math.IsNaN(y.value()) && (greatest || y.Word != signBit) {
		// With the number first, a NaN in x is the result.
		first := c.resident(y)
		if first.Constant {
			c.Set(dst, y)
			first = Register(dst)
		}
		c.Put(op, dst, first.Reg, Register(x.Reg))
		if greatest && y.is(0) { // x = -0 was the result
			c.Put(Addition, dst, dst, Number(0))
		}
		return
	}
	a, first := c.inRegister(x)
	b, second := c.inRegister(y)
	if c.Level == AVX512 {
		// VRANGEPS orders zeros as Go does, and prefers a number to NaN.
		imm := operand.U8(4)
		if greatest {
			imm = 5
		}
		c.VRANGEPS(imm, c.Full(b), c.Full(a), c.Full(dst))
		m := c.Compare(Unordered, Register(a), Register(b))
		c.VADDPS(c.Full(a), c.Full(b), m.K, c.Full(dst))
		c.Forget(m)
	} else {
		t := c.Alloc()
		c.Put(op, dst, a, Register(b))
		c.Put(op, t, b, Register(a))
		if greatest { // they differ where one is NaN, or in the sign of zero
			c.Put(Conjunction, dst, dst, Register(t))
		} else {
			c.Put(disjunction, dst, dst, Register(t))
		}
		c.Release(t)
		m := c.Compare(Unordered, Register(a), Register(b))
		c.Put(disjunction, dst, dst, Register(m.V)) // ones are a NaN
		c.Forget(m)
	}
	if first {
		c.Release(a)
	}
	if second {
		c.Release(b)
	}
}
