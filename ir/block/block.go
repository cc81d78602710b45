// Package block describes the parameter block of a network: its named segments,
// what training does with them and how they are filled. It is free of values,
// graphs and kernels, which only name a segment.
package block

// Role says which part of the parameter block a segment lies in.
type Role uint8

const (
	Trainable Role = iota
	Frozen
	State
)

func (r Role) String() string { return [...]string{"trainable", "frozen", "state"}[r] }

// Segment is one named parameter tensor of the block.
type Segment struct {
	Name   string // Keras path: "hidden/kernel"
	Layer  string
	Shape  []int
	Offset int // in float32s from the start of the block
	Role   Role
	Init   Init
}

// Len is the number of float32s.
func (s Segment) Len() int {
	n := 1
	for _, d := range s.Shape {
		n *= d
	}
	return n
}

// Init is how New fills a segment. Kind is the Keras name of the initializer
// ("glorot_uniform", "zeros", ...); the other fields are its settings.
type Init struct {
	Kind                string
	Value, Mean, Stddev float64 // constant, random_normal, truncated_normal
	Minval, Maxval      float64 // random_uniform
	Scale               float64 // variance_scaling
	Mode, Distribution  string  // variance_scaling
	Gain                float64 // orthogonal, identity
	FanIn, FanOut       int
	Seed                uint64
	Seeded              bool
	Data                []float32 // "data": given values (Normalization's mean)
}
