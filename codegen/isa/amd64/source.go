package amd64

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

// Source is the second operand of an instruction: a register, or a constant in
// memory that is spread over all lanes.
type Source struct {
	Reg      Vec
	Constant bool
	Word     uint32
}

func Register(v Vec) Source   { return Source{Reg: v} }
func Number(x float64) Source { return Bits(math.Float32bits(float32(x))) }
func Bits(word uint32) Source { return Source{Constant: true, Word: word} }

// is reports the constant x, its sign included.
func (s Source) is(x float64) bool {
	return s.Constant && s.Word == math.Float32bits(float32(x))
}

// value is the number of a constant.
func (s Source) value() float64 { return float64(math.Float32frombits(s.Word)) }

// Set makes a register hold a source.
func (c *Code) Set(v Vec, s Source) {
	switch s = c.resident(s); {
	case !s.Constant:
		c.Move(v, s.Reg)
	case s.Word == 0:
		c.Zero(v)
	case s.Word == math.MaxUint32 && c.Level == AVX2:
		c.VPCMPEQD(c.Full(v), c.Full(v), c.Full(v))
	default:
		c.Broadcast(v, c.Unit.Word(s.Word))
	}
}

// inRegister is a source in a register, and whether that is a new one.
func (c *Code) inRegister(s Source) (v Vec, fresh bool) {
	if !s.Constant {
		return s.Reg, false
	}
	v = c.Alloc()
	c.Set(v, s)
	return v, true
}

// Move copies a register.
func (c *Code) Move(dst, v Vec) {
	if dst != v {
		c.VMOVAPS(c.Full(v), c.Full(dst))
	}
}

// instruction is an instruction of three operands: as it is, and with its second
// source, the first one in Go's order, spread from memory.
type instruction struct {
	plain, spread func(*Code, ...operand.Op)
}

// Put writes dst = a op b. dst may be a or b.
func (c *Code) Put(op instruction, dst, a Vec, b Source) {
	switch b = c.resident(b); {
	case !b.Constant:
		op.plain(c, c.Full(b.Reg), c.Full(a), c.Full(dst))
	case c.Level == AVX512:
		op.spread(c, c.Unit.Word(b.Word), c.Full(a), c.Full(dst))
	case dst != a:
		c.Set(dst, b)
		op.plain(c, c.Full(dst), c.Full(a), c.Full(dst))
	default:
		t := c.Alloc()
		c.Set(t, b)
		op.plain(c, c.Full(t), c.Full(a), c.Full(dst))
		c.Release(t)
	}
}

// multiplyAdd writes p = p·r + b.
func (c *Code) multiplyAdd(p, r Vec, b Source) {
	switch b = c.resident(b); {
	case !b.Constant:
		c.VFMADD213PS(c.Full(b.Reg), c.Full(r), c.Full(p))
	case c.Level == AVX512:
		c.VFMADD213PS_BCST(c.Unit.Word(b.Word), c.Full(r), c.Full(p))
	default:
		t := c.Alloc()
		c.Set(t, b)
		c.VFMADD213PS(c.Full(t), c.Full(r), c.Full(p))
		c.Release(t)
	}
}

// addProduct writes acc = acc + x·b, rounded once.
func (c *Code) addProduct(acc, x Vec, b Source) {
	switch b = c.resident(b); {
	case !b.Constant:
		c.VFMADD231PS(c.Full(b.Reg), c.Full(x), c.Full(acc))
	case c.Level == AVX512:
		c.VFMADD231PS_BCST(c.Unit.Word(b.Word), c.Full(x), c.Full(acc))
	default:
		t := c.Alloc()
		c.Set(t, b)
		c.VFMADD231PS(c.Full(t), c.Full(x), c.Full(acc))
		c.Release(t)
	}
}

// polynomial is Σ coefficients[i]·x^i by Horner's rule, in a new register.
func (c *Code) polynomial(x Vec, coefficients ...float64) Vec {
	p := c.Alloc()
	c.Set(p, Number(coefficients[len(coefficients)-1]))
	for i := len(coefficients) - 2; i >= 0; i-- {
		c.multiplyAdd(p, x, Number(coefficients[i]))
	}
	return p
}
