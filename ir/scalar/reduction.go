package scalar

// Reduction is how several values become one.
type Reduction uint8

const (
	Store  Reduction = iota // they do not
	Sum                     // from 0
	Max                     // from the first value
	ArgMax                  // index of the first maximum, an i32
)

func (r Reduction) String() string { return [...]string{"store", "sum", "max", "argmax"}[r] }
