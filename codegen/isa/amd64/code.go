package amd64

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// Routine is an assembly function in the making: its parameters, its registers,
// what it reads and writes, and its loops. General registers are avo's to allocate.
type Routine struct {
	Instructions
	Registers
	Unit  *Unit
	sizes map[string]operand.Mem // where the sizes of a shared kernel are: parameters
}

// Code is a routine that computes: see Eval.
type Code struct {
	*Routine
	Rows   Vec            // the row count as a float32 in all lanes, for expressions that hold scalar.Rows
	pinned map[uint32]Vec // constants that are in registers: see Pin
}

// frame is how much stack every function asks for, in bytes: enough for the
// assembler to begin it with a look at the stack's limit, which is also where
// the scheduler and the garbage collector stop a goroutine. Without it a loop of
// calls could not be interrupted.
const frame = 128

// Function begins an assembly function. Its text ends with End.
func (u *Unit) Function(l Level, s Stub) *Code {
	c := &Code{Routine: &Routine{Instructions: build.NewContext(), Registers: newRegisters(l), Unit: u}, Rows: None}
	u.labels = map[string]int{}
	c.Function(s.Name)
	c.AllocLocal(frame)
	c.signature(s)
	c.sizes = map[string]operand.Mem{}
	for text, name := range s.Sizes {
		place, err := c.Param(name).Resolve()
		if err != nil {
			c.Err = err
			continue
		}
		c.sizes[text] = place.Addr
	}
	return c
}

// End returns from the function and adds it to the unit, unless something about
// it was wrong: then the unit is as if it had never been begun.
func (c *Routine) End() error {
	c.VZEROUPPER()
	c.RET()
	f, err := c.Result()
	if c.Err != nil {
		err = c.Err
	}
	if err != nil {
		return err
	}
	c.Unit.functions = append(c.Unit.functions, f.Sections...)
	return nil
}
