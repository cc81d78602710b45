package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// portType is the Go type of one sample of a port.
func portType(p loop.Port) string {
	if p.Ragged {
		return "[]" + elemOf(p)
	}
	return gotree.Array(p.Shape) + elemOf(p)
}

// portTypes declares Input, Output or Target: the type of the one port, or a
// struct with a field for each.
func portTypes(name, doc string, ports []loop.Port, fields []string) string {
	if len(ports) == 1 {
		return doc + "type " + name + " " + portType(ports[0])
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%stype %s struct {\n", doc, name)
	for i, p := range ports {
		fmt.Fprintf(&b, "%s %s", fields[i], portType(p))
		if !strings.EqualFold(fields[i], p.Name) {
			fmt.Fprintf(&b, " // %s", mention(p.Name))
		}
		b.WriteString("\n")
	}
	b.WriteString("}")
	return b.String()
}

// operandOf is a port of the sample that the pointer v points to, as an
// operand: x.Image, or *x.
func operandOf(v string, ports []loop.Port, fields []string, i int) string {
	return gotree.Ports{List: ports, Fields: fields}.Operand(v, i)
}

// flatOf is a port of the sample that the pointer v points to as a slice of
// its elements. A single value has none: see scalarOf.
func flatOf(v string, ports []loop.Port, fields []string, i int) string {
	return gotree.Ports{List: ports, Fields: fields}.Flat(v, i)
}

// flatMethods prints the views of ports that are arrays of arrays.
func flatMethods(f *file, name string, ports []loop.Port, fields []string) {
	for i, p := range ports {
		if p.Ragged || len(p.Shape) < 2 {
			continue
		}
		v := strings.ToLower(name[:1])
		ref, method := v, "flat"
		if len(ports) > 1 {
			ref, method = "&"+v+"."+fields[i], "flat"+fields[i]
		}
		f.add(`// %s is the same memory as one slice: arrays of arrays have no gaps.
func (%s *%s) %s() []%s { return (*[%d]%s)(§unsafe.Pointer(%s))[:] }`, method, v, name, method, elemOf(p), size(p.Shape), elemOf(p), ref)
	}
}

// scalarOf is a port that is a single value.
func scalarOf(v string, ports []loop.Port, fields []string, i int) string {
	return gotree.Ports{List: ports, Fields: fields}.Scalar(v, i)
}

// copyIn copies a port of the sample v points to into row row of a slice.
func copyIn(to, v string, ports []loop.Port, fields []string, i int) string {
	p := ports[i]
	if len(p.Shape) == 0 {
		return fmt.Sprintf("%s[row] = %s", to, scalarOf(v, ports, fields, i))
	}
	if size(p.Shape) == 1 {
		return fmt.Sprintf("%s[row] = %s%s", to, strings.TrimPrefix(operandOf(v, ports, fields, i), "*"), strings.Repeat("[0]", len(p.Shape)))
	}
	return fmt.Sprintf("copy(%s[%s:], %s)", to, times("row", size(p.Shape)), flatOf(v, ports, fields, i))
}

// times prints n times a count.
func times(count string, n int) string {
	if n == 1 {
		return count
	}
	return fmt.Sprintf("%s*%d", count, n)
}

// rowsOf is the length of an array with a port's elements for every row.
func rowsOf(p loop.Port) string {
	if n := size(p.Shape); n != 1 {
		return fmt.Sprintf("batchRows * %d", n)
	}
	return "batchRows"
}

// shapeWords is a shape for people: 28×28, scalar, ids of any number.
func shapeWords(p loop.Port) string {
	if p.Ragged {
		return "any number of ids"
	}
	if len(p.Shape) == 0 {
		return "one value"
	}
	return dimsText(p.Shape)
}

func dimsText(shape []int) string {
	var parts []string
	for _, d := range shape {
		if d < 0 {
			parts = append(parts, "any")
		} else {
			parts = append(parts, fmt.Sprint(d))
		}
	}
	if len(parts) == 0 {
		return "scalar"
	}
	return strings.Join(parts, "×")
}

// checked reports whether one of the inputs holds ids, which are checked before use.
func checked(inputs []loop.Port) bool {
	for _, p := range inputs {
		if p.Limit > 0 {
			return true
		}
	}
	return false
}

// distinct reports whether a ragged port must be loaded without duplicates: a
// plan reads it as a set.
func (e *program) distinct(port int) bool {
	for _, plan := range e.p.Plans() {
		for _, b := range plan.Buffers {
			if b.Class == loop.Input && b.Port == port && b.Ragged && b.Unique {
				return true
			}
		}
	}
	return false
}

// marks is the number of marks that find duplicate ids, 0 for none.
func (e *program) marks() int {
	n := 0
	for i, p := range e.p.Inputs {
		if e.distinct(i) {
			n = max(n, p.Limit)
		}
	}
	return n
}

// inField is the name of the field that holds an input port's rows.
func (e *program) inField(i int) string {
	p := e.p.Inputs[i]
	if len(e.p.Inputs) > 1 {
		return "in" + e.ports.inputs[i]
	}
	if p.DType == loop.I32 {
		return "ids"
	}
	return "x"
}

// targetField is the name of the field that holds a target port's rows.
func (e *program) targetField(i int) string {
	if len(e.p.Targets) > 1 {
		return "target" + e.ports.targets[i]
	}
	return "target"
}

// idWord is what one of the whole numbers of a port is called.
func idWord(p loop.Port) string {
	if p.Least < 0 {
		return "value"
	}
	return "id"
}

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
		if id < %d || id >= %d {
			return §fmt.Errorf("input %%s: %s %%d at position %%d is not from %d to %d", %s, id, i)
		}
	}
	`, ids, p.Least, p.Limit, idWord(p), p.Least, p.Limit-1, quote(p.Name))
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

// rowRange is where a row of a port lies.
func rowRange(p loop.Port) string {
	if n := size(p.Shape); n != 1 {
		return fmt.Sprintf("row*%d : row*%d+%d", n, n, n)
	}
	return "row : row+1"
}
