package ir

// Float is the arithmetic that the interpreter runs in.
type Float interface{ float32 | float64 }

// Tensor is a concrete value of the interpreter: row-major, with the batch
// axis replaced by the number of rows.
type Tensor[F Float] struct {
	Shape Shape
	F     []F     // F32 values, and Bool values as 0 and 1
	I     []int32 // I32 values
	// Offsets delimits the rows of a ragged tensor: row r is
	// I[Offsets[r]:Offsets[r+1]].
	Offsets []int
}

// NewTensor is a zero tensor of the given concrete shape.
func NewTensor[F Float](shape Shape) *Tensor[F] {
	return &Tensor[F]{Shape: shape, F: make([]F, shape.Elements())}
}

// Context is what a primitive may ask of the interpreter while it runs.
type Context[F Float] struct {
	Rows int // n, the rows of this call
	// Feed holds the inputs by name, Params the parameter block by name.
	Feed, Params map[string]*Tensor[F]
	// Seed and Step feed the counter-based random numbers.
	Seed, Step uint64
	// First is the index of row 0 within the logical batch.
	First int
	// Uniform, where set, replaces the random numbers of a stream: conformance
	// runs inject the masks that another framework drew.
	Uniform func(stream string, shape Shape) []F
	// Alloc, where set, provides zeroed memory for results; else make does.
	Alloc func(n int) []F
}

// New is a zero tensor of the given concrete shape in the memory of the context.
func (c *Context[F]) New(shape Shape) *Tensor[F] {
	if c.Alloc == nil {
		return NewTensor[F](shape)
	}
	return &Tensor[F]{Shape: shape, F: c.Alloc(shape.Elements())}
}
