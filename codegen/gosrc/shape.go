package gosrc

import (
	"fmt"
	"github.com/nngen-go/nngen/codegen/gotree"
	"maps"
	"slices"
	"strings"
)

// shapeType is the type of the argument that tells shared kernels their sizes.
const shapeType = "shape"

// shapeType is the type of that argument.
func (k *kernel) shapeType() string {
	if k.family != nil {
		return k.family.typ
	}
	return shapeType
}

// shapeLiteral is that argument: shape{nC: 64}.
func (k *kernel) shapeLiteral() string {
	if k.family != nil {
		return k.family.literal(k.sizes)
	}
	var fields []string
	for _, f := range k.shape.Fields {
		fields = append(fields, fmt.Sprintf("%s: %d", f.Name, f.Value))
	}
	return shapeType + "{" + strings.Join(fields, ", ") + "}"
}

// sized reports a kernel with such an argument.
func (k *kernel) sized() bool {
	return k.family != nil && len(k.family.fields) > 0 || k.shape != nil && len(k.shape.Fields) > 0
}

// shapeFields are the fields of the type, of all kernels.
func shapeFields(list []*kernel) []string {
	fields := map[string]bool{}
	for _, k := range list {
		if k.shape != nil {
			for _, f := range k.shape.Fields {
				fields[f.Name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(fields))
}

// shapeDecl prints the type.
func shapeDecl(f *gotree.File, list []*kernel) {
	if fields := shapeFields(list); fields != nil {
		f.Add("// %[1]s holds the sizes that a kernel has in one of the layers that share it: nC\n// is a count of axis c, yR the stride of operand y along axis r.\ntype %[1]s struct {\n%[2]s int\n}", shapeType, strings.Join(fields, ", "))
	}
}

// family is the contractions of a large network that are one function: their texts
// differ in numbers alone, which are the fields of its argument s.
type family struct {
	typ    string
	fields []string
}

// literal is the argument of one of them.
func (f *family) literal(sizes []int) string {
	return f.typ + "{" + strings.Trim(strings.ReplaceAll(fmt.Sprint(sizes), " ", ", "), "[]") + "}"
}

// declare prints the type of the argument.
func (f *family) declare(to *gotree.File, function string) {
	if len(f.fields) > 0 {
		to.Add("// %s are the sizes that %s has in one of the layers that share it.\ntype %[1]s struct {\n%[3]s int\n}", f.typ, function, strings.Join(f.fields, ", "))
	}
}
