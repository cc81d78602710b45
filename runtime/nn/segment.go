package nn

import "reflect"

// Flags says what training does to a segment. The zero value marks a trainable
// segment: the optimizer moves it.
type Flags uint8

const (
	// Frozen marks weights of a layer with trainable: false. No gradient is
	// computed for them.
	Frozen Flags = 1 << iota
	// State marks values that the forward pass of training maintains: moving
	// statistics of BatchNormalization, the adapted means of Normalization.
	State
	// Assigned marks weights that the forward pass of training writes, too, before the
	// optimizer moves them: kernels of SpectralNormalization.
	Assigned
)

// Trainable reports whether the optimizer moves the segment.
func (f Flags) Trainable() bool { return f&(Frozen|State) == 0 }

// Segment names one tensor inside a model's parameter block. The block is
// contiguous and unpadded: first the trainable segments, then the frozen ones,
// then state, each part in Keras's order.
type Segment struct {
	Name   string // Keras path of the tensor: "hidden/kernel"
	Shape  []int  // row-major; empty for a scalar
	Offset int    // of the first element, counted in float32s from the start of the block
	Flags  Flags
	// Constraint is what an optimizer holds the tensor to.
	Constraint Constraint
}

// Len returns the number of float32s in the segment: the product of Shape, 1
// for a scalar.
func (s Segment) Len() int {
	n := 1
	for _, d := range s.Shape {
		n *= d
	}
	return n
}

// Of returns the part of a parameter block that the segment names.
func (s Segment) Of(block []float32) []float32 {
	return block[s.Offset : s.Offset+s.Len() : s.Offset+s.Len()]
}

// SegmentsOf describes a parameter block by the struct that it is, which block
// points to, or would: every field is a float32 or an array of arrays of them, and is tagged with the segment's
// name, and with its part where it is not trainable:
//
//	Gamma [64]float32 `name:"bn/gamma" part:"frozen"`
//	Mean  [64]float32 `name:"bn/moving_mean" part:"state"`
//
// Weights that a step assigns are tagged assigned:"true". A tensor that an optimizer holds to a [Constraint] has that in a tag, too.
func SegmentsOf(block any) []Segment {
	t := reflect.TypeOf(block).Elem()
	list := make([]Segment, t.NumField())
	for i := range list {
		f := t.Field(i)
		s := Segment{Name: f.Tag.Get("name"), Shape: []int{}, Offset: int(f.Offset / 4)}
		for a := f.Type; a.Kind() == reflect.Array; a = a.Elem() {
			s.Shape = append(s.Shape, a.Len())
		}
		switch f.Tag.Get("part") {
		case "frozen":
			s.Flags = Frozen
		case "state":
			s.Flags = State
		}
		if f.Tag.Get("assigned") != "" {
			s.Flags |= Assigned
		}
		if text := f.Tag.Get("constraint"); text != "" {
			s.Constraint = constraintOf(text)
		}
		list[i] = s
	}
	return list
}
