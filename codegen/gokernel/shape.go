package gokernel

import (
	"maps"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
)

// shapeType is the type of the argument that tells shared kernels their sizes.
const shapeType = "shape"

// shapeType is the type of that argument.
func (k *Kernel) shapeType() string {
	if k.Family != nil {
		return k.Family.Type
	}
	return shapeType
}

// ShapeLiteral is that argument: shape{nC: 64}.
func (k *Kernel) ShapeLiteral() string {
	if k.Family != nil {
		return k.Family.literal(k.Sizes)
	}
	literal := gotree.Composite{Type: gotree.Word(shapeType)}
	for _, f := range k.Shape.Fields {
		literal.Elems = append(literal.Elems, gotree.Keyed{Key: f.Name, Value: gotree.Int(f.Value)})
	}
	return literal.String()
}

// Sized reports a kernel with such an argument.
func (k *Kernel) Sized() bool {
	return k.Family != nil && len(k.Family.Fields) > 0 || k.Shape != nil && len(k.Shape.Fields) > 0
}

// ShapeFields are the fields of the type, of all kernels.
func ShapeFields(list []*Kernel) []string {
	fields := map[string]bool{}
	for _, k := range list {
		if k.Shape != nil {
			for _, f := range k.Shape.Fields {
				fields[f.Name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(fields))
}

// ShapeDecl prints the type.
func ShapeDecl(f *gotree.File, list []*Kernel) {
	if fields := ShapeFields(list); fields != nil {
		f.Add("// %[1]s holds the sizes that a kernel has in one of the layers that share it: nC\n// is a count of axis c, yR the stride of operand y along axis r.\ntype %[1]s struct {\n%[2]s int\n}", shapeType, strings.Join(fields, ", "))
	}
}

// Family is the contractions of a large network that are one function: their texts
// differ in numbers alone, which are the fields of its argument s.
type Family struct {
	Type   string
	Fields []string
}

// literal is the argument of one of them.
func (f *Family) literal(sizes []int) string {
	literal := gotree.Composite{Type: gotree.Word(f.Type)}
	for _, v := range sizes {
		literal.Elems = append(literal.Elems, gotree.Int(v))
	}
	return literal.String()
}

// Declare prints the type of the argument.
func (f *Family) Declare(to *gotree.File, function string) {
	if len(f.Fields) > 0 {
		to.Add("// %s are the sizes that %s has in one of the layers that share it.\ntype %[1]s struct {\n%[3]s int\n}", f.Type, function, strings.Join(f.Fields, ", "))
	}
}
