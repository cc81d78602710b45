package driver

import (
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
	// Held asks for a body of a product in a loop that packs the right operand once: it
	// is given a bool, again, and finds what it has packed in work if that is true.
	Held bool
	// Keep asks for a body of a product that can be given the panels of its right
	// operand, kept, as calls before it have packed them.
	Keep bool
	// Shape holds the sizes of a kernel that layers share; nil: the kernel is made
	// for its sizes.
	Shape *shape.Shape
	// Joins says that the text may be made one with that of others, and its tables
	// one: they are left without a name.
	Joins bool
	// Few asks for what has the same bits whether a kernel computes one step of a
	// sequence or all: vectors of however few elements, and no dot products.
	Few bool
}

// Least is the number of elements from which on a vector is worth it.
func (r Request) Least() int {
	if r.Few || r.Shape != nil {
		return 1
	}
	return Smallest
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

// Operand finds the parameter for a buffer.
func (r Request) Operand(b *loop.Buffer) (Operand, bool) {
	for _, o := range r.Operands {
		if o.Buf == b {
			return o, true
		}
	}
	return Operand{}, false
}
