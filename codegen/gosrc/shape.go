package gosrc

import (
	"fmt"
	"strings"
)

// setShapeType names the type of the shape argument after the kernel's function.
func (k *kernel) setShapeType(function string) {
	if k.shape != nil {
		k.shapeType = function + "Shape"
	}
}

// shapeLiteral is the argument that tells a shared kernel its sizes:
// normalizeShape{nC: 64}.
func (k *kernel) shapeLiteral() string {
	var fields []string
	for _, f := range k.shape.Fields {
		fields = append(fields, fmt.Sprintf("%s: %d", f.Name, f.Value))
	}
	return k.shapeType + "{" + strings.Join(fields, ", ") + "}"
}

// shapeDecl prints the type of a kernel's shape argument.
func (e *emitter) shapeDecl(f *file, fn *function) {
	if fn.kernel.shape == nil || len(fn.kernel.shape.Fields) == 0 {
		return
	}
	f.add("// %s are the sizes of %s.\ntype %s struct{ %s int }", fn.kernel.shapeType, fn.name, fn.kernel.shapeType, strings.TrimSpace(fn.kernel.shape.Names()))
}
