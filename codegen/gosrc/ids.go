package gosrc

import (
	"fmt"

	"github.com/nngen-go/nngen/codegen/gotree"
)

// checkMethod prints the check of ids, which come before any kernel.
func (e *program) checkMethod(f *file, in gotree.Ports, note string) {
	body := ""
	for i, p := range in.List {
		if p.Limit == 0 {
			continue
		}
		ids := ""
		if len(p.Shape) == 0 && !p.Ragged {
			ids = fmt.Sprintf("[]int32{%s}", in.Scalar("x", i))
		} else {
			ids = index(in.Flat("x", i))
		}
		body += fmt.Sprintf(`for i, id := range %s {
		if id < 0 || id >= %d {
			return §fmt.Errorf("input %%s: id %%d at position %%d is not from 0 to %d", %s, id, i)
		}
	}
	`, ids, p.Limit, p.Limit-1, quote(p.Name))
	}
	f.add("%sfunc (x *%s) Check() error {\n%sreturn nil\n}", docComment("Check reports the first id that is out of range."+note), in.Type, body)
}

// fillNaNMethod prints what is the answer to ids that are out of range, and to steps
// beyond the last.
func fillNaNMethod(f *file, out gotree.Ports) {
	f.add("// fillNaN is the answer to what cannot be computed.\nfunc (o *%s) fillNaN() {\n%s}", out.Type, fillNaN(out))
}

// fillNaN prints the statements that fill an output with NaN.
func fillNaN(out gotree.Ports) string {
	body := "nan := float32(§math.NaN())\n"
	for i, p := range out.List {
		switch at := out.Operand("o", i); {
		case len(p.Shape) > 0:
			body += fmt.Sprintf("for i, v := 0, %s; i < len(v); i++ {\nv[i] = nan\n}\n", out.Flat("o", i))
		case len(out.List) == 1:
			body += at + " = " + out.Type + "(nan)\n"
		default:
			body += at + " = nan\n"
		}
	}
	return body
}
