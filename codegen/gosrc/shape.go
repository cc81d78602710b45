package gosrc

import (
	"fmt"
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
func (e *kernels) shapeFields() []string {
	fields := map[string]bool{}
	for _, fn := range e.list {
		if fn.kernel.shape != nil {
			for _, f := range fn.kernel.shape.Fields {
				fields[f.Name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(fields))
}

// shapeDecl prints the type.
func (e *kernels) shapeDecl(f *file) {
	if fields := e.shapeFields(); fields != nil {
		f.add("// %[1]s holds the sizes that a kernel has in one of the layers that share it: nC\n// is a count of axis c, yR the stride of operand y along axis r.\ntype %[1]s struct {\n%[2]s int\n}", shapeType, strings.Join(fields, ", "))
	}
}
