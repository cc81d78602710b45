package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Philox draws the uniform numbers of runtime/nn's Key, bit for bit: the
// Philox4x32-10 counters of Salmon et al. 2011 (see there), as many blocks at
// once as a register has quarters.
//
// A round begins with a block's words in the order c3 c2 c1 c0. A rotation makes
// that c0 c3 c2 c1: VPMULUDQ multiplies the even ones, which gives the low and high
// words l0 h0 l1 h1, and what is added to the high ones, c3 and c1 and the key, is
// in its place already. That leaves the next words in the order c3 c2 c1 c0. Two
// rounds make a turn of a loop, after which every block is in its register again.
type Philox struct {
	first   Vec // the counters of the row's first vector
	counter Vec
	blocks  Vec // what a vector adds to a counter, and a row
	rows    Vec
	factors Vec
	odd     reg.OpmaskPhysical // AVX512: the lanes of high words
	keys    operand.Mem        // of every round, on the stack
}

const philoxRounds = 10

// DrawnTogether is how many vectors are best drawn at a time: ten rounds depend
// on one another, so that one vector alone would mostly wait.
func DrawnTogether(l Level) int {
	if l == AVX512 {
		return 4
	}
	return 2
}

// NewPhilox prepares drawing: words points at the key, the stream and the step, as
// nn.Key.Words has them, element is the first one that is drawn in a row, and
// the first row is the parameter "row".
func NewPhilox(c *Code, words reg.Register, element int) *Philox {
	p := &Philox{}
	size := 4 * c.Level.Lanes()
	frame := c.AllocLocal(size)
	// c0 and c1 are block and row, c2 and c3 stream and step.
	row, word := c.Pointer("row"), c.GP32()
	for q := range size / 16 {
		c.MOVL(operand.Mem{Base: words, Disp: 12}, word)
		c.MOVL(word, frame.Offset(16*q))
		c.MOVL(operand.Mem{Base: words, Disp: 8}, word)
		c.MOVL(word, frame.Offset(16*q+4))
		c.MOVL(row.As32(), frame.Offset(16*q+8))
		c.MOVL(operand.U32(uint32(element/4+q)), frame.Offset(16*q+12))
	}
	p.first, p.counter = c.Alloc(), c.Alloc()
	loadBits(c, p.first, frame)

	p.blocks, p.rows, p.factors = c.Alloc(), c.Alloc(), c.Alloc()
	c.VMOVD(c.Unit.Word(uint32(size/16)), c.Quarter(p.blocks))
	c.VPSHUFD(operand.U8(0b00010101), c.Quarter(p.blocks), c.Quarter(p.blocks)) // to the last word
	everyQuarter(c, p.blocks)
	c.VMOVD(c.Unit.Word(1), c.Quarter(p.rows))
	c.VPSHUFD(operand.U8(0b01000101), c.Quarter(p.rows), c.Quarter(p.rows)) // to the third
	everyQuarter(c, p.rows)
	evenWords(c, p.factors, 0xD2511F53, 0xCD9E8D57)
	if c.Level == AVX512 {
		p.odd = c.Opmask()
		odd := c.GP32()
		c.MOVL(operand.U32(0xAAAA), odd)
		c.KMOVW(odd, p.odd)
	}

	// Keys, and what each round adds to them, for the odd words: k1 and k0.
	key, step := c.Alloc(), c.Alloc()
	c.VMOVQ(operand.Mem{Base: words}, c.Quarter(key))
	c.VPSHUFD(operand.U8(0b00100110), c.Quarter(key), c.Quarter(key))
	everyQuarter(c, key)
	evenWords(c, step, 0x9E3779B9, 0xBB67AE85)
	c.VPSHUFD(operand.U8(0b00011001), c.Full(step), c.Full(step))
	p.keys = c.AllocLocal(philoxRounds * size)
	for i := range philoxRounds {
		if i > 0 {
			c.VPADDD(c.Full(step), c.Full(key), c.Full(key))
		}
		c.VMOVUPS(c.Full(key), p.keys.Offset(i*size))
	}
	c.Release(key, step)
	return p
}

func loadBits(c *Code, v Vec, m operand.Mem) {
	if c.Level == AVX512 {
		c.VMOVDQU32(m, c.Full(v))
		return
	}
	c.VMOVDQU(m, c.Full(v))
}

// evenWords holds a 0 b 0 in every quarter of a register.
func evenWords(c *Code, v Vec, a, b uint32) {
	t := c.Alloc()
	c.VMOVD(c.Unit.Word(a), c.Quarter(v))
	c.VMOVD(c.Unit.Word(b), c.Quarter(t))
	c.VPUNPCKLQDQ(c.Quarter(t), c.Quarter(v), c.Quarter(v))
	everyQuarter(c, v)
	c.Release(t)
}

// everyQuarter copies the first quarter of a register to the others.
func everyQuarter(c *Code, v Vec) {
	if c.Level == AVX512 {
		c.VSHUFI32X4(operand.U8(0), c.Full(v), c.Full(v), c.Full(v))
		return
	}
	c.VINSERTI128(operand.U8(1), c.Quarter(v), c.Full(v), c.Full(v))
}

// Row begins a row.
func (p *Philox) Row(c *Code) {
	c.VMOVAPS(c.Full(p.first), c.Full(p.counter))
	c.VPADDD(c.Full(p.rows), c.Full(p.first), c.Full(p.first))
}

// Uniform draws the next vectors of numbers in [0, 1).
func (p *Philox) Uniform(c *Code, vectors int) []Vec {
	list, products := c.Allocs(vectors), c.Allocs(vectors)
	for _, x := range list {
		c.VMOVAPS(c.Full(p.counter), c.Full(x))
		c.VPADDD(c.Full(p.blocks), c.Full(p.counter), c.Full(p.counter))
	}
	size := 4 * c.Level.Lanes()
	keys := c.GP64()
	c.LEAQ(p.keys, keys)
	c.Counted(philoxRounds/2, func() {
		for i := range 2 {
			key := operand.Mem{Base: keys, Disp: i * size}
			for j, x := range list {
				t := products[j]
				c.Group("round", func() { p.round(c, x, t, key) })
				if c.Level == AVX512 {
					list[j], products[j] = t, x
				}
			}
		}
		c.ADDQ(operand.U32(uint32(2*size)), keys)
	})
	for _, x := range list {
		c.VPSHUFD(operand.U8(0b00011011), c.Full(x), c.Full(x))
	}
	for _, x := range list {
		c.Group("uniform", func() {
			c.VPSRLD(operand.U8(8), c.Full(x), c.Full(x))
			c.VCVTDQ2PS(c.Full(x), c.Full(x))
			c.Put(multiplication, x, x, Number(0x1p-24))
		})
	}
	c.Release(products...)
	return list
}

// round is a round of Philox on the counters x; t takes the products, and at
// AVX512 the result.
func (p *Philox) round(c *Code, x, t Vec, key operand.Mem) {
	c.VPSHUFD(operand.U8(0b10010011), c.Full(x), c.Full(x)) // c3 c2 c1 c0 to c0 c3 c2 c1
	c.VPMULUDQ(c.Full(p.factors), c.Full(x), c.Full(t))
	if c.Level == AVX512 {
		c.VPTERNLOGD(operand.U8(0x96), key, c.Full(x), p.odd, c.Full(t)) // exclusive or of all three
		return
	}
	c.VPXOR(key, c.Full(x), c.Full(x))
	c.VPXOR(c.Full(t), c.Full(x), c.Full(x))
	c.VPBLENDD(operand.U8(0xAA), c.Full(x), c.Full(t), c.Full(x))
}
