package asm

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// philox draws the uniform numbers of runtime/nn's Key, bit for bit: the
// Philox4x32-10 counters of Salmon et al. 2011 (see there), as many blocks at
// once as a register has quarters.
//
// A round begins with a block's words in the order c3 c2 c1 c0. A rotation makes
// that c0 c3 c2 c1: VPMULUDQ multiplies the even ones, which gives the low and high
// words l0 h0 l1 h1, and what is added to the high ones, c3 and c1 and the key, is
// in its place already. That leaves the next words in the order c3 c2 c1 c0. Two
// rounds make a turn of a loop, after which every block is in its register again.
type philox struct {
	first   vec // the counters of the row's first vector
	counter vec
	blocks  vec // what a vector adds to a counter, and a row
	rows    vec
	factors vec
	odd     reg.OpmaskPhysical // AVX512: the lanes of high words
	keys    operand.Mem        // of every round, on the stack
}

const philoxRounds = 10

// drawnTogether is how many vectors are best drawn at a time: ten rounds depend
// on one another, so that one vector alone would mostly wait.
func drawnTogether(l Level) int {
	if l == AVX512 {
		return 4
	}
	return 2
}

// keyWords is the variable that holds the words of a key in Go.
func keyWords(key string) string { return key + "Words" }

// newPhilox prepares drawing: words points at the key, the stream and the step, as
// nn.Key.Words has them, element is the first one that is drawn in a row, and
// the first row is the parameter "row".
func newPhilox(c *code, words reg.Register, element int) *philox {
	p := &philox{}
	size := 4 * c.level.Lanes()
	frame := c.AllocLocal(size)
	// c0 and c1 are block and row, c2 and c3 stream and step.
	row, word := c.pointer("row"), c.GP32()
	for q := range size / 16 {
		c.MOVL(operand.Mem{Base: words, Disp: 12}, word)
		c.MOVL(word, frame.Offset(16*q))
		c.MOVL(operand.Mem{Base: words, Disp: 8}, word)
		c.MOVL(word, frame.Offset(16*q+4))
		c.MOVL(row.As32(), frame.Offset(16*q+8))
		c.MOVL(operand.U32(uint32(element/4+q)), frame.Offset(16*q+12))
	}
	p.first, p.counter = c.alloc(), c.alloc()
	c.loadBits(p.first, frame)

	p.blocks, p.rows, p.factors = c.alloc(), c.alloc(), c.alloc()
	c.VMOVD(c.unit.word(uint32(size/16)), c.quarter(p.blocks))
	c.VPSHUFD(operand.U8(0b00010101), c.quarter(p.blocks), c.quarter(p.blocks)) // to the last word
	c.everyQuarter(p.blocks)
	c.VMOVD(c.unit.word(1), c.quarter(p.rows))
	c.VPSHUFD(operand.U8(0b01000101), c.quarter(p.rows), c.quarter(p.rows)) // to the third
	c.everyQuarter(p.rows)
	c.evenWords(p.factors, 0xD2511F53, 0xCD9E8D57)
	if c.level == AVX512 {
		p.odd = c.opmask()
		odd := c.GP32()
		c.MOVL(operand.U32(0xAAAA), odd)
		c.KMOVW(odd, p.odd)
	}

	// Keys, and what each round adds to them, for the odd words: k1 and k0.
	key, step := c.alloc(), c.alloc()
	c.VMOVQ(operand.Mem{Base: words}, c.quarter(key))
	c.VPSHUFD(operand.U8(0b00100110), c.quarter(key), c.quarter(key))
	c.everyQuarter(key)
	c.evenWords(step, 0x9E3779B9, 0xBB67AE85)
	c.VPSHUFD(operand.U8(0b00011001), c.full(step), c.full(step))
	p.keys = c.AllocLocal(philoxRounds * size)
	for i := range philoxRounds {
		if i > 0 {
			c.VPADDD(c.full(step), c.full(key), c.full(key))
		}
		c.VMOVUPS(c.full(key), p.keys.Offset(i*size))
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

// uniform draws the next vectors of numbers in [0, 1).
func (p *philox) uniform(c *code, vectors int) []vec {
	list, products := c.allocs(vectors), c.allocs(vectors)
	for _, x := range list {
		c.VMOVAPS(c.full(p.counter), c.full(x))
		c.VPADDD(c.full(p.blocks), c.full(p.counter), c.full(p.counter))
	}
	size := 4 * c.level.Lanes()
	keys := c.GP64()
	c.LEAQ(p.keys, keys)
	c.counted(philoxRounds/2, func() {
		for i := range 2 {
			key := operand.Mem{Base: keys, Disp: i * size}
			for j, x := range list {
				t := products[j]
				c.VPSHUFD(operand.U8(0b10010011), c.full(x), c.full(x)) // c3 c2 c1 c0 to c0 c3 c2 c1
				c.VPMULUDQ(c.full(p.factors), c.full(x), c.full(t))
				if c.level == AVX512 {
					c.VPTERNLOGD(operand.U8(0x96), key, c.full(x), p.odd, c.full(t)) // exclusive or of all three
					list[j], products[j] = t, x
				} else {
					c.VPXOR(key, c.full(x), c.full(x))
					c.VPXOR(c.full(t), c.full(x), c.full(x))
					c.VPBLENDD(operand.U8(0xAA), c.full(x), c.full(t), c.full(x))
				}
			}
		}
		c.ADDQ(operand.U32(uint32(2*size)), keys)
	})
	for _, x := range list {
		c.VPSHUFD(operand.U8(0b00011011), c.full(x), c.full(x))
	}
	for _, x := range list {
		c.VPSRLD(operand.U8(8), c.full(x), c.full(x))
		c.VCVTDQ2PS(c.full(x), c.full(x))
		c.put(multiplication, x, x, number(0x1p-24))
	}
	c.release(products...)
	return list
}
