package asm

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// routine is an assembly function in the making: its parameters, its registers,
// what it reads and writes, and its loops. General registers are avo's to allocate.
type routine struct {
	*build.Context
	registers
	unit  *assembly
	sizes map[string]operand.Mem // where the sizes of a shared kernel are: parameters
}

// code is a routine that computes: see eval.
type code struct {
	*routine
	rows   vec            // the row count as a float32 in all lanes, for expressions that hold scalar.Rows
	pinned map[uint32]vec // constants that are in registers: see pin
}

// frame is how much stack every function asks for, in bytes: enough for the
// assembler to begin it with a look at the stack's limit, which is also where
// the scheduler and the garbage collector stop a goroutine. Without it a loop of
// calls could not be interrupted.
const frame = 128

// function begins an assembly function. Its text ends with end.
func (u *assembly) function(l Level, s Stub) *code {
	c := &code{routine: &routine{Context: build.NewContext(), registers: newRegisters(l), unit: u}, rows: none}
	u.labels = map[string]int{}
	c.Function(s.Name)
	c.AllocLocal(frame)
	c.signature(s)
	c.sizes = map[string]operand.Mem{}
	for text, name := range s.sizes {
		place, err := c.Param(name).Resolve()
		if err != nil {
			c.err = err
			continue
		}
		c.sizes[text] = place.Addr
	}
	return c
}

// end returns from the function and adds it to the unit, unless something about
// it was wrong: then the unit is as if it had never been begun.
func (c *routine) end() error {
	c.VZEROUPPER()
	c.RET()
	f, err := c.Result()
	if c.err != nil {
		err = c.err
	}
	if err != nil {
		return err
	}
	c.unit.functions = append(c.unit.functions, f.Sections...)
	return nil
}
