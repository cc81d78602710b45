package operation

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
)

// over is what reductions have in common.
type over struct {
	Axis     []int `arg:"axis,null" doc:"axis or axes to go over, the batch being axis 0"`
	KeepDims bool  `arg:"keepdims" doc:"whether the axes stay, with length 1"`
}

// axes are those to go over, ascending.
func (f *over) axes(s *Site, x *ir.Value) ([]int, bool) { return reduced(s, "axis", f.Axis, x) }

// reduced resolves axes, none of which is the batch.
func reduced(s *Site, argument string, list []int, x *ir.Value) ([]int, bool) {
	if !x.Valid() {
		return nil, false
	}
	if list == nil {
		all := make([]int, len(x.Shape)-1)
		for i := range all {
			all[i] = i + 1
		}
		hint := ""
		if len(all) > 0 {
			hint = fmt.Sprintf("; for one result a row write %s: %s", argument, flow(all))
		}
		s.Fail("", "%s without %s goes over the batch too, whose rows are computed apart%s", s.Row.Name, argument, hint)
		return nil, false
	}
	var axes []int
	for _, a := range list {
		at, ok := s.axis(argument, x, a)
		if !ok {
			return nil, false
		}
		if slices.Contains(axes, at) {
			s.Fail(argument, "%s %s names the axis %d of %v twice", argument, flow(list), at, x.Shape)
			return nil, false
		}
		axes = append(axes, at)
	}
	slices.Sort(axes)
	if len(axes) == 0 {
		s.Fail(argument, "%s is an empty list; name at least one axis", argument)
		return nil, false
	}
	return axes, true
}

// folding is an operation that goes over axes.
type folding struct {
	over
	of func(s *Site, x *ir.Value, keep bool, axes []int) *ir.Value
}

// Build implements [Function].
func (f *folding) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	axes, ok := f.axes(s, x)
	if !ok {
		return s.bad()
	}
	return f.of(s, x, f.KeepDims, axes)
}

// fold is an operation that goes over axes.
func fold(name, class, doc string, of func(s *Site, x *ir.Value, keep bool, axes []int) *ir.Value) Row {
	return Row{Name: name, Class: class, Doc: doc + ", along axes", Operands: []string{"x"}, New: func() Function { return &folding{of: of} }}
}

var reductions = []Row{
	fold("sum", "Sum", "the sum", sum),
	fold("mean", "Mean", "the mean", mean),
	{Name: "max", Class: "Max", Doc: "the largest element, along axes", Operands: []string{"x"}, New: func() Function { return &extreme{of: largest, fn: "max"} }},
	{Name: "min", Class: "Min", Doc: "the smallest element, along axes", Operands: []string{"x"}, New: func() Function { return &extreme{of: smallest, fn: "min"} }},
	fold("amax", "Amax", "the largest element", largest),
	fold("amin", "Amin", "the smallest element", smallest),
	fold("ptp", "Ptp", "the largest element less the smallest", ptp),
	fold("prod", "Prod", "the product", prod),
	fold("var", "Var", "the mean square of what is left without the mean", variance),
	fold("std", "Std", "the root of var", std),
	fold("any", "Any", "1 where an element is not 0, else 0", any_),
	fold("all", "All", "1 where no element is 0, else 0", all),
	{Name: "count_nonzero", Class: "CountNonzero", Doc: "how many elements are not 0, along axes", Operands: []string{"x"}, New: func() Function { return &countNonzero{} }},
	fold("logsumexp", "Logsumexp", "the logarithm of the sum of exp(x)", logSumExp),
	fold("nansum", "Nansum", "the sum of what are numbers", func(s *Site, x *ir.Value, keep bool, axes []int) *ir.Value { return sum(s, s.filled(x, 0), keep, axes) }),
	fold("nanprod", "Nanprod", "the product of what are numbers", func(s *Site, x *ir.Value, keep bool, axes []int) *ir.Value {
		return prod(s, s.filled(x, 1), keep, axes)
	}),
	fold("nanmean", "Nanmean", "the mean of what are numbers", nanmean),
	{Name: "moments", Class: "Moments", Doc: "mean and var along axes; the second result is name.1", Operands: []string{"x"}, New: func() Function { return &moments{} }},
	{Name: "average", Class: "Average", Doc: "the mean along axes, of elements that count as much as weights says", Operands: []string{"x", "weights?"}, New: func() Function { return &average{} }},
	{Name: "argmax", Class: "Argmax", Doc: "the number of the first largest element along an axis", Operands: []string{"x"}, New: func() Function { return &arg{sign: 1} }},
	{Name: "argmin", Class: "Argmin", Doc: "the number of the first smallest element along an axis", Operands: []string{"x"}, New: func() Function { return &arg{sign: -1} }},
	{Name: "cumsum", Class: "Cumsum", Doc: "the sum of the elements so far along an axis", Operands: []string{"x"}, New: func() Function { return &cumulated{fn: "add"} }},
	{Name: "cumprod", Class: "Cumprod", Doc: "the product of the elements so far along an axis", Operands: []string{"x"}, New: func() Function { return &cumulated{fn: "mul", none: 1} }},
	{Name: "trapezoid", Class: "Trapezoid", Doc: "the integral along an axis by the trapezoidal rule, for points that lie evenly", Operands: []string{"y"}, New: func() Function { return &trapezoid{DX: 1, Axis: -1} }},
}

func sum(s *Site, x *ir.Value, keep bool, axes []int) *ir.Value { return op.Sum(s.B, x, keep, axes...) }

func mean(s *Site, x *ir.Value, keep bool, axes []int) *ir.Value {
	return op.Mean(s.B, x, keep, axes...)
}

func largest(s *Site, x *ir.Value, keep bool, axes []int) *ir.Value {
	return op.Max(s.B, x, keep, axes...)
}

func smallest(s *Site, x *ir.Value, keep bool, axes []int) *ir.Value {
	negated := s.Name(op.MapOf(s.B, call("neg", a), "neg", x), "negated")
	return op.MapOf(s.B, call("neg", a), "min", s.Name(op.Max(s.B, negated, keep, axes...), "largest"))
}

func ptp(s *Site, x *ir.Value, keep bool, axes []int) *ir.Value {
	most, least := s.Name(largest(s, x, keep, axes), "max"), s.Name(smallest(s, x, keep, axes), "min")
	return op.Binary(s.B, "sub", most, least)
}

func variance(s *Site, x *ir.Value, keep bool, axes []int) *ir.Value {
	centre := s.Name(op.Mean(s.B, x, true, axes...), "mean")
	apart := s.Name(op.MapOf(s.B, call("mul", call("sub", a, b), call("sub", a, b)), "squares", x, centre), "squares")
	return op.Mean(s.B, apart, keep, axes...)
}

func std(s *Site, x *ir.Value, keep bool, axes []int) *ir.Value {
	return op.Unary(s.B, "sqrt", s.Name(variance(s, x, keep, axes), "variance"))
}

func any_(s *Site, x *ir.Value, keep bool, axes []int) *ir.Value {
	return op.Max(s.B, s.Name(op.MapOf(s.B, truth(a), "truth", x), "truth"), keep, axes...)
}

func all(s *Site, x *ir.Value, keep bool, axes []int) *ir.Value {
	missing := op.Max(s.B, s.Name(op.MapOf(s.B, call("eq", a, num(0)), "missing", x), "missing"), keep, axes...)
	return op.MapOf(s.B, call("sub", num(1), a), "all", missing)
}

// logSumExp is max + log Σ exp(x-max).
func logSumExp(s *Site, x *ir.Value, keep bool, axes []int) *ir.Value {
	most := s.Name(op.MaxStop(s.B, x, true, axes...), "max")
	e := s.Name(op.MapOf(s.B, call("exp", call("sub", a, b)), "exp", x, most), "exp")
	total := s.Name(op.Sum(s.B, e, keep, axes...), "sum")
	if !keep && total.Valid() {
		most = op.ReshapeTo(s.B, most, total.Shape)
	}
	return op.MapOf(s.B, call("add", b, call("log", a)), "logsumexp", total, most)
}

// filled is x with a number in place of what is none.
func (s *Site) filled(x *ir.Value, v float64) *ir.Value {
	return s.Name(op.MapOf(s.B, call("select", nan(a), num(v), a), "filled", x), "filled")
}

func nanmean(s *Site, x *ir.Value, keep bool, axes []int) *ir.Value {
	total := s.Name(op.Sum(s.B, s.filled(x, 0), keep, axes...), "sum")
	counted := s.Name(op.MapOf(s.B, call("sub", num(1), nan(a)), "counted", x), "counted")
	return op.Binary(s.B, "div", total, s.Name(op.Sum(s.B, counted, keep, axes...), "count"))
}

// maxFactors bounds the elements of which one product is taken.
const maxFactors = 256

// prod multiplies halves with one another, so that the gradient is right where a
// factor is 0.
func prod(s *Site, x *ir.Value, keep bool, axes []int) *ir.Value {
	for _, ax := range axes {
		if n := x.Shape[ax]; n > maxFactors {
			return s.Fail("axis", "%s of %d elements: at most %d are multiplied with one another; where all are above 0, take exp of the sum of log", s.Row.Name, n, maxFactors)
		}
		for n := x.Shape[ax]; n > 1; n = x.Shape[ax] {
			half := n / 2
			y := op.Binary(s.B, "mul", op.SliceAxis(s.B, x, ax, 0, half), op.SliceAxis(s.B, x, ax, half, half))
			s.Name(y, "part")
			if n%2 == 1 {
				y = s.Name(op.Concatenate(s.B, ax, y, op.SliceAxis(s.B, x, ax, n-1, 1)), "part")
			}
			if x = y; !x.Valid() {
				return x
			}
		}
	}
	if keep {
		return x
	}
	return without(s, x, axes)
}

// without drops axes of length 1.
func without(s *Site, x *ir.Value, axes []int) *ir.Value {
	if !x.Valid() {
		return x
	}
	var shape ir.Shape
	for i, d := range x.Shape {
		if !slices.Contains(axes, i) {
			shape = append(shape, d)
		}
	}
	return op.ReshapeTo(s.B, x, shape)
}

type extreme struct {
	over
	Initial *float64 `arg:"initial" doc:"what the result is compared with, too"`
	of      func(s *Site, x *ir.Value, keep bool, axes []int) *ir.Value
	fn      string
}

// Build implements [Function].
func (f *extreme) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	axes, ok := f.axes(s, x)
	if !ok {
		return s.bad()
	}
	y := f.of(s, x, f.KeepDims, axes)
	if f.Initial == nil {
		return y
	}
	return op.MapOf(s.B, call(f.fn, a, num(*f.Initial)), f.fn, s.Name(y, "found"))
}

type countNonzero struct {
	Axis []int `arg:"axis,null" doc:"axis or axes to go over, the batch being axis 0"`
}

// Build implements [Function].
func (f *countNonzero) Build(s *Site, in []*ir.Value) *ir.Value {
	axes, ok := reduced(s, "axis", f.Axis, in[0])
	if !ok {
		return s.bad()
	}
	return op.Sum(s.B, s.Name(op.MapOf(s.B, truth(a), "truth", in[0]), "truth"), false, axes...)
}

type moments struct {
	Axes         []int `arg:"axes,required" doc:"axis or axes to go over, the batch being axis 0"`
	KeepDims     bool  `arg:"keepdims" doc:"whether the axes stay, with length 1"`
	Synchronized bool  `arg:"synchronized" doc:"changes nothing: a row is computed in one place"`
}

// Count implements [Several].
func (*moments) Count() int { return 2 }

// Build implements [Function].
func (f *moments) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	axes, ok := reduced(s, "axes", f.Axes, x)
	if !ok {
		return s.bad()
	}
	s.Result("1", variance(s, x, f.KeepDims, axes))
	return op.Mean(s.B, x, f.KeepDims, axes...)
}

type average struct {
	Axis []int `arg:"axis,null" doc:"axis or axes to go over, the batch being axis 0"`
}

// Build implements [Function].
func (f *average) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	axes, ok := reduced(s, "axis", f.Axis, x)
	if !ok {
		return s.bad()
	}
	if len(in) == 1 {
		return op.Mean(s.B, x, false, axes...)
	}
	w := s.numbers(in[1])
	if len(w.Shape) == 1 && !w.Shape.Batched() && len(axes) == 1 { // one weight for each element of the axis
		shape := ir.Shape{w.Shape[0]}
		for range len(x.Shape) - 1 - axes[0] {
			shape = append(shape, 1)
		}
		w = op.ReshapeTo(s.B, w, shape)
	}
	if !s.aligned(x, w) {
		return s.bad()
	}
	w = op.BroadcastTo(s.B, w, x.Shape)
	weighted := s.Name(op.Binary(s.B, "mul", x, w), "weighted")
	return op.Binary(s.B, "div", s.Name(op.Sum(s.B, weighted, false, axes...), "sum"), s.Name(op.Sum(s.B, w, false, axes...), "total"))
}

type arg struct {
	Axis     *int `arg:"axis" doc:"axis to go along, the batch being axis 0"`
	KeepDims bool `arg:"keepdims" doc:"whether the axis stays, with length 1"`
	sign     int
}

// Build implements [Function].
func (f *arg) Build(s *Site, in []*ir.Value) *ir.Value {
	x := in[0]
	var list []int
	if f.Axis != nil {
		list = []int{*f.Axis}
	}
	axes, ok := reduced(s, "axis", list, x)
	if !ok {
		return s.bad()
	}
	if x = s.numbers(x); f.sign < 0 {
		x = s.Name(op.MapOf(s.B, call("neg", a), "neg", x), "negated")
	}
	return op.MapOf(s.B, a, "numbers", s.Name(op.ArgMax(s.B, x, f.KeepDims, axes[0]), "index"))
}

type cumulated struct {
	Axis  *int   `arg:"axis" doc:"axis to go along, the batch being axis 0"`
	DType string `arg:"dtype" doc:"type in Keras; here all results are float32"`
	fn    string
	none  float64
}

// Build implements [Function].
func (f *cumulated) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	var list []int
	if f.Axis != nil {
		list = []int{*f.Axis}
	}
	axes, ok := reduced(s, "axis", list, x)
	if !ok {
		return s.bad()
	}
	return Cumulated(s.B, s.Name, x, axes[0], f.fn, f.none)
}

// Cumulated joins every element with all before it along an axis, by a function of two
// numbers of which none changes the other. In step k every element is joined with the
// one 2^k before it (Hillis and Steele, "Data parallel algorithms", 1986). What it is
// computed of is called by name.
func Cumulated(to *ir.Builder, name func(v *ir.Value, part string) *ir.Value, x *ir.Value, ax int, fn string, none float64) *ir.Value {
	for step := 1; x.Valid() && step < x.Shape[ax]; step *= 2 {
		before, after := make([]int, len(x.Shape)), make([]int, len(x.Shape))
		before[ax] = step
		shifted := op.PadWith(to, op.SliceAxis(to, x, ax, 0, x.Shape[ax]-step), before, after, none)
		x = name(op.Binary(to, fn, x, name(shifted, "shifted")), "part")
	}
	return x
}

type trapezoid struct {
	DX   float64 `arg:"dx" doc:"how far points lie from one another"`
	Axis int     `arg:"axis" doc:"axis to go along, the batch being axis 0"`
}

// Build implements [Function].
func (f *trapezoid) Build(s *Site, in []*ir.Value) *ir.Value {
	x := s.numbers(in[0])
	ax, ok := s.axis("axis", x, f.Axis)
	if !ok {
		return s.bad()
	}
	n := x.Shape[ax]
	if n == 1 {
		return op.MapOf(s.B, num(0), "trapezoid", without(s, x, []int{ax}))
	}
	pair := op.MapOf(s.B, call("mul", num(f.DX/2), call("add", a, b)), "trapezoid", op.SliceAxis(s.B, x, ax, 0, n-1), op.SliceAxis(s.B, x, ax, 1, n-1))
	return op.Sum(s.B, s.Name(pair, "parts"), false, ax)
}
