package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// What instructions take, in avo's types: they have these names so that kernels are
// written in terms of this package alone.
type (
	Mem      = operand.Mem      // a place in memory
	LabelRef = operand.LabelRef // where a jump goes
	Reg      = reg.Register     // any register
	GP       = reg.GPVirtual    // a general register of 64 bits
	U8       = operand.U8       // immediate operands
	I8       = operand.I8
	U32      = operand.U32
	I32      = operand.I32
)
