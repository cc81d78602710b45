package gosrc

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/ir/loop"
)

// float64Test prints the training step as calls of kernels in double precision.
func (e testText) float64Test() *file {
	f := e.newFile()
	w := &doubleWriter{testText: e, functions: map[string]string{}}
	// In double precision no turn is idle, so that the test tells whether others do the same.
	for _, c := range slices.DeleteFunc(slices.Clone(e.trained), func(c kernelCall) bool { return c.idle }) {
		w.call(c)
	}
	w.turns(nil)
	w.endList()
	kernels := ""
	if len(w.functions) > 0 {
		var rows strings.Builder
		for _, name := range slices.Sorted(maps.Keys(w.functions)) {
			fmt.Fprintf(&rows, "%s: %s[float64],\n", quote(name), w.functions[name])
		}
		kernels = fmt.Sprintf("kernels := map[string]any{\n%s}\n", rows.String())
	}
	f.add(`// float64Calls makes the calls of a training step, forward and backward, in double
// precision: see modeltest.Call.
func float64Calls(call §modeltest.Call) {
%s%s}`, kernels, w.text.String())
	return f
}

// doubleWriter prints these calls. Where layers share kernels there are thousands:
// what needs no more than words is a line of a list.
type doubleWriter struct {
	testText
	text      strings.Builder
	listing   bool              // a list is open
	functions map[string]string // that lists name, by the names they have there
	layer     string            // of the call before
	loop      *loop.Loop        // that the calls are in
}

// call prints a call.
func (w *doubleWriter) call(c kernelCall) {
	w.turns(c.loop)
	operands, streams := w.words(c)
	layer := c.Layer
	if w.layer == layer {
		layer = ""
	}
	w.layer = c.Layer
	if w.kernels.Share && c.loop == nil && streams == nil {
		if !w.listing {
			w.text.WriteString("call.List(kernels, `\n")
			w.listing = true
		}
		if layer != "" {
			w.text.WriteString(strings.ReplaceAll(plain(layer), "`", "'") + "\n")
		}
		fmt.Fprintf(&w.text, "\t%s %s\n", c.fn.Name, operands)
		w.functions[c.fn.Name] = c.fn.GoName()
		return
	}
	w.endList()
	operands = quote(operands)
	if c.loop != nil {
		operands = "§modeltest.Turn(t, " + operands + ")"
	}
	fmt.Fprintf(&w.text, "call(%s, %s[float64], %s)\n", quote(layer), c.fn.GoName(), strings.Join(append([]string{operands}, streams...), ", "))
}

func (w *doubleWriter) endList() {
	if w.listing {
		w.text.WriteString("`)\n")
		w.listing = false
	}
}

// turns ends the loop over time that the calls are in, and begins another.
func (w *doubleWriter) turns(l *loop.Loop) {
	if l == w.loop {
		return
	}
	w.endList()
	if w.loop != nil {
		w.text.WriteString("}\n")
	}
	switch w.loop = l; {
	case l == nil:
	case l.Reverse:
		fmt.Fprintf(&w.text, "for t := %d; t >= 0; t-- {\n", l.Axis.N-1)
	default:
		fmt.Fprintf(&w.text, "for t := range %d {\n", l.Axis.N)
	}
}

// words are the operands of a call, and the streams of random numbers that they name.
func (w *doubleWriter) words(c kernelCall) (operands string, streams []string) {
	var words []string
	if c.Steps != nil {
		words = append(words, "each")
	}
	for _, p := range c.kernel.Params {
		word := w.operandWord(p, &streams)
		if part, ok := c.parts[p]; ok {
			move := part.Move
			if c.Steps != nil { // from row to row
				move = part.Of.Row()
			}
			word += fmt.Sprintf("@%d,%d", part.Base, move)
		}
		words = append(words, word)
	}
	if c.kernel.Draws() {
		words = append(words, "f")
	}
	if c.kernel.Sized() {
		words = append(words, w.shapeWord(c.kernel))
	}
	if c.kernel.Upto {
		words = append(words, uptoWord(c))
	}
	switch {
	case c.kernel.Counted && c.Steps != nil:
		words = append(words, fmt.Sprintf("i%d", c.Steps.N))
	case c.kernel.Counted:
		words = append(words, "n")
	}
	if c.kernel.Shared {
		words = append(words, "t")
	}
	return strings.Join(words, " "), streams
}

// shapeWord is the shape argument: numbers of fields where they do not follow one
// another, and their values.
func (e testText) shapeWord(k *gokernel.Kernel) string {
	var values []string
	if k.Family != nil {
		for _, v := range k.Sizes { // from the first field on
			values = append(values, fmt.Sprint(v))
		}
		return "z" + strings.Join(values, ",")
	}
	all := gokernel.ShapeFields(e.kernels.Kernels())
	for _, f := range k.Shape.Fields {
		values = append(values, fmt.Sprintf("%d:%d", slices.Index(all, f.Name), f.Value))
	}
	return "z" + strings.Join(values, ",")
}

// operandWord is what modeltest passes for a parameter.
func (e testText) operandWord(p *gokernel.Param, more *[]string) string {
	b, length := p.Buf, ""
	if p.Form == gokernel.RowSlice {
		length = fmt.Sprintf("+%d", b.Row())
	}
	switch b.Class {
	case loop.Scalar:
		return map[string]string{"inv_total": "m", "share": "s"}[b.Name]
	case loop.Random:
		*more = append(*more, quote(b.Name))
		return fmt.Sprintf("e%d", len(*more)-1)
	case loop.Param:
		return fmt.Sprintf("p%d%s", e.p.Segments[b.Segment].Offset, length)
	case loop.Gradient:
		return fmt.Sprintf("g%d%s", e.p.Segments[b.Segment].Offset, length)
	case loop.Const:
		letter, number := "c", 0
		if b.DType == loop.I32 {
			letter = "l"
		}
		for _, other := range e.consts[:slices.Index(e.consts, e.constants[b])] {
			if other.DType == b.DType {
				number++
			}
		}
		return fmt.Sprintf("%s%d%s", letter, number, length)
	case loop.Input:
		if p.Form == gokernel.Ragged {
			return fmt.Sprintf("x%d o%d", b.Port, b.Port)
		}
		return fmt.Sprintf("x%d", b.Port)
	case loop.State: // of 0
		return fmt.Sprintf("c%d+%d", len(e.consts), carriedAt(e.p, len(e.p.Carried)))
	case loop.Target:
		return fmt.Sprintf("y%d", b.Port)
	case loop.Weight:
		return "w"
	}
	arena := "a"
	if b.DType == loop.I32 {
		arena = "b"
	}
	if b.Rows {
		return fmt.Sprintf("%s%d*%d", arena, b.Offset, b.Row())
	}
	return fmt.Sprintf("%s%d%s", arena, b.Offset, length)
}
