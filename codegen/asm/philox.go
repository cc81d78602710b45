package asm

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// philox draws the uniform numbers of runtime/nn's Key, bit for bit: the
// Philox4x32-10 counters of Salmon et al. 2011 (see there), as many blocks at
// once as a register has quarters. A quarter is a block's four words c0 c1 c2
// c3; one VPMULUDQ multiplies the even ones, so that numbers come out in order.
type philox struct {
	first   vec // the counters of the row's first vector
	counter vec
	blocks  vec // what a vector adds to a counter, and a row
	rows    vec
	factors vec
	keys    []vec         // AVX512: of every round
	stack   []operand.Mem // AVX2: the same in memory
}

const philoxRounds = 10

// philoxRegisters is how many registers it takes.
func philoxRegisters(l Level) int {
	if l == AVX512 {
		return philoxRounds + 7
	}
	return 7
}

// keyWords is the variable that holds the words of a key in Go.
func keyWords(key string) string { return key + "Words" }

// philox prepares drawing: words points at the key, the stream and the step, as
// nn.Key.Words has them, element is the first one that is drawn in a row, and
// the first row is the parameter "row".
func (c *code) philox(words reg.Register, element int) *philox {
	p := &philox{}
	size := 4 * c.level.Lanes()
	frame := c.AllocLocal(size)
	// c0 and c1 are block and row, c2 and c3 stream and step.
	row, rest, word := c.pointer("row"), c.GP64(), c.GP64()
	c.SHLQ(operand.U8(32), row)
	c.MOVQ(operand.Mem{Base: words, Disp: 8}, rest)
	for q := range size / 16 {
		c.MOVQ(row, word)
		c.ADDQ(operand.I32(int32(element/4+q)), word)
		c.MOVQ(word, frame.Offset(16*q))
		c.MOVQ(rest, frame.Offset(16*q+8))
	}
	p.first, p.counter = c.alloc(), c.alloc()
	c.loadBits(p.first, frame)

	p.blocks, p.rows, p.factors = c.alloc(), c.alloc(), c.alloc()
	c.VMOVD(c.unit.word(uint32(size/16)), c.quarter(p.blocks))
	c.everyQuarter(p.blocks)
	c.VMOVD(c.unit.word(1), c.quarter(p.rows))
	c.VPSHUFD(operand.U8(0b01010001), c.quarter(p.rows), c.quarter(p.rows))
	c.everyQuarter(p.rows)
	c.evenWords(p.factors, 0xD2511F53, 0xCD9E8D57)

	key, step := c.alloc(), c.alloc()
	c.VMOVQ(operand.Mem{Base: words}, c.quarter(key))
	c.VPSHUFD(operand.U8(0b11011000), c.quarter(key), c.quarter(key))
	c.everyQuarter(key)
	c.evenWords(step, 0x9E3779B9, 0xBB67AE85)
	for i := range philoxRounds {
		if i > 0 {
			c.VPADDD(c.full(step), c.full(key), c.full(key))
		}
		if c.level == AVX512 {
			k := c.alloc()
			c.VMOVAPS(c.full(key), c.full(k))
			p.keys = append(p.keys, k)
			continue
		}
		place := c.AllocLocal(size)
		c.VMOVDQU(c.full(key), place)
		p.stack = append(p.stack, place)
	}
	c.release(key, step)
	return p
}

func (c *code) loadBits(v vec, m operand.Mem) {
	if c.level == AVX512 {
		c.VMOVDQU32(m, c.full(v))
		return
	}
	c.VMOVDQU(m, c.full(v))
}

// evenWords holds a 0 b 0 in every quarter of a register.
func (c *code) evenWords(v vec, a, b uint32) {
	t := c.alloc()
	c.VMOVD(c.unit.word(a), c.quarter(v))
	c.VMOVD(c.unit.word(b), c.quarter(t))
	c.VPUNPCKLQDQ(c.quarter(t), c.quarter(v), c.quarter(v))
	c.everyQuarter(v)
	c.release(t)
}

// everyQuarter copies the first quarter of a register to the others.
func (c *code) everyQuarter(v vec) {
	if c.level == AVX512 {
		c.VSHUFI32X4(operand.U8(0), c.full(v), c.full(v), c.full(v))
		return
	}
	c.VINSERTI128(operand.U8(1), c.quarter(v), c.full(v), c.full(v))
}

// row begins a row.
func (p *philox) row(c *code) {
	c.VMOVAPS(c.full(p.first), c.full(p.counter))
	c.VPADDD(c.full(p.rows), c.full(p.first), c.full(p.first))
}

// uniform draws the next vector of numbers in [0, 1).
func (p *philox) uniform(c *code) vec {
	x, t := c.alloc(), c.alloc()
	from := p.counter
	for i := range philoxRounds {
		c.VPMULUDQ(c.full(p.factors), c.full(from), c.full(t))
		c.VPSRLQ(operand.U8(32), c.full(from), c.full(x))
		c.VPSHUFD(operand.U8(0b00011011), c.full(t), c.full(t)) // high and low words of c2's product, of c0's
		if c.level == AVX512 {
			c.VPTERNLOGD(operand.U8(0x96), c.full(p.keys[i]), c.full(t), c.full(x)) // exclusive or of all three
		} else {
			c.VPXOR(c.full(t), c.full(x), c.full(x))
			c.VPXOR(p.stack[i], c.full(x), c.full(x))
		}
		from = x
	}
	c.VPADDD(c.full(p.blocks), c.full(p.counter), c.full(p.counter))
	c.VPSRLD(operand.U8(8), c.full(x), c.full(x))
	c.VCVTDQ2PS(c.full(x), c.full(x))
	c.put(multiplication, x, x, number(0x1p-24))
	c.release(t)
	return x
}
