package amd64

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/nngen-go/nngen/codegen/gotree"
)

// Counted runs body n times, n static and at least 1.
func (c *Routine) Counted(n int, body func()) {
	if n == 1 {
		body()
		return
	}
	count := c.GP64()
	c.MOVQ(operand.U32(uint32(n)), count)
	c.Until(count, body)
}

// Until runs body and counts down, from at least 1 to 0.
func (c *Routine) Until(count reg.GPVirtual, body func()) {
	top := c.Unit.Label("loop")
	c.Label(top)
	body()
	c.DECQ(count)
	c.JNZ(operand.LabelRef(top))
}

// Times runs body as often as a size says, at least once.
func (c *Routine) Times(n gotree.Number, body func()) {
	if n.Known() {
		c.Counted(n.Value, body)
		return
	}
	c.Until(c.Size(n), body)
}

// Size loads a size that the function is given.
func (c *Routine) Size(n gotree.Number) reg.GPVirtual {
	r := c.GP64()
	place, ok := c.sizes[n.String()]
	if !ok {
		c.Err = fmt.Errorf("the function is not given %s", n)
	}
	c.MOVQ(place, r)
	return r
}

// Stride moves a pointer by a size in float32s.
func (c *Routine) Stride(p reg.Register, n gotree.Number) {
	if n.Known() {
		c.Advance(p, n.Value)
		return
	}
	c.LEAQ(operand.Mem{Base: p, Index: c.Size(n), Scale: 4}, p)
}

// Advance moves a pointer by a number of float32s.
func (c *Routine) Advance(p reg.Register, floats int) {
	switch {
	case floats > 0:
		c.ADDQ(operand.I32(int32(4*floats)), p)
	case floats < 0:
		c.SUBQ(operand.I32(int32(-4*floats)), p)
	}
}

// Place is where in a run of elements a vector lies: a run-time index and a
// number of elements.
type Place struct {
	Index reg.Register
	Disp  int
}

// Along runs body for a run-time number of elements: for as many vectors at a
// time as each says, for single ones, and with a mask for the rest. It counts n
// down.
func (c *Routine) Along(n reg.GPVirtual, each int, tail Mask, body func(p Place, k Mask)) {
	lanes := c.Level.Lanes()
	index := c.GP64()
	c.XORQ(index, index)
	for _, vectors := range []int{each, 1} {
		done, top := c.Unit.Label("done"), c.Unit.Label("loop")
		c.Comment(map[bool]string{true: fmt.Sprintf("%d vectors of %d elements a turn.", vectors, lanes), false: fmt.Sprintf("One vector of %d elements a turn.", lanes)}[vectors > 1])
		c.SUBQ(operand.I32(int32(vectors*lanes)), n)
		c.JL(operand.LabelRef(done))
		c.Label(top)
		for i := range vectors {
			body(Place{index, i * lanes}, Mask{})
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
	end := c.Unit.Label("end")
	c.JZ(operand.LabelRef(end))
	c.Comment("The rest, under a mask.")
	if !tail.Partial {
		tail = c.LeadingLanes(n)
	}
	body(Place{Index: index}, tail)
	c.Label(end)
}

// Runs cuts a run of a static number of elements into vectors: body is called
// for those of a turn of a loop, for what is left, and with a mask for the rest.
// each is how many vectors a turn takes, whole how many are written one after
// the other without a loop.
func (c *Routine) Runs(n, each, whole int, tail Mask, body func(p Place, k Mask)) {
	lanes := c.Level.Lanes()
	full := n / lanes
	p := Place{}
	if full > whole && full/each > 1 {
		index := c.GP64()
		c.XORQ(index, index)
		p.Index = index
		turns := full / each
		c.Counted(turns, func() {
			for i := range each {
				body(Place{index, i * lanes}, Mask{})
			}
			c.ADDQ(operand.I32(int32(each*lanes)), index)
		})
		full -= turns * each
	}
	for range full {
		body(p, Mask{})
		p.Disp += lanes
	}
	if n%lanes > 0 {
		body(p, tail)
	}
}
