// Package block describes the parameter block of a network: its named segments,
// what training does with them and how they are filled. It is free of values,
// graphs and kernels, which only name a segment.
package block

import "strings"

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
	// Constraint is what every step of the optimizer holds it to.
	Constraint Constraint
}

// Len is the number of float32s.
func (s Segment) Len() int {
	n := 1
	for _, d := range s.Shape {
		n *= d
	}
	return n
}

// Constraint is what every step of the optimizer holds a segment to. Kind is Keras's
// name, "" where there is none; lengths are those of the vectors along Axes.
type Constraint struct {
	Kind           string  // max_norm, min_max_norm, non_neg, unit_norm
	Min, Max, Rate float64 // of max_norm and min_max_norm
	Axes           []int   // ascending
}

// Init is how New fills a segment. Kind is the Keras name of the initializer
// ("glorot_uniform", "zeros", ...), or "file" where a file of the description gives
// the values; the other fields are its settings.
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
	OnesFrom, OnesTo    int       // these elements are 1 in the end
	Window, Scaling     string    // stft: the name of its window, "" where Values are it
	Values              []float64 // stft
	Imaginary, Periodic bool      // stft
}

// Scaled reports whether the values depend on the size of the tensor.
func (i Init) Scaled() bool {
	for _, kind := range []string{"glorot_", "he_", "lecun_", "variance_scaling", "orthogonal", "identity"} {
		if strings.HasPrefix(i.Kind, kind) {
			return true
		}
	}
	return false
}
