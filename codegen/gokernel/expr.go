package gokernel

import (
	"cmp"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/nngen-go/nngen/ir/scalar"
)

// Binding strength of printed expressions, as in Go.
const (
	loose   = iota // anything
	compare        // == < <= > >=
	sum            // + -
	product        // * /
	tight          // unary, calls, names
)

var operators = map[string]struct {
	sign string
	bind int
}{
	"add": {"+", sum}, "sub": {"-", sum}, "mul": {"*", product}, "div": {"/", product},
	"eq": {"==", compare}, "lt": {"<", compare}, "le": {"<=", compare}, "gt": {">", compare}, "ge": {">=", compare},
}

// algebra prints the scalar expressions of a kernel.
type algebra struct {
	*Kernel
	scalars  map[string]bool   // that the package carries: more of them are asked for
	held     map[string]string // parts of the current expression held in variables
	sumFirst bool              // operand 0 is printed as a sum, not as a name
	exposed  bool              // what is stored may be added to something in the same breath: by another statement, or where calls are inlined
}

// expr prints an expression over operands that are printed already.
func (k *algebra) expr(e scalar.Expr, args []string) string { return k.bound(e, args, loose) }

// bound prints an expression that stands next to an operator of some strength.
func (k *algebra) bound(e scalar.Expr, args []string, around int) string {
	text, bind := k.print(e, args)
	if bind < around {
		return "(" + text + ")"
	}
	return text
}

func (k *algebra) print(e scalar.Expr, args []string) (text string, bind int) {
	if len(k.held) > 0 {
		if name, ok := k.held[e.String()]; ok {
			return name, tight
		}
	}
	switch e := e.(type) {
	case scalar.Arg:
		if e == 0 && k.sumFirst {
			return args[e], sum
		}
		return args[e], tight
	case scalar.Num:
		if e < 0 {
			return k.el.Number(float64(e)), sum
		}
		return k.el.Number(float64(e)), tight
	case scalar.Rows:
		k.Counted = true
		return k.el.float + "(" + k.Shape.RowCount() + ")", tight
	}
	a := e.(scalar.Apply)
	if v, ok := constant(a); ok {
		return k.print(scalar.Num(v), args)
	}
	switch a.Fn {
	case "eq", "lt", "le", "gt", "ge": // a condition read as a number
		return k.call("where", k.condition(a, args), "1", "0"), tight
	case "select":
		return k.call("where", k.condition(a.Args[0], args), k.term(a.Args[1], args, loose), k.term(a.Args[2], args, loose)), tight
	case "neg":
		return "-" + k.bound(a.Args[0], args, tight), product
	case "max", "min":
		return a.Fn + "(" + k.expr(a.Args[0], args) + ", " + k.expr(a.Args[1], args) + ")", tight
	case "rsqrt":
		return "1 / " + k.call("sqrt", k.expr(a.Args[0], args)), product
	}
	if op, ok := operators[a.Fn]; ok {
		left, right := op.bind, op.bind+1
		if op.bind == sum {
			if n, ok := a.Args[1].(scalar.Num); ok && n < 0 && a.Fn == "add" {
				return k.term(a.Args[0], args, sum) + " - " + k.el.Number(-float64(n)), sum
			}
			return k.term(a.Args[0], args, left) + " " + op.sign + " " + k.term(a.Args[1], args, right), sum
		}
		return k.bound(a.Args[0], args, left) + " " + op.sign + " " + k.bound(a.Args[1], args, right), op.bind
	}
	in := make([]string, len(a.Args))
	for i, x := range a.Args {
		in[i] = k.expr(x, args)
	}
	return k.call(a.Fn, in...), tight
}

// term prints an expression that something is added to: a product is rounded
// before.
func (k *algebra) term(e scalar.Expr, args []string, around int) string {
	if a, ok := e.(scalar.Apply); ok && scaledBy(e) && k.held[e.String()] == "" {
		if _, folded := constant(a); !folded {
			return k.round(k.expr(e, args))
		}
	}
	return k.bound(e, args, around)
}

// stored prints an expression whose value goes into dst by op: what is added to
// dst is a term, and so is what may be added to something from there.
func (k *algebra) stored(op string, e scalar.Expr, args []string) string {
	if op == "+=" || k.exposed {
		return k.term(e, args, loose)
	}
	return k.expr(e, args)
}

// constant folds what is constant but not finite: log(0), 1/0.
func constant(a scalar.Apply) (float64, bool) {
	in := make([]float64, len(a.Args))
	for i, x := range a.Args {
		switch x := x.(type) {
		case scalar.Num:
			in[i] = float64(x)
		case scalar.Apply:
			v, ok := constant(x)
			if !ok {
				return 0, false
			}
			in[i] = v
		default:
			return 0, false
		}
	}
	return scalar.Funcs[a.Fn].Eval(in), true
}

// condition prints an expression that is asked for being other than zero.
func (k *algebra) condition(e scalar.Expr, args []string) string {
	if a, ok := e.(scalar.Apply); ok {
		if op, ok := operators[a.Fn]; ok && op.bind == compare {
			return k.bound(a.Args[0], args, compare+1) + " " + op.sign + " " + k.bound(a.Args[1], args, compare+1)
		}
	}
	return k.bound(e, args, compare+1) + " != 0"
}

// constantText matches numbers.
var constantText = regexp.MustCompile(`^-?[0-9.e+-]+$`)

// call is a call of one of the scalar functions that the package carries.
func (k *algebra) call(fn string, args ...string) string {
	k.scalars[fn] = true
	values := args
	if fn == "where" { // but for the condition
		values = args[1:]
	}
	if k.el == generic && !slices.ContainsFunc(values, func(s string) bool { return !constantText.MatchString(s) }) {
		fn += "[F]" // which constants do not tell
	}
	return fn + "(" + strings.Join(args, ", ") + ")"
}

// assign prints dst = e, or dst += e, with what e needs more than once computed
// first and a choice at the top as an if.
func (k *writer) assign(dst, op string, e scalar.Expr, args []string, word string) {
	defer func() { k.held = nil }()
	k.share(e, args)
	if word = Told(word); word != "" {
		word = " // " + word
	}
	a, ok := e.(scalar.Apply)
	if ok && op == "=" && k.held[e.String()] == "" {
		rounded := k.exposed && scaledBy(e)
		if infix, ok := operators[a.Fn]; ok && infix.bind != compare && !rounded && k.expr(a.Args[0], args) == dst {
			operand := k.expr(a.Args[1], args)
			if infix.bind == sum {
				operand = k.term(a.Args[1], args, loose)
			}
			k.line("%s %s= %s%s", dst, infix.sign, operand, word)
			return
		}
	}
	if !ok || a.Fn != "select" {
		k.line("%s %s %s%s", dst, op, k.stored(op, e, args), word)
		return
	}
	if yes := k.stored(op, a.Args[1], args); op == "=" && yes == dst { // it has the value already
		k.line("if !(%s) {%s", k.condition(a.Args[0], args), word)
		k.line("%s = %s", dst, k.stored(op, a.Args[2], args))
		k.line("}")
		return
	} else {
		k.line("if %s {%s", k.condition(a.Args[0], args), word)
		k.line("%s %s %s", dst, op, yes)
	}
	no, kept := k.expr(a.Args[2], args), a.Args[2] == scalar.Expr(scalar.Num(0))
	if op == "=" {
		kept = no == dst
	}
	if !kept {
		k.line("} else {")
		k.line("%s %s %s", dst, op, k.stored(op, a.Args[2], args))
	}
	k.line("}")
}

// share binds the parts of e that occur twice. Conditions are left alone.
func (k *writer) share(e scalar.Expr, args []string) {
	count := map[string]int{}
	parts := map[string]scalar.Apply{}
	var walk func(e scalar.Expr)
	walk = func(e scalar.Expr) {
		a, ok := e.(scalar.Apply)
		if !ok {
			return
		}
		key := a.String()
		count[key]++
		parts[key] = a
		if count[key] > 1 {
			return // its parts are counted
		}
		for _, x := range a.Args {
			walk(x)
		}
	}
	walk(e)
	var twice []string
	for key, n := range count {
		if op, ok := operators[parts[key].Fn]; n > 1 && !(ok && op.bind == compare) {
			twice = append(twice, key)
		}
	}
	// A part comes after the parts that it holds.
	sort.Slice(twice, func(i, j int) bool {
		si, sj := scalar.Size(parts[twice[i]]), scalar.Size(parts[twice[j]])
		return si < sj || si == sj && twice[i] < twice[j]
	})
	for _, key := range twice {
		text := k.term(parts[key], args, loose)
		if k.held == nil {
			k.held = map[string]string{}
		}
		name := k.inner(cmp.Or(map[string]string{"exp": "e", "tanh": "t", "sigmoid": "s", "log": "l", "log1p": "l", "sqrt": "q"}[parts[key].Fn], "v"))
		k.line("%s := %s", name, text)
		k.held[key] = name
	}
}
