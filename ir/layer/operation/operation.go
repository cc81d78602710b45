// Package operation is Keras's functions of tensors, those of keras.ops, as layers:
// what a functional model holds where somebody wrote x + y or ops.mean(x, axis=1).
// Each is a row of [Table], under its name in keras.ops, and only composes the
// primitives of package op.
//
// Axes are counted as Keras does, the batch being axis 0, and operands are stretched
// by NumPy's rule. Rows of a batch are computed apart from one another, so that what
// mixes them, or moves the batch from its place, is refused. All results are numbers:
// a comparison gives 1 and 0, and what has whole numbers in Keras has the same
// numbers here. Formulas: Keras 3, ops/numpy.py, ops/nn.py, ops/math.py and
// backend/tensorflow.
package operation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/scalar"
	"github.com/nngen-go/nngen/ir/spec"
)

// Function is the settings of an operation: a pointer to a struct that spec.Decode
// fills, which holds the defaults before.
type Function interface {
	// Build appends the operation to s's graph and gives its result. A mistake is
	// reported with s.Fail.
	Build(s *Site, x []*ir.Value) *ir.Value
}

// Several is the settings of an operation that gives a list.
type Several interface {
	// Count is the length of the list; 0 where the settings are wrong.
	Count() int
}

// Row is one operation.
type Row struct {
	Name  string // in keras.ops: "true_divide"
	Class string // of the operation in a saved model: "TrueDivide"
	Doc   string // one sentence
	// Operands are Keras's names of what is read, in order. One that ends in "..."
	// is a list, and takes all inputs that are left; one that ends in "?" may be
	// missing.
	Operands []string
	// Apart says that every element is computed from the elements in the same place.
	Apart bool
	New   func() Function
}

// Site is where an operation is built.
type Site struct {
	B    *ir.Builder
	Row  Row
	Fail func(argument, format string, args ...any) *ir.Value // "": the layer as a whole
	// Name gives a value inside the operation its name.
	Name func(v *ir.Value, part string) *ir.Value
	// From says where a value comes from: `layer "a"`.
	From func(*ir.Value) string
	// Result hands over a result after the first.
	Result func(name string, v *ir.Value)
	// Logits says that y is the softmax of x over its last axis.
	Logits func(y, x *ir.Value)
	// Bound says that ids address an axis of so many elements.
	Bound func(ids *ir.Value, limit int)
}

// Table is every operation, by group and in the order of the documentation.
var Table = slices.Concat(arithmetic, comparisons, functions, trigonometry, reductions, shapes, layouts, joins, indexing, linear, normalizations)

// Find gives the operation of that name, which may be that of its class.
func Find(name string) (Row, bool) {
	i := slices.IndexFunc(Table, func(r Row) bool { return r.Name == name || r.Class == name })
	if i < 0 {
		return Row{}, false
	}
	return Table[i], true
}

// Operand takes a name apart: "xs..." is a list, "x2?" may be missing.
func Operand(name string) (plain string, list, optional bool) {
	plain, list = strings.CutSuffix(name, "...")
	plain, optional = strings.CutSuffix(plain, "?")
	return plain, list, optional
}

// built is an operation without settings.
type built struct {
	of func(s *Site, x []*ir.Value) *ir.Value
}

// Build implements [Function].
func (f *built) Build(s *Site, x []*ir.Value) *ir.Value { return f.of(s, x) }

// of is the New of an operation without settings.
func of(f func(s *Site, x []*ir.Value) *ir.Value) func() Function {
	return func() Function { return &built{f} }
}

// Short forms of the scalar language.
var a, b, c, d = scalar.Expr(scalar.Arg(0)), scalar.Expr(scalar.Arg(1)), scalar.Expr(scalar.Arg(2)), scalar.Expr(scalar.Arg(3))

func num(v float64) scalar.Expr { return scalar.Num(v) }

func call(fn string, args ...scalar.Expr) scalar.Expr { return scalar.Call(fn, args...) }

// each is the New of an expression of the operands, element by element.
func each(word string, e scalar.Expr) func() Function {
	return of(func(s *Site, x []*ir.Value) *ir.Value { return s.each(word, e, x...) })
}

// each is an expression of values, element by element.
func (s *Site) each(word string, e scalar.Expr, x ...*ir.Value) *ir.Value {
	if !s.aligned(x...) {
		return s.bad()
	}
	return op.MapOf(s.B, e, word, x...)
}

// bad is the result of an operation whose mistake has been reported.
func (s *Site) bad() *ir.Value {
	reported := s.B.Errors
	v := s.B.Errorf("reported already")
	s.B.Errors = reported
	return v
}

// numbers is x as float32: ids become numbers.
func (s *Site) numbers(x *ir.Value) *ir.Value {
	if x.Valid() && x.DType != ir.F32 {
		return s.Name(op.MapOf(s.B, a, "numbers", x), "numbers")
	}
	return x
}

// what says which value x is: where it comes from, or that it is written down.
func (s *Site) what(x *ir.Value) string {
	if isConst(x) {
		return "the constant"
	}
	return s.From(x)
}

func isConst(x *ir.Value) bool {
	_, ok := x.Op.(*op.Const)
	return ok
}

// aligned reports operands that do not stretch to one shape by NumPy's rule, or only
// with the batch out of its place.
func (s *Site) aligned(x ...*ir.Value) bool {
	rank := 0
	for _, v := range x {
		if !v.Valid() {
			return false
		}
		rank = max(rank, len(v.Shape))
	}
	var shape ir.Shape
	for i, v := range x {
		if v.Shape.Batched() && len(v.Shape) < rank {
			longest := x[slices.IndexFunc(x, func(w *ir.Value) bool { return len(w.Shape) == rank })]
			hint := "; put axes of length 1 after its batch with Operation: {op: expand_dims, axis: 1}"
			if isConst(longest) {
				hint = ""
			}
			s.Fail("", "%s takes operands whose last axes fit, but %s gives %v and %s gives %v: the batch would stand against an axis of %d%s",
				s.Row.Name, s.what(v), v.Shape, s.what(longest), longest.Shape, longest.Shape[rank-len(v.Shape)], hint)
			return false
		}
		wide, err := ir.Broadcast(shape, v.Shape)
		if err != nil {
			s.Fail("", "%s takes operands that stretch to one shape, but %s gives %v and %s gives %v", s.Row.Name, s.whatOf(x[:i]), shape, s.what(v), v.Shape)
			return false
		}
		shape = wide
	}
	if s := shape.Check(); s != nil {
		return false
	}
	return true
}

// whatOf names one value, or says that several give something together.
func (s *Site) whatOf(x []*ir.Value) string {
	if len(x) == 1 {
		return s.what(x[0])
	}
	return "what is before it"
}

// axis resolves an axis of x that is not the batch.
func (s *Site) axis(argument string, x *ir.Value, axis int) (int, bool) {
	rank := len(x.Shape)
	at := axis
	if at < 0 {
		at += rank
	}
	switch {
	case rank == 1:
		s.Fail(argument, "%s has no axis to work along: %s gives %v, one number a row", s.Row.Name, s.what(x), x.Shape)
	case at < 0 || at >= rank:
		s.Fail(argument, "axis %d does not exist: %s gives %v; its axes after the batch are 1 to %d, or -1 for the last", axis, s.what(x), x.Shape, rank-1)
	case at == 0:
		s.Fail(argument, "axis %d is the batch, whose rows are computed apart; the axes of %v after it are 1 to %d", axis, x.Shape, rank-1)
	default:
		return at, true
	}
	return 0, false
}

// Constant reads a number, true or false, or lists of them of one length. What is
// wrong with it is the problem.
func Constant(v spec.Value) (shape ir.Shape, data []float64, problem string) {
	if v.Kind == spec.Bool {
		return ir.Shape{}, []float64{map[bool]float64{true: 1}[v.Bool]}, ""
	}
	if x, ok := v.Number(); ok {
		return ir.Shape{}, []float64{x}, ""
	}
	if v.Kind != spec.List || len(v.List) == 0 {
		return nil, nil, "takes a number, or lists of numbers, not " + v.Describe()
	}
	shape = ir.Shape{len(v.List)}
	for i, e := range v.List {
		inner, some, problem := Constant(e)
		if problem != "" {
			return nil, nil, problem
		}
		if i == 0 {
			shape = append(shape, inner...)
		}
		if !inner.Equal(shape[1:]) {
			return nil, nil, "takes lists of one length, but an element before has the shape " + flow(shape[1:]) + " and this one " + flow(inner)
		}
		data = append(data, some...)
	}
	if len(shape) > 8 {
		return nil, nil, fmt.Sprintf("takes lists in lists, at most 8 deep, not %d", len(shape))
	}
	return shape, data, ""
}

// flow writes numbers as a description does: [28, 28].
func flow(s []int) string { return strings.ReplaceAll(fmt.Sprint(s), " ", ", ") }
