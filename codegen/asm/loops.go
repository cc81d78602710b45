package asm

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/nngen-go/nngen/codegen/gotree"
)

// counted runs body n times, n static and at least 1.
func (c *routine) counted(n int, body func()) {
	if n == 1 {
		body()
		return
	}
	count := c.GP64()
	c.MOVQ(operand.U32(uint32(n)), count)
	c.until(count, body)
}

// until runs body and counts down, from at least 1 to 0.
func (c *routine) until(count reg.GPVirtual, body func()) {
	top := c.unit.label("loop")
	c.Label(top)
	body()
	c.DECQ(count)
	c.JNZ(operand.LabelRef(top))
}

// times runs body as often as a size says, at least once.
func (c *routine) times(n gotree.Number, body func()) {
	if n.Known() {
		c.counted(n.Value, body)
		return
	}
	c.until(c.size(n), body)
}

// size loads a size that the function is given.
func (c *routine) size(n gotree.Number) reg.GPVirtual {
	r := c.GP64()
	place, ok := c.sizes[n.Text]
	if !ok {
		c.err = fmt.Errorf("the function is not given %s", n)
	}
	c.MOVQ(place, r)
	return r
}

// stride moves a pointer by a size in float32s.
func (c *routine) stride(p reg.Register, n gotree.Number) {
	if n.Known() {
		c.advance(p, n.Value)
		return
	}
	c.LEAQ(operand.Mem{Base: p, Index: c.size(n), Scale: 4}, p)
}

// advance moves a pointer by a number of float32s.
func (c *routine) advance(p reg.Register, floats int) {
	switch {
	case floats > 0:
		c.ADDQ(operand.I32(int32(4*floats)), p)
	case floats < 0:
		c.SUBQ(operand.I32(int32(-4*floats)), p)
	}
}

// place is where in a run of elements a vector lies: a run-time index and a
// number of elements.
type place struct {
	index reg.Register
	disp  int
}

// along runs body for a run-time number of elements: for as many vectors at a
// time as each says, for single ones, and with a mask for the rest. It counts n
// down.
func (c *routine) along(n reg.GPVirtual, each int, tail mask, body func(p place, k mask)) {
	lanes := c.level.Lanes()
	index := c.GP64()
	c.XORQ(index, index)
	for _, vectors := range []int{each, 1} {
		done, top := c.unit.label("done"), c.unit.label("loop")
		c.Comment(map[bool]string{true: fmt.Sprintf("%d vectors of %d elements a turn.", vectors, lanes), false: fmt.Sprintf("One vector of %d elements a turn.", lanes)}[vectors > 1])
		c.SUBQ(operand.I32(int32(vectors*lanes)), n)
		c.JL(operand.LabelRef(done))
		c.Label(top)
		for i := range vectors {
			body(place{index, i * lanes}, mask{})
		}
		c.ADDQ(operand.I32(int32(vectors*lanes)), index)
		c.SUBQ(operand.I32(int32(vectors*lanes)), n)
		c.JGE(operand.LabelRef(top))
		c.Label(done)
		c.ADDQ(operand.I32(int32(vectors*lanes)), n)
		if each == 1 {
			break
		}
	}
	end := c.unit.label("end")
	c.JZ(operand.LabelRef(end))
	c.Comment("The rest, under a mask.")
	if !tail.set {
		tail = c.leading(n)
	}
	body(place{index: index}, tail)
	c.Label(end)
}

// runs cuts a run of a static number of elements into vectors: body is called
// for those of a turn of a loop, for what is left, and with a mask for the rest.
// each is how many vectors a turn takes, whole how many are written one after
// the other without a loop.
func (c *routine) runs(n, each, whole int, tail mask, body func(p place, k mask)) {
	lanes := c.level.Lanes()
	full := n / lanes
	p := place{}
	if full > whole && full/each > 1 {
		index := c.GP64()
		c.XORQ(index, index)
		p.index = index
		turns := full / each
		c.counted(turns, func() {
			for i := range each {
				body(place{index, i * lanes}, mask{})
			}
			c.ADDQ(operand.I32(int32(each*lanes)), index)
		})
		full -= turns * each
	}
	for range full {
		body(p, mask{})
		p.disp += lanes
	}
	if n%lanes > 0 {
		body(p, tail)
	}
}
