package asm

import (
	"errors"
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// Request asks for the machine code of one kernel function.
type Request struct {
	Name     string // of the Go function: "dense784x512Relu"
	Kernel   loop.Kernel
	Operands []Operand // its parameters, in order, without s, n, work and t
	// Divide asks for a body that workers may divide among themselves although each
	// row of its result is computed from its own rows alone.
	Divide bool
	// Shape holds the sizes of a kernel that layers share; nil: the kernel is made
	// for its sizes.
	Shape *shape.Shape
	// Joins says that the text may be made one with that of others, and its tables
	// one: they are left without a name.
	Joins bool
}

// Operand is a parameter of a kernel function as its Go declaration has it.
// Its type follows from its buffer:
//
//	Rows                 []float32 or []int32, n rows of Buf.Row() elements
//	Ragged               two parameters: ids and offsets, []int32
//	Class Scalar         float32
//	Class Random         nn.Key, and before n the number of the first row
//	otherwise            *[d0][d1]…float32, of Buf.Shape: see Operand.Dims;
//	                     of a shared kernel []float32, which has no Dims
type Operand struct {
	Buf  *loop.Buffer
	Name string
	Dims []int // of the array
}

// Body is the inside of a kernel function at one level: Go statements that cut
// the work into calls of assembly functions. They may use
//
//	s     the sizes of a shared kernel
//	n     the number of rows (where the kernel has any), at least 1
//	work  []float32 scratch of at least Work elements, 64-byte aligned, if Work > 0
//	t     *nn.Worker, if workers share the kernel's units, or the body is Divided
//
// No call takes more than the machine's CallMulAdds or touches more than its
// CallBytes, since the scheduler cannot interrupt assembly.
type Body struct {
	Level Level
	Lines []string
	// Table is Go for the table that the lines read, of a contraction: see NameTable.
	Table string
	Stubs []Stub
	Work  int
	// RowWork is how much of Work is needed when n is 1.
	RowWork int
	// Divided says that every worker does its part of all rows; nil: all of it.
	Divided bool
}

// Kernel writes a kernel at every level, the best first. It returns nothing
// where the portable body is all there is: for kernels of scalars, say. A long
// expression may have room at one level and not at the other, and one whose calls
// would be too long however they are cut is left to the level below, or to Go.
func (u *Unit) Kernel(r Request) ([]Body, error) {
	var bodies []Body
	for _, l := range Levels {
		var b *Body
		var err error
		u.attempt(func() bool {
			b, err = u.body(r, l)
			return err == nil && b != nil && b.verify(u.machine) == nil
		})
		switch {
		case err != nil && !errors.Is(err, errRegisters):
			return nil, fmt.Errorf("%s%s: %w", r.Name, l, err)
		case err == nil && b != nil && b.verify(u.machine) == nil:
			b.Level = l
			bodies = append(bodies, *b)
		}
	}
	return bodies, nil
}

// body is nil where the family has no machine code for such a kernel.
func (u *Unit) body(r Request, l Level) (*Body, error) {
	switch k := r.Kernel.(type) {
	case *loop.Contract:
		if b, err := u.contract(r, k, l); b != nil || err != nil {
			return b, err
		}
		return u.dot(r, k, l)
	case *loop.GatherSum:
		return u.gatherSum(r, k, l)
	case *loop.Window:
		return u.pooling(r, k, l)
	case *loop.WindowGrad:
		return u.poolingGradient(r, k, l)
	case *loop.ScatterSum:
		return u.scatterSum(r, k, l)
	case *loop.Nest:
		if isIndexed(k) {
			return u.nestIndex(r, k, l)
		}
		return u.nest(r, k, l)
	}
	return nil, nil
}

// operand finds the parameter for a buffer.
func (r Request) operand(b *loop.Buffer) (Operand, bool) {
	for _, o := range r.Operands {
		if o.Buf == b {
			return o, true
		}
	}
	return Operand{}, false
}

// pointer is Go for the address of element index of a slice, or of the first
// element of an array: "&y[r*512]", "&w[0][0]".
func (o Operand) pointer(index string) string {
	if o.Buf.Rows || len(o.Dims) == 0 {
		if index == "" {
			index = "0"
		}
		return fmt.Sprintf("&%s[%s]", o.Name, index)
	}
	return "&" + o.Name + strings.Repeat("[0]", max(1, len(o.Dims)))
}
