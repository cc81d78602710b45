package ir

// DType is the element type of a value. Float64 exists only inside the
// interpreter, which may run an F32 graph in double precision.
type DType uint8

const (
	F32  DType = iota // float32
	I32               // int32: ids and class numbers
	Bool              // comparison results
)

func (d DType) String() string {
	return [...]string{"f32", "i32", "bool"}[d]
}
