package layer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

var _ = register(Info{
	Name: "EinsumDense",
	Doc:  "A fully connected layer along any axes, which an equation names.",
	New: func() Config {
		return &EinsumDense{KernelInitializer: call("glorot_uniform"), BiasInitializer: call("zeros")}
	},
})

// EinsumDense is activation(einsum(equation, x, kernel) + bias): in "nab,bc->nac"
// every letter is an axis of the input, of the kernel or of the result, and what the
// result does not name is summed over. The first axis is the batch; "..." stands for
// any axes before or after the named ones. The kernel has the axes that the equation
// says, the bias those of bias_axes. Source: Keras 3, layers/core/einsum_dense.py.
type EinsumDense struct {
	Equation          string    `arg:"equation,required" doc:"axes of input, kernel and result: \"nab,bc->nac\", or with ... for any axes at the beginning or the end"`
	OutputShape       []*int    `arg:"output_shape,required,min=1" doc:"extents of the result without the batch and what ... stands for; null where the input has the axis"`
	Activation        spec.Call `arg:"activation,of=activation" doc:"function applied to the result"`
	BiasAxes          *string   `arg:"bias_axes" doc:"axes of the result along which the bias differs: \"c\"; null: no bias"`
	KernelInitializer spec.Call `arg:"kernel_initializer,of=initializer" doc:"how the kernel is filled"`
	BiasInitializer   spec.Call `arg:"bias_initializer,of=initializer" doc:"how the bias is filled"`
	KernelRegularizer spec.Call `arg:"kernel_regularizer,of=regularizer" doc:"penalty on the kernel"`
	BiasRegularizer   spec.Call `arg:"bias_regularizer,of=regularizer" doc:"penalty on the bias"`
	KernelConstraint  spec.Call `arg:"kernel_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the kernel to"`
	BiasConstraint    spec.Call `arg:"bias_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the bias to"`
}

// Build implements [Config].
func (d *EinsumDense) Build(c *Context, in []*ir.Value) *ir.Value {
	x := in[0]
	if !c.floats(x) {
		return c.poison()
	}
	q, problem := d.parse(x.Shape, from(x))
	if problem != "" {
		return c.ErrorAt("equation", "equation %s: %s", diag.Quote(d.Equation), problem)
	}
	extent, ok := d.extents(c, x, q)
	if !ok {
		return c.poison()
	}
	p := projection{KernelInitializer: d.KernelInitializer, BiasInitializer: d.BiasInitializer, KernelRegularizer: d.KernelRegularizer, BiasRegularizer: d.BiasRegularizer}
	var biased []bool
	if d.BiasAxes != nil {
		if biased, ok = d.biased(c, q); !ok {
			return c.poison()
		}
	}
	return c.activate(p.apply(c, x, q, extent, biased, ""), d.Activation)
}

// equation is one of a projection, every axis written out.
type equation struct {
	in, kernel, out string
	named           int // of the axes of out, how many the description names
	first           int // the first of them
}

// parse reads the equation for an input of shape x, which source gives, and writes
// out what "..." stands for; or it says what is wrong with it.
func (d *EinsumDense) parse(x ir.Shape, source string) (q equation, problem string) {
	wrong := func(format string, args ...any) (equation, string) {
		return equation{}, fmt.Sprintf(format, args...)
	}
	operands, out, arrow := strings.Cut(strings.ReplaceAll(d.Equation, " ", ""), "->")
	in, kernel, comma := strings.Cut(operands, ",")
	if !arrow || !comma {
		return wrong("it has the form \"nab,bc->nac\": the axes of the input, those of the kernel and those of the result")
	}
	var dots string // where "..." stands
	switch {
	case strings.HasPrefix(in, "...") && strings.HasPrefix(out, "..."):
		in, out, dots = in[3:], out[3:], "before"
	case strings.HasSuffix(in, "...") && strings.HasSuffix(out, "..."):
		in, out, dots = strings.TrimSuffix(in, "..."), strings.TrimSuffix(out, "..."), "after"
	}
	for _, part := range []struct{ of, axes string }{{"the input", in}, {"the kernel", kernel}, {"the result", out}} {
		if part.axes == "" {
			return wrong("%s has no axes", part.of)
		}
		for i, r := range part.axes {
			switch {
			case (r < 'a' || r > 'z') && (r < 'A' || r > 'Z'):
				return wrong("an axis is a letter, not %s; ... stands at the same end of input and result, and not in the kernel", diag.Quote(string(r)))
			case strings.ContainsRune(part.axes[:i], r):
				return wrong("%s has the axis %c twice", part.of, r)
			}
		}
	}
	elided := len(x) - len(in)
	switch {
	case elided < 0 || elided > 0 && dots == "":
		return wrong("the input has %d axes, but %s gives %v", len(in), source, x)
	case len(in)+len(kernel)+len(out)+elided > 26:
		return wrong("it has too many axes")
	}
	q = equation{in: in, kernel: kernel, out: out, named: len(out)}
	spare := ""
	for r := 'a'; r <= 'z' && len(spare) < elided; r++ {
		if !strings.ContainsRune(in+kernel+out, r) {
			spare += string(r)
		}
	}
	if dots == "before" {
		q.in, q.out, q.first = spare+in, spare+out, len(spare)
	} else {
		q.in, q.out = in+spare, out+spare
	}
	if batch := q.in[:1]; !strings.HasPrefix(q.out, batch) || strings.Contains(kernel, batch) {
		return wrong("the first axis is the batch, which is the first of the result, too, and not one of the kernel")
	}
	for i := range len(out) {
		if !strings.Contains(in+kernel, out[i:i+1]) {
			return wrong("the result's axis %c is neither one of the input nor one of the kernel", out[i])
		}
	}
	for i := range len(kernel) {
		if !strings.Contains(in+out, kernel[i:i+1]) {
			return wrong("the kernel's axis %c is neither one of the input nor one of the result", kernel[i])
		}
	}
	return q, ""
}

// Stepwise implements [Stepper].
func (d *EinsumDense) Stepwise(x ir.Shape) bool {
	q, _ := d.parse(x, "")
	step := q.in[1:2]
	return len(q.out) > 1 && q.out[1:2] == step && !strings.Contains(q.kernel, step) && (d.BiasAxes == nil || !strings.Contains(*d.BiasAxes, step))
}

// extents are those of all axes.
func (d *EinsumDense) extents(c *Context, x *ir.Value, q equation) (map[byte]int, bool) {
	wrong := func(format string, args ...any) (map[byte]int, bool) {
		c.ErrorAt("output_shape", "output_shape %s: %s", gaps(d.OutputShape), fmt.Sprintf(format, args...))
		return nil, false
	}
	extent := map[byte]int{}
	for i := range len(q.in) {
		extent[q.in[i]] = x.Shape[i]
	}
	axes := q.out[q.first : q.first+q.named] // that the description gives
	if q.first == 0 {
		axes = axes[1:]
	}
	if len(d.OutputShape) != len(axes) {
		return wrong("it holds %d of the extents of the result, which after the batch are %d in the equation %s", len(d.OutputShape), len(axes), diag.Quote(d.Equation))
	}
	for i, n := range d.OutputShape {
		known, ok := extent[axes[i]]
		switch {
		case n == nil && !ok:
			return wrong("the extent of axis %c follows from nothing; write it in place of null", axes[i])
		case n == nil, c.Streaming.takes(x) && axes[i] == q.in[1]: // of which there is one
		case ok && known != *n:
			return wrong("axis %c has the extent %d, but %s gives %v, where it is %d", axes[i], *n, from(x), x.Shape, known)
		default:
			extent[axes[i]] = *n
		}
	}
	return extent, true
}

// gaps writes a list in which elements may be missing as a description does.
func gaps(list []*int) string {
	plain := make([]int, len(list))
	for i, n := range list {
		if plain[i] = -1; n != nil {
			plain[i] = *n
		}
	}
	return Flow(plain)
}

// biased marks the axes of the result along which the bias differs.
func (d *EinsumDense) biased(c *Context, q equation) ([]bool, bool) {
	marks := make([]bool, len(q.out))
	named := q.out[q.first : q.first+q.named]
	for _, r := range *d.BiasAxes {
		i := strings.IndexRune(named, r)
		if i < 0 || q.first+i == 0 {
			c.ErrorAt("bias_axes", "bias_axes %s: the result's axes that a bias can have are %s", diag.Quote(*d.BiasAxes), strings.TrimPrefix(named, q.out[:1]))
			return nil, false
		}
		marks[q.first+i] = true
	}
	if *d.BiasAxes == "" {
		c.ErrorAt("bias_axes", "bias_axes names no axis; write null for no bias")
		return nil, false
	}
	return marks, true
}

// projection is what the projections of one layer have in common.
type projection struct {
	KernelInitializer spec.Call `arg:"kernel_initializer,of=initializer" doc:"how the kernels are filled"`
	BiasInitializer   spec.Call `arg:"bias_initializer,of=initializer" doc:"how the biases are filled"`
	KernelRegularizer spec.Call `arg:"kernel_regularizer,of=regularizer" doc:"penalty on the kernels"`
	BiasRegularizer   spec.Call `arg:"bias_regularizer,of=regularizer" doc:"penalty on the biases"`
	KernelConstraint  spec.Call `arg:"kernel_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the kernels to"`
	BiasConstraint    spec.Call `arg:"bias_constraint,of=constraint" hash:"unless zero" doc:"what a step of training holds the biases to"`
}

// apply is einsum(q, x, kernel) + bias, the bias having the marked axes of the
// result, of which the first begins its shape; nil is none. part, with a slash after
// it, begins the parameters' names. The kernel's axes that the result has not are
// the inputs of its units, the others what an input feeds.
func (p *projection) apply(c *Context, x *ir.Value, q equation, extent map[byte]int, biased []bool, part string) *ir.Value {
	var shape ir.Shape
	fanIn, fanOut := 1, 1
	for i := range len(q.kernel) {
		n := extent[q.kernel[i]]
		if shape = append(shape, n); strings.Contains(q.out, q.kernel[i:i+1]) {
			fanOut = saturated(fanOut, n)
		} else {
			fanIn = saturated(fanIn, n)
		}
	}
	kernel := kernelOf(c, part+"kernel", shape, fanIn, fanOut, p.KernelInitializer, p.KernelRegularizer)
	y := elementwiseOr(c, q, x, kernel)
	first := slices.Index(biased, true)
	if first < 0 || !y.Valid() {
		return y
	}
	along := make(ir.Shape, len(biased)-first)
	for i := range along {
		if along[i] = 1; biased[first+i] {
			along[i] = extent[q.out[first+i]]
		}
	}
	bias := c.Param(part+"bias", along, p.BiasInitializer, p.BiasRegularizer)
	c.Named(y, part+"dot")
	return op.MapOf(c.B, scalar.Call("add", scalar.Arg(0), scalar.Arg(1)), "bias", y, bias)
}

// elementwiseOr is einsum(q, x, kernel). Where every axis of the kernel is one of input
// and result, and these have the same, no products are added up: "...c,c->...c" is a
// map.
func elementwiseOr(c *Context, q equation, x, kernel *ir.Value) *ir.Value {
	at := 0
	stretched := make(ir.Shape, len(q.out))
	for i := range len(q.out) {
		if stretched[i] = 1; at < len(q.kernel) && q.kernel[at] == q.out[i] && kernel.Valid() {
			stretched[i] = kernel.Shape[at]
			at++
		}
	}
	if q.in != q.out || at < len(q.kernel) {
		return op.Einsum(c.B, lettered(q), x, kernel)
	}
	return op.MapOf(c.B, scalar.Call("mul", scalar.Arg(0), scalar.Arg(1)), "scale", x, op.ReshapeTo(c.B, kernel, stretched))
}

// saturated is a product that does not overflow: what is larger has been refused
// as a tensor.
func saturated(a, b int) int { return min(a*min(b, MaxParameters+1), MaxParameters+1) }

// axisNames are what axes are called in the graph, the batch being the first.
const axisNames = "ntdhksabcefgijlmopqruvwxyz"

// lettered is an equation in these names.
func lettered(q equation) string {
	names := map[byte]byte{}
	rename := func(axes string) string {
		out := make([]byte, len(axes))
		for i := range len(axes) {
			if names[axes[i]] == 0 {
				names[axes[i]] = axisNames[len(names)]
			}
			out[i] = names[axes[i]]
		}
		return string(out)
	}
	in := rename(q.in)
	return in + "," + rename(q.kernel) + "->" + rename(q.out)
}
