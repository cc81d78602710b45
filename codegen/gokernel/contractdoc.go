package gokernel

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/lane"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// describeContract names the function and says what it computes, as algebra: dense
// layers and convolutions by their weights, which their gradients have too.
func (k *writer) describeContract(c *loop.Contract) {
	axes := c.Axes()
	accs := append([]loop.Access{c.Out, c.Lhs, c.Rhs}, c.Extra...)
	f := lane.Read(axes, len(axes)-len(c.K), accs, c.Clip, k.rowsAtMost(), lane.Literals{})
	gradW := slices.ContainsFunc(c.K, isRows)
	weights := lane.Rhs
	if gradW {
		weights = lane.Out
	}
	w := f.Operands[weights].Buf
	layer := !w.Rows && (w.Class == loop.Param || w.Class == loop.Gradient) && len(w.Shape) > 1 && len(w.Shape) < 6
	if layer {
		apart(f, weights)
	}
	over := lettered(f)
	args := []string{k.indexed(f, lane.Lhs) + "·" + k.indexed(f, lane.Rhs)}
	if len(over) > 0 {
		args[0] = "Σ_" + strings.Join(over, ",") + " " + args[0]
	}
	for i := range c.Extra {
		args = append(args, k.indexed(f, lane.Extra+i))
	}
	end, of := "", ""
	switch {
	case !layer:
		k.Name = "contract" + sizes(extents(f))
	case len(w.Shape) == 2:
		k.Name = fmt.Sprintf("dense%dx%d", w.Shape[0], w.Shape[1])
		end = fmt.Sprintf(", for %s and %s", number(w.Shape[0], "input"), number(w.Shape[1], "output"))
	default:
		k.Name = convolution(f, weights)
		in, out, kind := c.Lhs.Buf, c.Out.Buf, "images"
		if gradW {
			out = c.Rhs.Buf
		}
		if gradW && in.Grad && !out.Grad {
			in, out = out, in
		}
		switch len(w.Shape) {
		case 3:
			kind = "sequences"
		case 5:
			kind = "volumes"
		}
		if len(in.Shape) > 1 && len(out.Shape) > 1 {
			of = "Of" + sizes(in.Shape)
			end = ", for " + kind + " of " + sizes(in.Shape) + " and of " + sizes(out.Shape)
		}
	}
	if len(f.Clips) > 0 {
		end += "; points outside of them count as 0"
	}
	switch {
	case layer && gradW:
		k.Name += "GradW"
	case layer && c.Out.Buf.Grad && c.Lhs.Buf.Grad:
		k.Name += "GradX"
		k.Detail = epilogueName(c)
	default:
		k.Name += epilogueName(c)
	}
	k.Detail += of
	k.describe("%s = %s%s", k.indexed(f, lane.Out), epilogueOf(c, args), end)
}

// letters are what loops are called in formulas: r counts rows, m, p and q positions,
// l, i and j taps.
var letters = map[string]string{"n": "r", "z": "m", "y": "p", "x": "q", "q": "l", "r": "i", "k": "j", "kz": "l", "ky": "i", "kx": "j"}

// weightLetters are the loops over weights: taps, channels and outputs.
const weightLetters = "lijco"

// lettered gives the loops of a form their letters, and lists those that are reduced.
func lettered(f *lane.Form) (over []string) {
	for i := range f.Axes {
		a := &f.Axes[i]
		a.Name = cmp.Or(letters[a.Name], a.Name)
		if a.Reduced {
			over = append(over, a.Name)
		}
	}
	return over
}

// extents are the lengths of the loops that do not count rows.
func extents(f *lane.Form) (list []int) {
	for _, a := range f.Axes {
		if !a.Rows {
			list = append(list, a.N.Value)
		}
	}
	return list
}

// convolution begins the name of a kernel by the shape of its weights.
func convolution(f *lane.Form, weights int) string {
	w := f.Operands[weights].Buf.Shape
	n, groups, each := len(w), 1, false
	for _, a := range f.Axes {
		still := slices.ContainsFunc(a.Steps[:lane.Extra], func(s gotree.Number) bool { return s.Is(0) })
		if !still && !a.Rows {
			groups *= a.N.Value
			each = each || a.Steps[weights].Value >= w[n-1]
		}
	}
	switch name := fmt.Sprintf("conv%sx%dTo%d", sizes(w[:n-2]), w[n-2]*groups, w[n-1]); {
	case each && w[n-1] == 1:
		return "depthwise" + sizes(w[:n-1])
	case each:
		return "depthwise" + sizes(w)
	case groups > 1:
		return fmt.Sprintf("%sGroups%d", name, groups)
	default:
		return name
	}
}

// apart makes loops of their own of the dimensions of weights that one loop runs
// through: taps and channels.
func apart(f *lane.Form, weights int) {
	shape := f.Operands[weights].Buf.Shape
	for d, step := len(shape)-1, 1; d >= 0; d-- {
		at := slices.IndexFunc(f.Axes, func(a lane.Axis) bool { return a.Steps[weights].Is(step) && !a.Rows })
		if at >= 0 && d > 0 && shape[d] > 1 && f.Axes[at].N.Value > shape[d] && f.Axes[at].N.Value%shape[d] == 0 && !f.Tied(at) {
			f.Split(at, shape[d])
			f.Axes[at].Name = weightLetters[d+4-len(shape):][:1]
			at++
		}
		if at >= 0 && shape[d] > 1 && len(f.Axes[at].Name) > 1 {
			f.Axes[at].Name = weightLetters[d+5-len(shape):][:1]
		}
		step *= shape[d]
	}
}

// sizes prints extents: 3x3x32.
func sizes(shape []int) string {
	parts := make([]string, len(shape))
	for i, d := range shape {
		parts[i] = fmt.Sprint(d)
	}
	return strings.Join(parts, "x")
}

// indexed prints an operand of a formula: x[r,p+i-1,q+j-1,c].
func (k *writer) indexed(f *lane.Form, operand int) string {
	o := f.Operands[operand]
	p := k.param(o.Buf, "x")
	if p.Form == Value || o.Buf.Row() == 1 && !o.Buf.Rows {
		return p.Name
	}
	names := make([]lane.Value, len(f.Axes))
	shape := o.Buf.Shape
	last := 1
	for _, n := range shape {
		if n > 1 {
			last = n
		}
	}
	if o.Buf.Rows && slices.ContainsFunc(f.Axes, func(a lane.Axis) bool { return a.Steps[operand].Is(1) && a.N.Value > last && !a.Rows }) {
		shape = []int{o.Buf.Row()} // which a loop runs through as one
	}
	parts := make([]lane.Index, len(shape))
	strides := make([]int, len(parts))
	step := 1
	for d := len(parts) - 1; d >= 0; d-- {
		strides[d] = step
		step *= shape[d]
	}
	var at []string
	rest := o.Offset.Value
	for i, a := range f.Axes {
		names[i].Of = &gotree.Var{Name: a.Name}
		s := a.Steps[operand].Value
		switch d := slices.IndexFunc(strides, func(u int) bool { return s%u == 0 }); {
		case s == 0:
		case a.Rows && o.Buf.Rows:
			at = append(at, a.Name)
		case d >= 0:
			parts[d].Terms = append(parts[d].Terms, lane.Term{Axis: i, Coef: gotree.Literal(s / strides[d])})
		}
	}
	if o.Buf.Row() > 1 {
		for d, x := range parts {
			if o.Buf.Rows && shape[d] == 1 {
				continue
			}
			slices.SortStableFunc(x.Terms, func(a, b lane.Term) int { return -strings.Compare(f.Axes[a.Axis].Name, f.Axes[b.Axis].Name) })
			n := rest / strides[d]
			if rest < 0 { // to the nearest: -29 is a row up and a column back
				n = -((-rest + strides[d]/2) / strides[d])
			}
			rest -= n * strides[d]
			x.Offset = gotree.Literal(n)
			at = append(at, x.At(names).String())
		}
	}
	return p.Name + "[" + strings.Join(at, ",") + "]"
}

// epilogueOf prints the epilogue as a formula of the sum and of its operands.
func epilogueOf(c *loop.Contract, args []string) string {
	if c.Epilogue == nil {
		return args[0]
	}
	if scalar.Size(c.Epilogue) > 4 {
		if text, ok := byName(c.Epilogue, strings.Split(Word(c.Word), ", "), args); ok {
			return text
		}
	}
	return formula(c.Epilogue, args)
}

// epilogueName is a fused epilogue as a part of a name: ReluAdd where something
// is added to the result.
func epilogueName(c *loop.Contract) string {
	name := upperWord(c.Word)
	if a, ok := c.Epilogue.(scalar.Apply); ok && a.Fn == "add" {
		for _, x := range a.Args {
			if n, ok := x.(scalar.Arg); ok && n > 0 && c.Extra[n-1].Buf.Rows {
				name += "Add"
			}
		}
	}
	return name
}
