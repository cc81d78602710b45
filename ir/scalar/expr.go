package scalar

import (
	"math"
	"slices"
	"strconv"
)

// Expr is a scalar expression over the operands of a kernel or of a Map:
// Arg, Num, Rows or Apply. Expressions are immutable and compared by Equal.
type Expr interface{ String() string }

type (
	// Arg is the i-th operand.
	Arg int
	// Num is a constant.
	Num float64
	// Rows is the run-time row count n, as a number.
	Rows struct{}
	// Apply is a base function (a row of Funcs) of its arguments.
	Apply struct {
		Fn   string
		Args []Expr
	}
)

func (a Arg) String() string { return "$" + strconv.Itoa(int(a)) }

func (n Num) String() string { return strconv.FormatFloat(float64(n), 'g', -1, 64) }

func (Rows) String() string { return "n" }

func (a Apply) String() string { return string(a.appendText(nil)) }

// appendText prints into one buffer: an expression is as long as it is deep.
func (a Apply) appendText(b []byte) []byte {
	b = append(append(b, a.Fn...), '(')
	for i, x := range a.Args {
		if i > 0 {
			b = append(b, ", "...)
		}
		switch x := x.(type) {
		case Apply:
			b = x.appendText(b)
		case Num:
			b = strconv.AppendFloat(b, float64(x), 'g', -1, 64)
		default:
			b = append(b, x.String()...)
		}
	}
	return append(b, ')')
}

// Equal reports whether two expressions are printed the same.
func Equal(x, y Expr) bool {
	switch x := x.(type) {
	case Apply:
		y, ok := y.(Apply)
		return ok && x.Fn == y.Fn && slices.EqualFunc(x.Args, y.Args, Equal)
	case Num:
		y, ok := y.(Num)
		return ok && (math.Float64bits(float64(x)) == math.Float64bits(float64(y)) || math.IsNaN(float64(x)) && math.IsNaN(float64(y)))
	}
	return x == y
}

// Call applies a base function, folding what is constant and dropping what
// changes nothing: x+0, x·1, x·0, x/1, -(-x), and a choice of equals or by a constant.
func Call(fn string, args ...Expr) Expr {
	nums := make([]float64, 0, len(args))
	for _, a := range args {
		if n, ok := a.(Num); ok {
			nums = append(nums, float64(n))
		}
	}
	if f := Funcs[fn]; f.Eval != nil && len(nums) == len(args) {
		if v := f.Eval(nums); !math.IsNaN(v) && !math.IsInf(v, 0) {
			return Num(v)
		}
	}
	is := func(i int, v float64) bool { n, ok := args[i].(Num); return ok && float64(n) == v }
	switch fn {
	case "add":
		if is(0, 0) {
			return args[1]
		}
		if is(1, 0) {
			return args[0]
		}
	case "sub":
		if is(1, 0) {
			return args[0]
		}
		if is(0, 0) {
			return Call("neg", args[1])
		}
	case "mul":
		if is(0, 0) || is(1, 0) {
			return Num(0)
		}
		if is(0, 1) {
			return args[1]
		}
		if is(1, 1) {
			return args[0]
		}
	case "div":
		if is(0, 0) {
			return Num(0)
		}
		if is(1, 1) {
			return args[0]
		}
	case "select":
		if Equal(args[1], args[2]) || isNum(args[0]) && !is(0, 0) {
			return args[1]
		}
		if is(0, 0) {
			return args[2]
		}
	case "neg":
		if a, ok := args[0].(Apply); ok && a.Fn == "neg" {
			return a.Args[0]
		}
	}
	return Apply{fn, args}
}

func isNum(e Expr) bool { _, ok := e.(Num); return ok }

// Substitute replaces every Arg(i) of e by args[i].
func Substitute(e Expr, args []Expr) Expr {
	switch e := e.(type) {
	case Arg:
		return args[e]
	case Apply:
		out := make([]Expr, len(e.Args))
		for i, a := range e.Args {
			out[i] = Substitute(a, args)
		}
		return Call(e.Fn, out...)
	}
	return e
}

// UsesArg reports whether Arg(i) occurs in e.
func UsesArg(e Expr, i int) bool {
	switch e := e.(type) {
	case Arg:
		return int(e) == i
	case Apply:
		for _, a := range e.Args {
			if UsesArg(a, i) {
				return true
			}
		}
	}
	return false
}

// Size counts the base functions of e: the work of one evaluation.
// AddsUp reports an expression that is the sum of n operands, each once.
func AddsUp(e Expr, n int) bool {
	seen := make([]bool, n)
	var walk func(e Expr) bool
	walk = func(e Expr) bool {
		switch e := e.(type) {
		case Arg:
			again := seen[e]
			seen[e] = true
			return !again
		case Apply:
			return e.Fn == "add" && walk(e.Args[0]) && walk(e.Args[1])
		}
		return false
	}
	return walk(e) && !slices.Contains(seen, false)
}

func Size(e Expr) int {
	a, ok := e.(Apply)
	if !ok {
		return 0
	}
	n := 1
	for _, x := range a.Args {
		n += Size(x)
	}
	return n
}

// Eval is the value of e for the given operands and row count, in float64.
func Eval(e Expr, args []float64, rows int) float64 {
	switch e := e.(type) {
	case Arg:
		return args[e]
	case Num:
		return float64(e)
	case Rows:
		return float64(rows)
	case Apply:
		in := make([]float64, len(e.Args))
		for i, a := range e.Args {
			in[i] = Eval(a, args, rows)
		}
		return Funcs[e.Fn].Eval(in)
	}
	panic("scalar: unknown expression " + e.String())
}

// Diff is the derivative of e with respect to Arg(i).
func Diff(e Expr, i int) Expr {
	switch e := e.(type) {
	case Arg:
		if int(e) == i {
			return Num(1)
		}
	case Apply:
		if branches, ok := branch(e); ok {
			// Each branch keeps its own derivative: multiplied by 0, the
			// derivative of the branch not taken would be NaN where it is infinite.
			a, b := Diff(branches[1], i), Diff(branches[2], i)
			if Equal(a, b) {
				return a
			}
			return Call("select", branches[0], a, b)
		}
		partial := Funcs[e.Fn].Diff
		if partial == nil {
			return Num(0) // comparisons and floor: flat almost everywhere
		}
		sum := Expr(Num(0))
		for j, a := range e.Args {
			inner := Diff(a, i)
			if inner == Expr(Num(0)) {
				continue
			}
			sum = Call("add", sum, Call("mul", partial(j, e.Args, e), inner))
		}
		return sum
	}
	return Num(0)
}

// branch is e as condition, value and alternative, where it is a select, a
// maximum or a minimum. A tie goes to the first argument.
func branch(e Apply) ([]Expr, bool) {
	switch e.Fn {
	case "select":
		return e.Args, true
	case "max":
		return []Expr{Call("ge", e.Args...), e.Args[0], e.Args[1]}, true
	case "min":
		return []Expr{Call("le", e.Args...), e.Args[0], e.Args[1]}, true
	}
	return nil, false
}
