package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// portType is the Go type of one sample of a port.
func portType(p loop.Port) string {
	elem := "float32"
	if p.DType == loop.I32 {
		elem = "int32"
	}
	if p.Ragged {
		return "[]" + elem
	}
	return array(p.Shape) + elem
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
		if fields[i] != p.Name {
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
	if len(ports) > 1 {
		return v + "." + fields[i]
	}
	return "*" + v
}

// flatOf is a port of the sample that the pointer v points to as a slice of
// its elements.
func flatOf(v string, ports []loop.Port, fields []string, i int) string {
	p := ports[i]
	at := operandOf(v, ports, fields, i)
	switch {
	case p.Ragged:
		return at
	case len(p.Shape) == 1:
		return strings.TrimPrefix(at, "*") + "[:]"
	}
	// Arrays of arrays and single values: the same memory, as one run.
	ref := v
	if len(ports) > 1 {
		ref = "&" + at
	}
	elem := "float32"
	if p.DType == loop.I32 {
		elem = "int32"
	}
	return fmt.Sprintf("(*[%d]%s)(§unsafe.Pointer(%s))[:]", size(p.Shape), elem, ref)
}

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
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
		parts = append(parts, fmt.Sprint(d))
	}
	if len(parts) == 0 {
		return "scalar"
	}
	return strings.Join(parts, "×")
}

// tuple is a shape as Keras prints it: (784, 512).
func tuple(shape []int) string {
	return "(" + strings.TrimSuffix(strings.ReplaceAll(strings.Trim(fmt.Sprint(shape), "[]"), " ", ", "), ", ") + ")"
}

// checked reports whether an input holds ids, which are checked before use.
func (e *emitter) checked() bool {
	for _, p := range e.p.Inputs {
		if p.Limit > 0 {
			return true
		}
	}
	return false
}

// distinct reports whether a ragged port must be loaded without duplicates: a
// plan reads it as a set.
func (e *emitter) distinct(port int) bool {
	for _, plan := range e.p.Plans() {
		for _, b := range plan.Buffers {
			if b.Class == loop.Input && b.Port == port && b.Ragged && b.Unique {
				return true
			}
		}
	}
	return false
}

// bitWords is the length of the bit set that finds duplicates, 0 for none.
func (e *emitter) bitWords() int {
	n := 0
	for i, p := range e.p.Inputs {
		if e.distinct(i) {
			n = max(n, (p.Limit+63)/64)
		}
	}
	return n
}

// inField is the name of the field that holds an input port's rows.
func (e *emitter) inField(i int) string {
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
func (e *emitter) targetField(i int) string {
	if len(e.p.Targets) > 1 {
		return "target" + e.ports.targets[i]
	}
	return "target"
}
