// Package proto reads and writes the messages of ONNX files: the parts of onnx.proto that
// say what a model computes. Documentation is passed over.
//
// Field numbers are those of onnx/onnx.proto of ONNX 1.22.
package proto

// Model is a ModelProto.
type Model struct {
	IRVersion int64
	Producer  string // the program that wrote the file
	Version   string // of that program
	Metadata  map[string]string
	Opsets    []Opset
	Graph     *Graph
	Functions []*Function
	Training  int // how many training_info there are
}

// Opset says which version of a domain's operators a model uses; "" and "ai.onnx"
// are one domain.
type Opset struct {
	Domain  string
	Version int64
}

// Graph is a GraphProto.
type Graph struct {
	Name            string
	Nodes           []*Node
	Initializers    []*Tensor
	Sparse          int // how many sparse initializers there are
	Inputs, Outputs []*ValueInfo
	Values          []*ValueInfo
}

// Node is a NodeProto. An empty name among Inputs is an operand that is left out.
type Node struct {
	Name, Op, Domain, Overload string
	Inputs, Outputs            []string
	Attributes                 []*Attribute
}

// Attribute is an AttributeProto; Kind says which field holds the value.
type Attribute struct {
	Name    string
	Kind    AttributeKind
	Ref     string // inside of a function: the attribute of the call that gives the value
	Float   float32
	Int     int64
	String  []byte
	Tensor  *Tensor
	Graph   *Graph
	Floats  []float32
	Ints    []int64
	Strings [][]byte
	Tensors []*Tensor
	Graphs  []*Graph
}

// AttributeKind is AttributeProto.AttributeType.
type AttributeKind int32

// The kinds of attributes that this package reads.
const (
	Float   AttributeKind = 1
	Int     AttributeKind = 2
	String  AttributeKind = 3
	TensorA AttributeKind = 4
	GraphA  AttributeKind = 5
	Floats  AttributeKind = 6
	Ints    AttributeKind = 7
	Strings AttributeKind = 8
	Tensors AttributeKind = 9
	Graphs  AttributeKind = 10
)

// ValueInfo is a ValueInfoProto: a name, and what is declared of it.
type ValueInfo struct {
	Name string
	// Kind is "tensor", "sequence", "map", "optional" or "sparse_tensor"; empty
	// where nothing is declared.
	Kind    string
	Element Type
	// Dims are the extents; Shaped says that there is a shape at all.
	Dims   []Dim
	Shaped bool
}

// Dim is one extent: a number, or a name, or neither.
type Dim struct {
	Value int64 // -1: not given
	Param string
}

// Function is a FunctionProto: an operator that a model defines itself.
type Function struct {
	Name, Domain, Overload      string
	Inputs, Outputs, Attributes []string
	Defaults                    []*Attribute
	Opsets                      []Opset
	Nodes                       []*Node
}

// Tensor is a TensorProto. Its elements stand in Raw, in one of the typed lists, or
// in a file beside the model.
type Tensor struct {
	Name     string
	Type     Type
	Dims     []int64
	Raw      []byte
	Floats   []float32
	Int32s   []int32
	Int64s   []int64
	Doubles  []float64
	Uint64s  []uint64
	Strings  [][]byte
	External map[string]string // location, offset, length; nil where it is in the file
	HasRaw   bool
}

// Type is TensorProto.DataType.
type Type int32

// The types of elements.
const (
	Undefined Type = iota
	Float32
	Uint8
	Int8
	Uint16
	Int16
	Int32
	Int64
	StringType
	Bool
	Float16
	Float64
	Uint32
	Uint64
	Complex64
	Complex128
	Bfloat16
	Float8E4M3FN
	Float8E4M3FNUZ
	Float8E5M2
	Float8E5M2FNUZ
	Uint4
	Int4
	Float4E2M1
	Float8E8M0
	Uint2
	Int2
)

var typeNames = [...]string{
	"undefined", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "float64",
	"uint32", "uint64", "complex64", "complex128", "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2",
	"float8e5m2fnuz", "uint4", "int4", "float4e2m1", "float8e8m0", "uint2", "int2",
}

func (t Type) String() string {
	if t < 0 || int(t) >= len(typeNames) {
		return "a type this version does not know"
	}
	return typeNames[t]
}

// Size is the number of bytes of an element in Raw; 0 where elements are not whole
// bytes.
func (t Type) Size() int {
	switch t {
	case Uint8, Int8, Bool, Float8E4M3FN, Float8E4M3FNUZ, Float8E5M2, Float8E5M2FNUZ, Float8E8M0:
		return 1
	case Uint16, Int16, Float16, Bfloat16:
		return 2
	case Float32, Int32, Uint32:
		return 4
	case Float64, Int64, Uint64, Complex64:
		return 8
	case Complex128:
		return 16
	}
	return 0
}

// Bits is the number of bits of an element in Raw, 0 of what is not stored there. Elements
// of less than a byte begin in its lowest bits.
func (t Type) Bits() int {
	switch t {
	case Uint4, Int4, Float4E2M1:
		return 4
	case Uint2, Int2:
		return 2
	}
	return 8 * t.Size()
}
