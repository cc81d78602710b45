package loop

// DType is the element type of a buffer.
type DType uint8

const (
	F32 DType = iota
	I32
)

func (d DType) String() string { return [...]string{"f32", "i32"}[d] }

// Class is where a buffer lives.
type Class uint8

const (
	Arena    Class = iota // planned scratch; Offset is its place
	Input                 // a port of the model, filled before the phase
	Target                // a target port
	Weight                // sample weights [n]
	Scalar                // a run-time scalar: "inv_total" (1/Total), "share" (n/Total)
	Param                 // a segment of the parameter block (any role)
	Gradient              // the gradient of a trainable segment
	Const                 // Data, fixed by the description
	Local                 // a scalar that lives within one row of one Nest
	Random                // virtual: reading it draws uniform numbers in [0,1)
	State                 // what a step of a sequence has left for the next; a plan writes rows of it at most
)

func (c Class) String() string {
	return [...]string{"arena", "input", "target", "weight", "scalar", "param", "gradient", "const", "local", "random", "state"}[c]
}

// Buffer is a dense row-major block. Kernels reach it through Access only.
type Buffer struct {
	Name  string // "hidden", "hidden.pre"; for Random the stream (layer path)
	Grad  bool   // the gradient of Name
	Layer string
	Class Class
	DType DType
	Rows  bool  // has a leading batch axis, not part of Shape
	Shape []int // of one row, or of everything
	// Offset is the place in the arena, or in the parameter block (Param), or
	// in the gradient block (Gradient), in elements.
	Offset  int
	Segment int  // Param, Gradient: index into Program.Segments
	Port    int  // Input, Target, State: index into Program.Inputs, Targets or Stream.States
	Ragged  bool // ids with per-row offsets
	Unique  bool // ragged ids of which every row holds each id once
	Data    []float32
	// Reach is set where a buffer stands for what lies in it from one turn of a loop
	// on: how many elements of every row are reached. The last row may end there.
	Reach int
}

// Row is the number of elements of one row (of everything, without Rows).
func (b *Buffer) Row() int { return product(b.Shape) }

// Len is the number of elements for a batch of n rows.
func (b *Buffer) Len(n int) int {
	if b.Rows {
		return n * b.Row()
	}
	return b.Row()
}

// StepBlock is how many steps of a sequence kernels that go over those so far take
// together: four vectors of 16 elements, which is what loops of machine code take in a
// turn, and whole blocks of any loop in Go. So a sum over all steps adds up those so far
// in the same parts, and then zeros.
const StepBlock = 64

// Axis is one loop of a kernel. Its extent is N, or N·n where Rows is set: n is
// the run-time row count.
type Axis struct {
	Name string // n batch, i in, o out, c channel, y/x space, t time, k reduced
	N    int
	Rows bool
	// Max is how many points an axis of rows has at most, in any call: N times
	// the micro-batch. 0: any number, since a batch may have to be taken whole.
	Max int
	// Upto, where set, is the number of the step that each row of a sequence is at, of N
	// steps that the axis runs over. Those after it count for nothing in any row: the
	// extent is that of all rows' steps so far, or more of the N.
	Upto *Buffer
	// Turn, where it is not 0, has the extent follow the turns of the loop around the
	// kernel: in the first it is Turn, in each later one Turn more, in the last N; or, if
	// it is negative, N in the first and -Turn less in each later one.
	Turn int
}

// Partial reports an axis of which the extent is not N in every call.
func (a Axis) Partial() bool { return a.Upto != nil || a.Turn != 0 }

// InTurn is the axis as a turn of the loop around its kernel, counted from 0, has it.
func (a Axis) InTurn(turn int) Axis {
	switch {
	case a.Turn > 0:
		a.N = a.Turn * (turn + 1)
	case a.Turn < 0:
		a.N += a.Turn * turn
	}
	a.Turn = 0
	return a
}

// Most is how many points the axis has at most; 0: any number.
func (a Axis) Most() int {
	if a.Rows {
		return a.Max
	}
	return a.N
}

// Access maps a point of a kernel's axes to an element of a buffer:
// Offset + Σ point[a]·Strides[a] (+ Index[point]·IndexStride).
type Access struct {
	Buf     *Buffer
	Offset  int
	Strides []int // one per axis of the kernel, outermost first; 0 repeats
	// Index, where set, is an i32 access over the same axes whose value times
	// IndexStride is added: a gather (or, as a destination, a scatter).
	Index       *Access
	IndexStride int
}
