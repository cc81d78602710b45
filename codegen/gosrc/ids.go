package gosrc

import "fmt"

// checkMethod prints the check of ids, which come before any kernel.
func (e predictText) checkMethod(f *file) {
	body := ""
	for i, p := range e.p.Inputs {
		if p.Limit == 0 {
			continue
		}
		ids := index(flatOf("x", e.p.Inputs, e.ports.inputs, i))
		if len(p.Shape) == 0 && !p.Ragged {
			ids = fmt.Sprintf("[]int32{%s}", scalarOf("x", e.p.Inputs, e.ports.inputs, i))
		}
		body += fmt.Sprintf(`for i, id := range %s {
		if id < 0 || id >= %d {
			return §fmt.Errorf("input %%s: id %%d at position %%d is not from 0 to %d", %s, id, i)
		}
	}
	`, ids, p.Limit, p.Limit-1, quote(p.Name))
	}
	f.add("// Check reports the first id that is out of range. What Encode has made needs no\n// check.\nfunc (x *Input) Check() error {\n%sreturn nil\n}", body)
	f.add("// fillNaN is the answer to what cannot be computed.\nfunc (o *Output) fillNaN() {\n%s}", e.fillNaN())
}

// fillNaN prints the statements that fill an output with NaN.
func (e predictText) fillNaN() string {
	body := "nan := float32(§math.NaN())\n"
	for i, p := range e.p.Outputs {
		at := operandOf("o", e.p.Outputs, e.ports.outputs, i)
		switch {
		case len(p.Shape) > 0:
			flat := flatOf("o", e.p.Outputs, e.ports.outputs, i)
			body += fmt.Sprintf("for i, v := 0, %s; i < len(v); i++ {\nv[i] = nan\n}\n", flat)
		case len(e.p.Outputs) == 1:
			body += at + " = Output(nan)\n"
		default:
			body += at + " = nan\n"
		}
	}
	return body
}
