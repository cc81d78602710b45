package spec

import (
	"fmt"
	"math"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

const inputsExample = "inputs: {x: {shape: [784]}}"

var inputMistakes = map[string]string{
	"batch_size":  "an input has no batch_size; the batch size belongs under fit: write fit: {batch_size: 32}",
	"batch_shape": "an input has no batch_shape; write shape: [...] without the batch, its first size",
	"type":        "an input has no type; write dtype: float32, int32, string or int64",
	"ragged":      "an input has no ragged; write null for a size known only at run time: shape: [null]",
	"sparse":      "an input has no sparse; take it out",
	"name":        "an input has no name inside; its name comes before it: " + inputsExample,
}

func (p *parser) inputs(m *Model, a Arg) {
	v := a.Value
	if v.Kind == List {
		p.Fail(v.Pos, "inputs takes names with shapes, not a list; write %s", inputsExample)
		return
	}
	if !p.IsMap("inputs", v, inputsExample) {
		return
	}
	if _, ok := v.Get("shape"); ok && len(v.Map) <= 2 {
		p.Fail(v.Pos, "an input needs a name; write inputs: {x: %s}", orEllipsis(document.FlowArgs(v.Map)))
		return
	}
	if len(v.Map) == 0 {
		p.Fail(v.Pos, "inputs is empty; write %s", inputsExample)
	}
	if len(v.Map) > document.MaxInputs {
		p.Fail(v.Pos, "the model has %d inputs; at most %d are allowed", len(v.Map), document.MaxInputs)
		return
	}
	for _, e := range v.Map {
		if in, ok := p.input(e); ok {
			m.Inputs = append(m.Inputs, in)
		} else {
			p.deep = true
		}
	}
}

func (p *parser) input(e Arg) (Input, bool) {
	in := Input{Name: e.Name, DType: "float32", Pos: e.Pos}
	if problem := document.BadName(e.Name); problem != "" {
		p.Fail(e.Pos, "inputs: the name %s %s", diag.Quote(e.Name), problem)
		return in, false
	}
	title := "input " + diag.Quote(e.Name)
	switch v := e.Value; v.Kind {
	case Map:
	case List, Int:
		if v.Kind == Int {
			v = Value{Kind: List, List: []Value{v}}
		}
		p.Fail(e.Value.Pos, "%s: the shape needs its name; write %s: {shape: %s}", title, document.Plain(e.Name), v.Brief())
		return in, false
	default:
		p.Fail(v.Pos, "%s takes a shape, not %s; write %s: {shape: [784]}", title, v.Describe(), document.Plain(e.Name))
		return in, false
	}
	before := len(p.Errs)
	shaped := false
	p.Section(title, e.Value, []document.Key{
		{Name: "shape", Take: func(a Arg) { shaped = true; in.Shape = p.shape(title, a.Value) }},
		{Name: "dtype", Take: func(a Arg) { in.DType = p.dtype(title, a.Value) }},
	}, inputMistakes)
	if !shaped && len(p.Errs) == before {
		p.Fail(e.Pos, "%s has no shape; write %s: {shape: [784]}", title, document.Plain(e.Name))
	}
	return in, len(p.Errs) == before
}

// shape reads sizes without the batch. Their product is bounded so that nothing
// overflows later.
func (p *parser) shape(title string, v Value) []int {
	if v.Kind == Int {
		p.Fail(v.Pos, "%s: shape takes a list; write shape: [%d]", title, v.Int)
		return nil
	}
	if v.Kind != List {
		p.Fail(v.Pos, "%s: shape takes a list of sizes without the batch, not %s%s", title, v.Describe(), document.Instead("shape", v, func(w Value) bool { return w.Kind == List }))
		return nil
	}
	switch {
	case len(v.List) == 0:
		p.Fail(v.Pos, "%s: shape is empty; for one number per row write shape: [1]", title)
	case len(v.List) > document.MaxRank:
		p.Fail(v.Pos, "%s: shape has %d sizes; at most %d are allowed", title, len(v.List), document.MaxRank)
		return nil
	}
	shape := make([]int, 0, len(v.List))
	total := int64(1)
	for i, e := range v.List {
		switch {
		case e.Kind == Null && i == 0:
			shape = append(shape, Ragged)
		case e.Kind == Null:
			p.Fail(e.Pos, "%s: only the first size may be null (known at run time)", title)
		case e.Kind != Int:
			p.Fail(e.Pos, "%s: a size in shape is a whole number, not %s", title, e.Describe())
		case e.Int < 1:
			p.Fail(e.Pos, "%s: a size in shape is at least 1, not %d (the batch is not part of the shape)", title, e.Int)
		case e.Int > math.MaxInt32/total:
			p.Fail(e.Pos, "%s: the shape has more than %d values", title, math.MaxInt32)
			return nil
		default:
			total *= e.Int
			shape = append(shape, int(e.Int))
		}
	}
	return shape
}

var dtypes = map[string]string{
	"int": "int32", "integer": "int32", "uint8": "int32", "int8": "int32", "int16": "int32", "long": "int32",
	"str": "string", "text": "string", "texts": "string", "strings": "string", "object": "string", "bytes": "string",
	"float": "float32", "float64": "float32", "double": "float32", "float16": "float32", "number": "float32", "numeric": "float32", "f32": "float32", "i32": "int32",
}

func (p *parser) dtype(title string, v Value) string {
	switch v.Str {
	case "float32", "int32", "string", "int64":
		if v.Kind == String {
			return v.Str
		}
	}
	if near, ok := dtypes[v.Str]; v.Kind == String && ok {
		p.Fail(v.Pos, "%s: dtype is float32, int32, string or int64, not %s; write dtype: %s", title, diag.Quote(v.Str), near)
	} else {
		p.Fail(v.Pos, "%s: dtype is float32, int32, string or int64, not %s", title, v.Describe())
	}
	return "float32"
}

// rawInputs reports whether a description has inputs that only preprocessing layers
// read.
func rawInputs(root Value) bool {
	inputs, _ := root.Get("inputs")
	for _, e := range inputs.Value.Map {
		if dtype, _ := e.Value.Get("dtype"); dtype.Value.Kind == String && (Input{DType: dtype.Value.Str}).Raw() {
			return true
		}
	}
	return false
}

// shapeText prints a shape as it is written.
func shapeText(shape []int) string {
	var b strings.Builder
	for i, n := range shape {
		if i > 0 {
			b.WriteString(", ")
		}
		if n == Ragged {
			b.WriteString("null")
		} else {
			fmt.Fprint(&b, n)
		}
	}
	return "[" + b.String() + "]"
}
